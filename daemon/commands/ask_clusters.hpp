// SPDX-License-Identifier: Apache-2.0
// `status --all`: the daemons of every configuration in a folder, each asked for its status. Needs no secret and
// writes nothing. Blocks, with a timeout for each; main thread.
#pragma once

#include "commands/configuration.hpp"
#include "query/json.hpp"

namespace dsr {

/// openapi.json: Clusters, in the order of the files. A configuration that is refused, or whose daemon does not answer,
/// has the reason in place of a status. Throws Failure(permanent) if the folder has no configuration.
query::Json ask_clusters(const Configuration& configuration);

}  // namespace dsr
