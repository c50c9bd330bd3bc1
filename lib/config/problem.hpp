// SPDX-License-Identifier: Apache-2.0
//
// One error or warning about a configuration. Errors are values, so that all of them are reported at once.
#pragma once

#include <string>

namespace dsr::config {

/// An error or a warning with its source. Never contains a secret.
struct Problem {
    /// The file, or the environment variable.
    std::string source;
    /// From 1; 0 for a problem of the whole file and for an environment variable.
    int line = 0;
    /// Begins with the key, if there is one.
    std::string message;

    friend bool operator==(const Problem&, const Problem&) = default;
};

/// `file:line: message`, or without the line where there is none.
std::string to_string(const Problem& problem);

}  // namespace dsr::config
