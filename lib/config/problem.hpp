// SPDX-License-Identifier: Apache-2.0
//
// One thing that is wrong, or doubtful, in a configuration. Configuration errors are values: a person gets all of them
// at once.
#pragma once

#include <string>

namespace dsr::config {

/// An error or a warning and where it comes from. Never holds a secret.
struct Problem {
    /// The file, or the environment variable.
    std::string source;
    /// From 1; 0 for a problem of the whole file and for an environment variable.
    int line = 0;
    /// Starts with the key where there is one.
    std::string message;

    friend bool operator==(const Problem&, const Problem&) = default;
};

/// `file:line: message`, or without the line where there is none.
std::string to_string(const Problem& problem);

}  // namespace dsr::config
