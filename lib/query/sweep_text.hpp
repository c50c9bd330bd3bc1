// SPDX-License-Identifier: Apache-2.0
// A sweep's report for people, for programs and for the log. Pure except for the stream; any thread.
#pragma once

#include <iosfwd>
#include <string>

#include "model/control.hpp"
#include "model/sweep_report.hpp"
#include "query/text.hpp"

namespace dsr::query {

/// One JSON object, one line.
std::string json_of(const model::SweepReport& report);

/// Tables for people.
void print(std::ostream& out, const model::SweepReport& report, Style style);

/// One line for the log.
std::string line_of(const model::SweepReport& report);

/// For a release that was refused or expired.
std::string sentence_of(const model::ControlNote& release);

/// Whether orphans are left for a later sweep: their grace is not over, or there are more than one sweep takes.
bool left_for_later(const model::SweepReport& report);

/// Whether the line is logged above debug: the sweep did, held, missed or waits for something.
bool eventful(const model::SweepReport& report);

}  // namespace dsr::query
