// SPDX-License-Identifier: Apache-2.0
// A sweep's report for people, for programs and for the log. Pure except for the stream; any thread.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

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

/// For people: what is handed over counts as recovered only when a master has taken it up.
std::string_view in_words(model::Outcome outcome);

/// What this sweep handed over and when it becomes overdue, for the log; empty if nothing. confirm_within:
/// failover.confirm_within.
std::string sentence_of_hand_overs(const model::SweepReport& report, model::Milliseconds confirm_within);

/// For a release that was refused or expired.
std::string sentence_of(const model::ControlNote& release);

/// Whether orphans are left for a later sweep: their grace is not over, or there are more than one sweep takes.
bool left_for_later(const model::SweepReport& report);

/// Whether the line is logged above debug: the sweep did, held, missed or waits for something.
bool eventful(const model::SweepReport& report);

}  // namespace dsr::query
