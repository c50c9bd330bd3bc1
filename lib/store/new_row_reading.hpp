// SPDX-License-Identifier: Apache-2.0
// Converts result rows to the times of the newest rows. Throws what SOCI throws.
#pragma once

#include <soci/soci.h>

#include <cstddef>

#include "model/new_rows.hpp"
#include "model/zone.hpp"
#include "store/dialect.hpp"

namespace dsr::store {

/// At most `limit` of each table. `dialect` is filled for the schema.
model::NewRows read_new_rows(soci::session& connection, const Dialect& dialect, const model::Zone& zone,
                             model::WorkflowInstanceId after_instance, model::TaskInstanceId after_task,
                             std::size_t limit);

}  // namespace dsr::store
