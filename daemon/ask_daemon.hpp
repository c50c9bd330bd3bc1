// SPDX-License-Identifier: Apache-2.0
// Asking the daemon that runs beside: the one place where the command line speaks HTTP. Blocks, bounded; main thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "answer/json.hpp"
#include "config/config.hpp"

namespace dsr {

/// The body that a daemon at http.socket or http.listen answered with a 2xx; nothing when none answers there. `body`:
/// null sends none. Throws model::Failure with the sentence of an error answer: refused for 4xx, retry for the rest.
std::optional<answer::Json> ask_daemon(const config::Config& config, std::string_view method, const std::string& path,
                                       const answer::Json& body = nullptr);

}  // namespace dsr
