// SPDX-License-Identifier: Apache-2.0
// Delivery counts of one alert channel since the process started.
#pragma once

#include <cstdint>
#include <string>

namespace dsr::model {

struct ChannelCounts {
    std::string name;           ///< table, log, webhook, email
    std::uint64_t sent = 0;     ///< alerts that were delivered
    std::uint64_t failed = 0;   ///< failed attempts; the alert is tried again
    std::uint64_t dropped = 0;  ///< alerts given up: the queue was full, they were too old, or the process ended

    friend bool operator==(const ChannelCounts&, const ChannelCounts&) = default;
};

}  // namespace dsr::model
