// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dsr {

/// The exit codes of the command line, used by scripts: never renumber one.
enum class Exit {
    nothing_left = 0,
    usage = 2,
    held = 3,          ///< held, locked by another client, or some row failed
    out_of_reach = 4,  ///< ZooKeeper or the database is unreachable
    waiting = 5,       ///< orphans wait for their grace
};

}  // namespace dsr
