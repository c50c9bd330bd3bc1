// SPDX-License-Identifier: Apache-2.0
// Thrown by a handler, or by work for one, if a request cannot be served as it is: it becomes the answer.
#pragma once

#include <stdexcept>
#include <string>

namespace dsr::http {

class Refusal : public std::runtime_error {
public:
    /// `message`: a sentence for people; it is sent.
    Refusal(int status, const std::string& message) : std::runtime_error(message), status_(status) {}
    [[nodiscard]] int status() const noexcept { return status_; }

private:
    int status_;
};

}  // namespace dsr::http
