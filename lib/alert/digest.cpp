// SPDX-License-Identifier: Apache-2.0
#include "alert/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <span>

#include "base/hex.hpp"
#include "model/failure.hpp"

namespace dsr::alert {

namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string sha1_hex(std::string_view text) {
    Digest digest{};
    unsigned int size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
        throw model::Failure(model::ErrorKind::permanent,
                             "the crypto library offers no SHA-1, which t_ds_alert.sign needs");
    return base::hex(std::span(digest).first(size));
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    Digest digest{};
    unsigned int size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(), digest.data(),
             &size) == nullptr)
        throw model::Failure(model::ErrorKind::permanent, "the crypto library offers no HMAC-SHA256 for the signature");
    return {digest.begin(), digest.begin() + size};
}

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
    return base::hex(hmac_sha256(key, text));
}

std::string delivery_id(const Alert& alert, const AlertOrigin& origin, model::Instant at) {
    return hmac_sha256_hex("delivery", fmt::format("{}\n{}\n{}\n{}", alert.key, origin.cluster, origin.replica,
                                                   at.time_since_epoch().count()))
        .substr(0, 32);
}

}  // namespace dsr::alert
