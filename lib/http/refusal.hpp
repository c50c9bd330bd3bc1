// SPDX-License-Identifier: Apache-2.0
// What a handler, or work done for one, throws when a request cannot be served as it is: it becomes the answer.
#pragma once

#include <stdexcept>
#include <string>

namespace dsr::http {

class Refusal : public std::runtime_error {
public:
    /// `message`: a sentence for a person; it is sent.
    Refusal(int status, const std::string& message) : std::runtime_error(message), status_(status) {}
    [[nodiscard]] int status() const noexcept { return status_; }

private:
    int status_;
};

}  // namespace dsr::http
