// SPDX-License-Identifier: Apache-2.0
#include "config/key.hpp"

namespace dsr::config {

std::string environment_name(std::string_view path) {
    std::string name = "DS_RECONCILER_";
    for (const char c : path) {
        if (c == '.') {
            name += "__";
        } else {
            name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
    }
    return name;
}

std::string_view section_of(std::string_view path) {
    const auto dot = path.rfind('.');
    return dot == std::string_view::npos ? std::string_view{} : path.substr(0, dot);
}

std::string_view leaf_of(std::string_view path) {
    const auto dot = path.rfind('.');
    return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

}  // namespace dsr::config
