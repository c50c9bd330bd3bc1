// SPDX-License-Identifier: Apache-2.0
#include "model/printable.hpp"

namespace dsr::model {

std::string printable(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        // C1 controls, U+0080 to U+009F, are two bytes: some terminals interpret them as escapes.
        const bool c1 = byte == 0xC2U && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0U;
        if (c1) ++i;
        result += byte < 0x20U || byte == 0x7FU || c1 ? "?" : std::string(1, text[i]);
    }
    return result;
}

}  // namespace dsr::model
