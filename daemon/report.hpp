// SPDX-License-Identifier: Apache-2.0
// A sweep's report for people, for programs, and as an exit code. Pure except for the streams; any thread.
#pragma once

#include <iosfwd>
#include <string>

#include "model/control.hpp"
#include "model/sweep_report.hpp"

namespace dsr {

/// The exit codes of the command line, used by scripts: never renumber one.
enum class Exit {
    nothing_left = 0,
    usage = 2,
    held = 3,          ///< held, locked by another client, or some row failed
    out_of_reach = 4,  ///< ZooKeeper or the database is unreachable
    waiting = 5,       ///< orphans wait for their grace
};

Exit exit_of(const model::SweepReport& report);

/// One JSON object, one line.
std::string json_of(const model::SweepReport& report);

/// Tables for people.
void print(std::ostream& out, const model::SweepReport& report);

/// One line for the log.
std::string line_of(const model::SweepReport& report);

/// For a release that was refused or expired.
std::string sentence_of(const model::ControlNote& release);

/// Whether the line is logged above debug: the sweep did, held, missed or waits for something.
bool eventful(const model::SweepReport& report);

}  // namespace dsr
