// SPDX-License-Identifier: Apache-2.0
#include "support/exposition.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

namespace dsr::test {

namespace {

/// name{label="value",...} number; no value of ours needs to be escaped.
Sample sample(const std::string& line) {
    const auto space = line.rfind(' ');
    const auto brace = line.find('{');
    const auto name_end = std::min(brace, space);
    if (space == std::string::npos || name_end == 0) throw std::runtime_error("no sample: " + line);
    const std::string number = line.substr(space + 1);
    Sample read{line.substr(0, name_end), {}, number == "+Inf" ? HUGE_VAL : std::stod(number)};
    for (auto at = brace; at < space && line[at] != '}';) {
        const auto equals = line.find("=\"", at);
        const auto quote = equals == std::string::npos ? equals : line.find('"', equals + 2);
        if (quote == std::string::npos) throw std::runtime_error("no label: " + line);
        read.labels[line.substr(at + 1, equals - at - 1)] = line.substr(equals + 2, quote - equals - 2);
        at = quote + 1;
    }
    return read;
}

/// "`a`, `b`": the values of the label, in the order of the text, sorted.
std::string values_of(const Exposed& metric, const std::string& label) {
    std::vector<std::string> values;
    for (const auto& series : metric.samples) values.push_back(series.labels.at(label));
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    std::string all;
    for (const auto& one : values) all += (all.empty() ? "`" : ", `") + one + "`";
    return all;
}

std::string labels_of(const Exposed& metric) {
    std::string all;
    if (metric.samples.empty()) throw std::runtime_error("no series: " + metric.name);
    for (const auto& [label, unused] : metric.samples.front().labels) {
        if (label == "le") continue;
        const bool set_by_site = label == "channel" || label == "version" || label == "cluster";
        all += (all.empty() ? "" : "; ") + ("`" + label + "`");
        if (!set_by_site) all += ": " + values_of(metric, label);
    }
    return all;
}

}  // namespace

std::vector<Exposed> exposed(const std::string& text) {
    std::vector<Exposed> metrics;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        std::string hash;
        std::string kind;
        std::string name;
        if (line.rfind("# ", 0) == 0) {
            words >> hash >> kind >> name >> std::ws;
            if (metrics.empty() || metrics.back().name != name) metrics.push_back({name, "", "", {}});
            std::getline(words, kind == "HELP" ? metrics.back().help : metrics.back().type);
        } else {
            if (metrics.empty()) throw std::runtime_error("a sample without its metric: " + line);
            metrics.back().samples.push_back(sample(line));
        }
    }
    return metrics;
}

double value(const std::string& text, const std::string& name, const Labels& labels) {
    for (const auto& metric : exposed(text)) {
        for (const auto& series : metric.samples) {
            if (series.name == name && series.labels == labels) return series.value;
        }
    }
    throw std::runtime_error("no series " + name + " with these labels");
}

std::string metrics_table(const std::vector<Exposed>& metrics) {
    std::string text = "| metric | type | labels | meaning |\n|---|---|---|---|\n";
    for (const auto& metric : metrics)
        text += "| `" + metric.name + "` | " + metric.type + " | " + labels_of(metric) + " | " + metric.help + " |\n";
    return text;
}

}  // namespace dsr::test
