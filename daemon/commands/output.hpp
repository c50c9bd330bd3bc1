// SPDX-License-Identifier: Apache-2.0
// How an answer is printed: -o, --json, --utc, and what the terminal is. Main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "query/json.hpp"
#include "query/text.hpp"

namespace dsr {

struct Output {
    enum class Form { table, wide, json, yaml };
    Form form = Form::table;
    bool utc = false;

    [[nodiscard]] bool is_data() const { return form == Form::json || form == Form::yaml; }
};

/// Adds -o, --output, --json and --utc; `output` must live as long as `command`.
void add_output(CLI::App& command, Output& output);

/// For standard output as it is now: its width and colours if it is a terminal, NO_COLOR, the present time. `wide` has
/// no width.
query::Style style_of(const Output& output);

/// In the form json, one line, or yaml; both end in a line end.
std::string data_text(const query::Json& answer, Output::Form form);

}  // namespace dsr
