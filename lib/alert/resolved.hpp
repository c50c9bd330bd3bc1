// SPDX-License-Identifier: Apache-2.0
// Remembers which alerts report a condition that lasts (a guard that holds, a lost master), and makes a resolved alert
// when it ends: one for each kind and sweep. In memory only: after a restart nothing is resolved that was reported
// before it. Sweep's thread only.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "alert/channel.hpp"
#include "model/sweep_report.hpp"

namespace dsr::alert {

class OpenAlerts {
public:
    /// Masters that never return stay open: beyond this number the oldest alert is forgotten.
    static constexpr std::size_t max_open = 1000;

    /// suppress: an alert that recurs within this time after it was resolved is not resolved again within it, so that
    /// a condition that comes and goes does not flood a channel.
    explicit OpenAlerts(model::Milliseconds suppress) : suppress_(suppress) {}

    /// The alerts of this sweep, with the resolved ones before them. A sweep that failed, was interrupted or did not
    /// reach its plan ends nothing.
    std::vector<Alert> with_resolved(const model::SweepReport& report, std::vector<Alert> alerts, model::Instant now);

    /// Takes over what `before` remembers; keeps this one's time.
    void inherit(const OpenAlerts& before);

private:
    struct Open {
        std::vector<std::string> conditions;
        model::Instant since;
    };
    [[nodiscard]] bool may_resolve(const std::string& key, model::Instant now) const;
    void add_resolved(const model::SweepReport& report, model::Instant now, std::vector<Alert>& alerts);
    void remember(std::vector<Alert>& alerts, model::Instant now);

    model::Milliseconds suppress_;
    std::map<std::string, Open> open_;                   ///< by key of the alert
    std::map<std::string, model::Instant> resolved_at_;  ///< by key, within `suppress_`
};

}  // namespace dsr::alert
