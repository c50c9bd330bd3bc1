// SPDX-License-Identifier: Apache-2.0
// One JSON object a line: {"time": RFC 3339 UTC, "level": ..., "message": ...}.
#pragma once

#include <spdlog/formatter.h>

#include <memory>

namespace dsr::ops {

class JsonFormatter final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override;
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override;
};

}  // namespace dsr::ops
