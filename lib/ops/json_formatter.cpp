// SPDX-License-Identifier: Apache-2.0
#include "ops/json_formatter.hpp"

#include <spdlog/details/log_msg.h>

#include <nlohmann/json.hpp>

#include "model/instant.hpp"

namespace dsr::ops {

void JsonFormatter::format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) {
    const auto level = spdlog::level::to_string_view(message.level);
    const auto time = std::chrono::time_point_cast<std::chrono::microseconds>(message.time);
    nlohmann::ordered_json line{
        {"time", model::rfc3339(time)},
        {"level", std::string(level.data(), level.size())},
        {"message", std::string(message.payload.data(), message.payload.size())},
    };
    if (const auto sweep = tag_->of(message.thread_id); !sweep.empty()) line["sweep"] = sweep;
    const auto text = line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    out.append(text.data(), text.data() + text.size());
}

std::unique_ptr<spdlog::formatter> JsonFormatter::clone() const {
    return std::make_unique<JsonFormatter>(tag_);
}

}  // namespace dsr::ops
