// SPDX-License-Identifier: Apache-2.0
// One JSON object a line: {"time": RFC 3339 UTC, "level": ..., "message": ...}, and "sweep" for lines of a sweep.
#pragma once

#include <spdlog/formatter.h>

#include <memory>

#include "ops/sweep_tag.hpp"

namespace dsr::ops {

class JsonFormatter final : public spdlog::formatter {
public:
    explicit JsonFormatter(std::shared_ptr<const SweepTag> tag) : tag_(std::move(tag)) {}
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override;
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override;

private:
    std::shared_ptr<const SweepTag> tag_;
};

}  // namespace dsr::ops
