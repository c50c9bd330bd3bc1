// SPDX-License-Identifier: Apache-2.0
#include "model/running_task.hpp"

#include <algorithm>

namespace dsr::model {

std::vector<std::string> application_links(std::string_view column) {
    constexpr std::string_view blanks = " \t\r\n";
    std::vector<std::string> links;
    while (!column.empty()) {
        const auto end = std::min(column.find(','), column.size());
        std::string_view link = column.substr(0, end);
        link.remove_prefix(std::min(link.find_first_not_of(blanks), link.size()));
        link = link.substr(0, link.find_last_not_of(blanks) + 1);
        if (!link.empty()) links.emplace_back(link);
        column.remove_prefix(std::min(end + 1, column.size()));
    }
    return links;
}

}  // namespace dsr::model
