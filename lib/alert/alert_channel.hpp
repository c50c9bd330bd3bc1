// SPDX-License-Identifier: Apache-2.0
// The port for alerts. Implementations: ds_alert_table (rows that DolphinScheduler's alert server delivers) and
// log_alert, called from the sweep's thread after the sweep, never inside a transaction; webhook and email, called from
// delivery's thread; and the tests' fake.
#pragma once

#include "alert/alert.hpp"
#include "model/instant.hpp"

namespace dsr::alert {

class AlertChannel {
public:
    virtual ~AlertChannel() = default;
    /// Name for the log and for metrics: "table", "log", "webhook", "email".
    [[nodiscard]] virtual std::string name() const = 0;
    /// The destination, for the log: a host; empty if the name is sufficient. Not secret.
    [[nodiscard]] virtual std::string place() const { return {}; }
    /// Throws model::Failure if the alert could not be sent; the caller continues.
    virtual void send(const Alert& alert, model::Instant now) = 0;
};

}  // namespace dsr::alert
