// SPDX-License-Identifier: Apache-2.0
// The bearer token. Kept as its SHA-256 only, and compared in constant time.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace dsr::http {

/// A short name for a text that does not reveal the text.
std::string fingerprint(std::string_view text);

class Token {
public:
    /// No token: accepts nothing.
    Token() = default;
    /// Empty: no token.
    explicit Token(std::string_view secret);

    [[nodiscard]] bool is_set() const { return digest_.has_value(); }
    /// Whether the value of an Authorization header is "Bearer" and this token.
    [[nodiscard]] bool admits(std::string_view authorization) const;
    bool operator==(const Token&) const = default;

private:
    std::optional<std::array<unsigned char, 32>> digest_;
};

}  // namespace dsr::http
