// SPDX-License-Identifier: Apache-2.0
// Suppresses repeated alerts within alerts.suppress. In memory, the same for every channel. Sweep's thread only.
#pragma once

#include <map>
#include <string>

#include "model/instant.hpp"

namespace dsr::alert {

class Suppression {
public:
    explicit Suppression(model::Milliseconds window) : window_(window) {}
    /// Whether `key` may be sent now. Does not record it as sent.
    [[nodiscard]] bool due(const std::string& key, model::Instant now) const;
    void told(const std::string& key, model::Instant now);
    /// Takes over what `before` sent; keeps this one's window.
    void inherit(const Suppression& before) { told_ = before.told_; }

private:
    model::Milliseconds window_;
    std::map<std::string, model::Instant> told_;
};

}  // namespace dsr::alert
