// SPDX-License-Identifier: Apache-2.0
// A logger that summarises repeated warnings and errors from any source, the ZooKeeper library included: the first one
// is written, then at most one a minute with the number of suppressed ones. At level debug none is suppressed. Control
// characters are removed from every message. Any thread.
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
