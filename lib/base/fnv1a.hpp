// SPDX-License-Identifier: Apache-2.0
// The hash FNV-1a, 64 bits: the same in every process and build, unlike std::hash. Not against attackers.
#pragma once

#include <cstdint>
#include <string_view>

namespace dsr::base {

class Fnv1a {
public:
    void add(unsigned char byte) { value_ = (value_ ^ byte) * 1'099'511'628'211U; }
    void add(std::string_view text) {
        for (const char character : text) add(static_cast<unsigned char>(character));
    }
    [[nodiscard]] std::uint64_t value() const { return value_; }

private:
    std::uint64_t value_ = 14'695'981'039'346'656'037U;
};

}  // namespace dsr::base
