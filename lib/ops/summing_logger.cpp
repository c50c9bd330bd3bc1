// SPDX-License-Identifier: Apache-2.0
#include "ops/summing_logger.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace dsr::ops {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The length of "12 ms", "1.5 s" or "12ms" at the beginning of `text`, else 0.
std::size_t length_of_time(std::string_view text) {
    std::size_t end = 0;
    while (end < text.size() && (is_digit(text[end]) || text[end] == '.')) ++end;
    if (end == 0 || !is_digit(text[0])) return 0;
    if (end < text.size() && text[end] == ' ') ++end;
    if (end < text.size() && text[end] == 'm') ++end;
    if (end >= text.size() || text[end] != 's') return 0;
    ++end;
    return end < text.size() && is_letter(text[end]) ? 0 : end;
}

std::string without_times(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    char before = ' ';
    while (!text.empty()) {
        const auto time = is_digit(before) || before == '.' || is_letter(before) ? 0 : length_of_time(text);
        if (time > 0)
            out += '~';
        else
            out += text.front();
        before = text[time > 0 ? time - 1 : 0];
        text.remove_prefix(time > 0 ? time : 1);
    }
    return out;
}

}  // namespace

RepeatFilter::Decision RepeatFilter::check(std::string_view text, Clock::time_point now) {
    auto key = without_times(text);
    const auto known = entries_.find(key);
    if (known == entries_.end()) {
        if (entries_.size() >= max_texts) {
            std::erase_if(entries_, [&](const auto& entry) { return now - entry.second.at >= window_; });
            if (entries_.size() >= max_texts) return {};  // so many different texts are not repeats
        }
        entries_.emplace(std::move(key), Entry{now, 0});
        return {};
    }
    auto& record = known->second;
    if (now - record.at < window_) {
        ++record.suppressed;
        return {false, 0};
    }
    const Decision decision{true, record.suppressed};
    record = {now, 0};
    return decision;
}

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
        fmt::format("{} ({} similar messages were suppressed since the last one)",
                    std::string_view(message.payload.data(), message.payload.size()), decision.suppressed);
    auto summed = message;
    summed.payload = text;
    logger::sink_it_(summed);
}

}  // namespace dsr::ops
