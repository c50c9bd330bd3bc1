// SPDX-License-Identifier: Apache-2.0
// The same thing is not told twice within alerts.suppress. In memory, for every channel alike. Sweep's thread only.
#pragma once

#include <map>
#include <string>

#include "model/instant.hpp"

namespace dsr::alert {

class Suppression {
public:
    explicit Suppression(model::Milliseconds window) : window_(window) {}
    /// Whether `key` is due now. Does not note it as told.
    [[nodiscard]] bool due(const std::string& key, model::Instant now) const;
    void told(const std::string& key, model::Instant now);
    /// What `before` told counts as told; the window stays this one's.
    void inherit(const Suppression& before) { told_ = before.told_; }

private:
    model::Milliseconds window_;
    std::map<std::string, model::Instant> told_;
};

}  // namespace dsr::alert
