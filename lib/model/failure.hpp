// SPDX-License-Identifier: Apache-2.0
// The one error type that crosses a port. Adapters (ZooKeeper, SQL, sockets) translate what their libraries throw or
// return into a Failure by its *kind*, which is what it means for the sweep; nobody above an adapter looks at library
// codes.
#pragma once

#include <stdexcept>
#include <string>

namespace dsr::model {

/// What a failure means for whoever asked.
enum class ErrorKind {
    retry,            ///< out of reach or busy; nothing was done; the same call may succeed later
    conflict,         ///< the world is not as the caller saw it; nothing was done; observe again
    permanent,        ///< it will not work without a person: wrong password, missing table, unknown schema
    unknown_outcome,  ///< the answer was lost: it may or may not have been done; read again, never repeat blindly
};

/// Thrown by ports. what() is a sentence for a person: what happened, to what, what to do next; never a secret.
class Failure : public std::runtime_error {
public:
    Failure(ErrorKind error_kind, const std::string& message) : std::runtime_error(message), kind_(error_kind) {}
    [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }

private:
    ErrorKind kind_;
};

}  // namespace dsr::model
