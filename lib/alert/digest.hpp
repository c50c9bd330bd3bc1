// SPDX-License-Identifier: Apache-2.0
// Digests that alerts need, from OpenSSL. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "alert/channel.hpp"
#include "model/instant.hpp"

namespace dsr::alert {

/// 40 lower-case hex digits.
std::string sha1_hex(std::string_view text);

/// 32 bytes (RFC 2104, FIPS 180-4).
std::string hmac_sha256(std::string_view key, std::string_view text);

/// The same as 64 lower-case hex digits.
std::string hmac_sha256_hex(std::string_view key, std::string_view text);

/// Identifies one alert of one moment in 32 hex digits: the same in every delivery attempt, so that a receiver can drop
/// a duplicate after a lost answer.
std::string delivery_id(const Alert& alert, const AlertOrigin& origin, model::Instant at);

}  // namespace dsr::alert
