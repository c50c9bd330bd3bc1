// SPDX-License-Identifier: Apache-2.0
#include "model/task_instance.hpp"

#include "base/text.hpp"

namespace dsr::model {

std::vector<std::string> application_links(std::string_view column) {
    std::vector<std::string> links;
    for (const auto part : base::split(column, ',')) {
        const auto link = base::trimmed(part, " \t\r\n");
        if (!link.empty()) links.emplace_back(link);
    }
    return links;
}

}  // namespace dsr::model
