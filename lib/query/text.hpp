// SPDX-License-Identifier: Apache-2.0
// The answers as a person reads them, from the very JSON that programs get, so that it does not matter who answered.
// What comes from the database or the network cannot move the cursor. Pure but for the stream; any thread.
#pragma once

#include <iosfwd>
#include <string>

#include "query/json.hpp"

namespace dsr::query {

struct Style {
    bool colour = false;  ///< only for a terminal
};

/// Throws Json's exceptions for an answer that is not of openapi.json's shape.
void print_status(std::ostream& out, const Json& status, Style style);
void print_verdicts(std::ostream& out, const Json& verdicts, Style style);
void print_explanation(std::ostream& out, const Json& explanation, Style style);
void print_history(std::ostream& out, const Json& history, Style style);
void print_impact(std::ostream& out, const Json& impact, Style style);

}  // namespace dsr::query
