// SPDX-License-Identifier: Apache-2.0
//
// A password or token in memory. The type prevents that a secret reaches a log by accident: it has no conversion to
// text, no stream operator and no formatter; the only access is `reveal()`, which is easy to search for. Any thread; no
// shared state.
#pragma once

#include <string>
#include <string_view>

namespace dsr::config {

/// Overwrites the whole buffer of `text`, unused capacity included, in a way that the compiler does not remove, and
/// leaves it empty.
void wipe(std::string& text) noexcept;

/// Secret text, overwritten on destruction. Empty means "not set".
class Secret {
public:
    Secret() = default;

    /// Copies `text`; the caller wipes its own copy.
    explicit Secret(std::string_view text) : text_{text} {}

    Secret(const Secret& other) = default;
    Secret(Secret&& other) noexcept;
    Secret& operator=(const Secret& other);
    Secret& operator=(Secret&& other) noexcept;
    ~Secret() { wipe(text_); }

    [[nodiscard]] bool is_set() const noexcept { return !text_.empty(); }

    /// The secret itself: only for the driver that needs it, never for a message.
    [[nodiscard]] const std::string& reveal() const noexcept { return text_; }

    /// Compares every byte of the longer text, independent of the first difference.
    friend bool operator==(const Secret& left, const Secret& right) noexcept;

    template <class Stream>
    friend Stream& operator<<(Stream& stream, const Secret& secret) = delete;

private:
    std::string text_;
};

}  // namespace dsr::config
