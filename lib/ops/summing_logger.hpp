// SPDX-License-Identifier: Apache-2.0
// A logger that sums up warnings and errors which repeat, whoever writes them, the ZooKeeper library included: each is
// written at first, then at most once a minute with the number of those kept back. At level debug none is kept back.
// Control characters are taken out of every message.
// Any thread.
#pragma once

#include <spdlog/logger.h>

#include <functional>
#include <mutex>

#include "ops/repeat_filter.hpp"

namespace dsr::ops {

class SummingLogger final : public spdlog::logger {
public:
    static constexpr std::chrono::minutes window{1};

    SummingLogger(std::string name, spdlog::sink_ptr sink,
                  std::function<RepeatFilter::Clock::time_point()> now = &RepeatFilter::Clock::now);

protected:
    void sink_it_(const spdlog::details::log_msg& message) override;

private:
    std::function<RepeatFilter::Clock::time_point()> now_;
    std::mutex guard_;
    RepeatFilter filter_{window};
};

}  // namespace dsr::ops
