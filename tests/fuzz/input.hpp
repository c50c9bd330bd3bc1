// SPDX-License-Identifier: Apache-2.0
// The input of a target as text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// What a fuzzer calls, and the replay of the corpus too: one in each target.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace dsr::fuzz {

/// Not copied, so that a sanitizer sees every read beyond its end.
inline std::string_view text(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return {};
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace dsr::fuzz
