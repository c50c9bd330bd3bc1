// SPDX-License-Identifier: Apache-2.0
#include "commands/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/enumerators.hpp"
#include "model/instant.hpp"

namespace dsr {

using query::Json;

namespace {

constexpr std::array<std::string_view, 4> form_names{"table", "wide", "json", "yaml"};

std::string_view variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string_view{} : std::string_view(value);
}

std::size_t terminal_width() {
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void emit(YAML::Emitter& out, const Json& value) {
    if (value.is_object()) {
        out << YAML::BeginMap;
        for (const auto& [key, member] : value.items()) {
            out << YAML::Key << key << YAML::Value;
            emit(out, member);
        }
        out << YAML::EndMap;
    } else if (value.is_array()) {
        out << YAML::BeginSeq;
        for (const auto& element : value) emit(out, element);
        out << YAML::EndSeq;
    } else if (value.is_string()) {
        out << YAML::DoubleQuoted << value.get<std::string>();  // never read as a number, a flag or a time
    } else if (value.is_null()) {
        out << YAML::Null;
    } else if (value.is_boolean()) {
        out << value.get<bool>();
    } else {
        out << value.dump();  // a number
    }
}

}  // namespace

void add_output(CLI::App& command, Output& output) {
    auto* form = command.add_option_function<std::string>(
        "-o,--output",
        [&output](const std::string& word) {
            for (std::size_t i = 0; i < form_names.size(); ++i) {
                if (word == form_names.at(i)) output.form = static_cast<Output::Form>(i);
            }
        },
        "table (the default), wide (nothing is shortened), json or yaml");
    form->check(CLI::IsMember(std::vector<std::string>(form_names.begin(), form_names.end())));
    command
        .add_flag_callback(
            "--json", [&output] { output.form = Output::Form::json; }, "the same as -o json")
        ->excludes(form);
    command.add_flag("--utc", output.utc, "print times in UTC instead of the local time zone");
}

query::Style style_of(const Output& output) {
    const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
    query::Style style;
    style.colour = is_terminal && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
    if (is_terminal && output.form == Output::Form::table) style.width = terminal_width();
    style.clock = {model::system_now(), output.utc};
    return style;
}

std::string data_text(const Json& answer, Output::Form form) {
    auto text = query::dump(answer);  // valid UTF-8
    if (form == Output::Form::yaml) {
        YAML::Emitter out;
        emit(out, Json::parse(text));
        text = out.c_str();
    }
    return text + "\n";
}

}  // namespace dsr
