// SPDX-License-Identifier: Apache-2.0
// Reads Prometheus' text format back, as far as a test needs it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace dsr::test {

using Labels = std::map<std::string, std::string>;

struct Sample {
    std::string name;  ///< with _bucket, _sum, _count
    Labels labels;
    double value = 0;
};

/// One metric with all its series.
struct Exposed {
    std::string name;
    std::string help;
    std::string type;
    std::vector<Sample> samples;
};

/// In the order of the text. Throws std::runtime_error for what is not in the format.
std::vector<Exposed> exposed(const std::string& text);

/// The value of one series; throws std::runtime_error when it is not there.
double value(const std::string& text, const std::string& name, const Labels& labels = {});

/// For docs/metrics.md: a table of these metrics.
std::string metrics_table(const std::vector<Exposed>& metrics);

}  // namespace dsr::test
