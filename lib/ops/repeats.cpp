// SPDX-License-Identifier: Apache-2.0
#include "ops/repeats.hpp"

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

Repeats::Word Repeats::about(std::string_view text, Clock::time_point now) {
    auto key = without_times(text);
    const auto known = said_.find(key);
    if (known == said_.end()) {
        if (said_.size() >= most_texts) {
            std::erase_if(said_, [&](const auto& entry) { return now - entry.second.at >= window_; });
            if (said_.size() >= most_texts) return {};  // so many different ones are no repeats
        }
        said_.emplace(std::move(key), Said{now, 0});
        return {};
    }
    auto& said = known->second;
    if (now - said.at < window_) {
        ++said.kept_back;
        return {false, 0};
    }
    const Word word{true, said.kept_back};
    said = {now, 0};
    return word;
}

}  // namespace dsr::ops
