// SPDX-License-Identifier: Apache-2.0
// The one error type that crosses a port. Adapters (ZooKeeper, SQL, sockets) translate the errors of their libraries
// into a Failure with a *kind*, which is its meaning for the sweep. No code above an adapter uses library error codes.
#pragma once

#include <stdexcept>
#include <string>

namespace dsr::model {

/// The meaning of a failure for the caller.
enum class ErrorKind {
    retry,            ///< unreachable or busy; nothing was done; the same call may succeed later
    conflict,         ///< the state differs from what the caller saw; nothing was done; observe again
    permanent,        ///< requires an operator: wrong password, missing table, unknown schema
    unknown_outcome,  ///< the answer was lost: it may or may not have been done; read again, never repeat blindly
};

/// Thrown by ports. what() is a sentence that says what happened, to what, and what to do next; never a secret.
class Failure : public std::runtime_error {
public:
    Failure(ErrorKind error_kind, const std::string& message) : std::runtime_error(message), kind_(error_kind) {}
    [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }

private:
    ErrorKind kind_;
};

}  // namespace dsr::model
