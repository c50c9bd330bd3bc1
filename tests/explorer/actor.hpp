// SPDX-License-Identifier: Apache-2.0
// Someone who goes on step by step: a thread of a master, a daemon, the clock, the events. One step is one statement,
// one registry operation or one event.
#pragma once

#include <optional>
#include <string>

#include "model/instant.hpp"

namespace dsr::explorer {

class Actor {
public:
    Actor() = default;
    virtual ~Actor() = default;
    Actor(const Actor&) = delete;
    Actor& operator=(const Actor&) = delete;

    [[nodiscard]] virtual std::string name() const = 0;
    /// What the next step is, for the trace.
    [[nodiscard]] virtual std::string doing() const = 0;
    [[nodiscard]] virtual bool enabled() = 0;
    virtual void step() = 0;
    /// What else the trace should have after the step; lines.
    [[nodiscard]] virtual std::string told() const { return {}; }
    /// Whether others come first now although it could go on.
    [[nodiscard]] virtual bool gives_way() const { return false; }
    /// When it can go on for the time alone; looked at when nobody can.
    [[nodiscard]] virtual std::optional<model::Instant> wakes_at() { return std::nullopt; }
};

}  // namespace dsr::explorer
