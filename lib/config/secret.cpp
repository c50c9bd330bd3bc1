// SPDX-License-Identifier: Apache-2.0
#include "config/secret.hpp"

#include <algorithm>
#include <cstring>

namespace dsr::config {

void wipe(std::string& text) noexcept {
    text.resize(text.capacity());  // no reallocation; makes the bytes behind the end writable
    explicit_bzero(text.data(), text.size());
    text.clear();
}

// A short text is stored in the string object itself, so swapping copies it and leaves the bytes behind: each of these
// functions wipes its source.
Secret::Secret(Secret&& other) noexcept {
    text_.swap(other.text_);
    wipe(other.text_);
}

Secret& Secret::operator=(const Secret& other) {
    if (this != &other) {
        std::string copy{other.text_};
        text_.swap(copy);
        wipe(copy);
    }
    return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe(text_);
        text_.swap(other.text_);
        wipe(other.text_);
    }
    return *this;
}

bool operator==(const Secret& left, const Secret& right) noexcept {
    const auto size = std::max(left.text_.size(), right.text_.size());
    unsigned difference = left.text_.size() == right.text_.size() ? 0U : 1U;
    for (std::size_t i = 0; i < size; ++i) {
        const auto a = i < left.text_.size() ? static_cast<unsigned char>(left.text_[i]) : 0U;
        const auto b = i < right.text_.size() ? static_cast<unsigned char>(right.text_[i]) : 0U;
        difference |= a ^ b;
    }
    return difference == 0;
}

}  // namespace dsr::config
