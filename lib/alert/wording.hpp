// SPDX-License-Identifier: Apache-2.0
// What the texts of alerts have in common. Pure; any thread.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace dsr::alert {

/// The content of a row of t_ds_alert: DolphinScheduler renders a JSON array of flat objects as a table.
inline std::string content_of(const nlohmann::ordered_json& fields) {
    return nlohmann::ordered_json::array({fields}).dump(-1, ' ', false,
                                                        nlohmann::ordered_json::error_handler_t::replace);
}

/// The first few, and how many more of `all` there are.
template <typename Items, typename TextOf>
std::string first_few(const Items& items, std::uint64_t all, TextOf text_of) {
    constexpr std::uint64_t most = 5;
    std::string text;
    std::uint64_t shown = 0;
    for (auto item = items.begin(); item != items.end() && shown < most; ++item, ++shown)
        text += (shown == 0 ? "" : ", ") + text_of(*item);
    if (all > shown) text += fmt::format(" and {} more", all - shown);
    return text;
}

}  // namespace dsr::alert
