// SPDX-License-Identifier: Apache-2.0
#include "http/token.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <strings.h>

#include <span>

#include "base/hex.hpp"

namespace dsr::http {

namespace {

std::array<unsigned char, 32> sha256(std::string_view text) {
    std::array<unsigned char, 32> digest{};
    ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return digest;
}

}  // namespace

std::string fingerprint(std::string_view text) {
    const auto digest = sha256(text);
    return base::hex(std::span(digest).first(8));
}

Token::Token(std::string_view secret) {
    if (!secret.empty()) digest_ = sha256(secret);
}

bool Token::admits(std::string_view authorization) const {
    constexpr std::string_view scheme = "Bearer ";
    if (!digest_ || authorization.size() < scheme.size() ||
        ::strncasecmp(authorization.data(), scheme.data(), scheme.size()) != 0)
        return false;
    authorization.remove_prefix(scheme.size());
    while (authorization.starts_with(' ')) authorization.remove_prefix(1);
    const auto given = sha256(authorization);
    return ::CRYPTO_memcmp(given.data(), digest_->data(), given.size()) == 0;
}

}  // namespace dsr::http
