// SPDX-License-Identifier: Apache-2.0
#include "config/problem.hpp"

namespace dsr::config {

std::string to_string(const Problem& problem) {
    const std::string place = problem.line > 0 ? problem.source + ":" + std::to_string(problem.line) : problem.source;
    return place + ": " + problem.message;
}

}  // namespace dsr::config
