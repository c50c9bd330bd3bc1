// SPDX-License-Identifier: Apache-2.0
#include "ask_daemon.hpp"

namespace dsr {

std::optional<answer::Json> ask_daemon(const config::Config& /*config*/, std::string_view /*method*/,
                                       const std::string& /*path*/, const answer::Json& /*body*/) {
    return std::nullopt;  // this build has no HTTP: no daemon listens anywhere
}

}  // namespace dsr
