// SPDX-License-Identifier: Apache-2.0
//
// A checked value, or a description of what is wrong with it. The description completes a message that already names
// the key.
#pragma once

#include <string>
#include <variant>

namespace dsr::config {

/// What is wrong and what to write instead.
struct Fault {
    std::string message;
};

template <class T>
using Checked = std::variant<T, Fault>;

/// The fault, or null when there is a value.
template <class T>
const Fault* fault_of(const Checked<T>& checked) {
    return std::get_if<Fault>(&checked);
}

}  // namespace dsr::config
