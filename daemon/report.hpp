// SPDX-License-Identifier: Apache-2.0
// A sweep's report for a person, for a program, and as an exit code. Pure but for the streams; any thread.
#pragma once

#include <iosfwd>
#include <string>

#include "model/control.hpp"
#include "model/sweep_report.hpp"

namespace dsr {

/// The exit codes of the command line, seen by scripts: never renumber one.
enum class Exit {
    nothing_left = 0,
    usage = 2,
    held = 3,          ///< held, locked by another, or some row failed
    out_of_reach = 4,  ///< ZooKeeper or the database
    waiting = 5,       ///< orphans wait for their grace
};

Exit exit_of(const model::SweepReport& report);

/// One JSON object, one line.
std::string json_of(const model::SweepReport& report);

/// Tables for a person.
void print(std::ostream& out, const model::SweepReport& report);

/// One line for the log.
std::string line_of(const model::SweepReport& report);

/// Of a release that was refused or expired.
std::string sentence_of(const model::ControlNote& release);

/// Whether the line is worth more than debug: it did, held, missed or waits for something.
bool eventful(const model::SweepReport& report);

}  // namespace dsr
