// SPDX-License-Identifier: Apache-2.0
// Who tells, for people who hear from several clusters.
#pragma once

#include <string>

#include "alert/alert.hpp"
#include "model/instant.hpp"

namespace dsr::alert {

struct Origin {
    std::string cluster;
    std::string replica;  ///< host and process
};

/// Tells one alert of one moment from all others, in 32 hex digits: the same at every try, so that a receiver can drop
/// what it got twice because an answer was lost.
std::string delivery_id(const Alert& alert, const Origin& origin, model::Instant at);

}  // namespace dsr::alert
