// SPDX-License-Identifier: Apache-2.0
// The optional index on unfinished workflow instances, for who may not let this program make it
// (SociStore::make_unfinished_index). Without it a sweep reads the whole instance table once, history and all. Pure; any
// thread.
#pragma once

#include <string>

#include "store/connection_settings.hpp"

namespace dsr::store {

/// The SQL that makes it, for a person to run, outside of a transaction; of both generations, as which one a database is
/// of is not asked here.
std::string unfinished_index_statements(DatabaseKind kind);

}  // namespace dsr::store
