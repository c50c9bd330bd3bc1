// SPDX-License-Identifier: Apache-2.0
// The answers for people, made from the JSON for programs, so that the source of the answer does not matter. Text from
// the database or the network cannot control the terminal. Pure except for the stream; any thread.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

#include "query/json.hpp"
#include "query/time_text.hpp"

namespace dsr::query {

struct Style {
    bool colour = false;    ///< only for a terminal
    std::size_t width = 0;  ///< of the terminal, for tables; 0: unlimited
    Clock clock{};
    bool all_masters = false;  ///< of a status: also the live ones after the first few
};

/// Throws Json's exceptions for an answer that does not match openapi.json.
void print_status(std::ostream& out, const Json& status, Style style);
void print_verdicts(std::ostream& out, const Json& verdicts, Style style);
void print_explanation(std::ostream& out, const Json& explanation, Style style);
void print_history(std::ostream& out, const Json& history, Style style);
void print_timeline(std::ostream& out, const Json& timeline, Style style);
void print_impact(std::ostream& out, const Json& impact, Style style);
void print_clusters(std::ostream& out, const Json& clusters, Style style);

}  // namespace dsr::query
