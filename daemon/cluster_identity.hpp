// SPDX-License-Identifier: Apache-2.0
// Which cluster a configuration names, for status, page and log. Pure; any thread.
#pragma once

#include "config/config.hpp"
#include "query/cluster_identity.hpp"

namespace dsr {

/// Contains neither users nor secrets.
query::ClusterIdentity identity_of(const config::Config& config);

}  // namespace dsr
