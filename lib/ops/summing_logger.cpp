// SPDX-License-Identifier: Apache-2.0
#include "ops/summing_logger.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace dsr::ops {

SummingLogger::SummingLogger(std::string name, spdlog::sink_ptr sink,
                             std::function<RepeatFilter::Clock::time_point()> now)
    : spdlog::logger(std::move(name), std::move(sink)), now_(std::move(now)) {}

void SummingLogger::sink_it_(const spdlog::details::log_msg& raw) {
    // A message quotes rows and nodes: a line break in one must not start a new log line.
    const auto payload = base::printable({raw.payload.data(), raw.payload.size()});
    auto message = raw;
    message.payload = payload;
    if (message.level < spdlog::level::warn || should_log(spdlog::level::debug)) return logger::sink_it_(message);
    RepeatFilter::Decision decision;
    {
        const std::lock_guard lock{guard_};
        decision = filter_.check({message.payload.data(), message.payload.size()}, now_());
    }
    if (!decision.say) return;
    if (decision.suppressed == 0) return logger::sink_it_(message);
    const auto text =
        fmt::format("{} ({} more like it were kept back since it was said last)",
                    std::string_view(message.payload.data(), message.payload.size()), decision.suppressed);
    auto summed = message;
    summed.payload = text;
    logger::sink_it_(summed);
}

}  // namespace dsr::ops
