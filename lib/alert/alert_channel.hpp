// SPDX-License-Identifier: Apache-2.0
// The port through which people are told. Implementations: ds_alert_table (rows that DolphinScheduler's alert server
// delivers) and log_alert, called from the sweep's thread after the sweep, never inside a transaction; webhook and
// email, called from delivery's thread; and the tests' fake.
#pragma once

#include "alert/alert.hpp"
#include "model/instant.hpp"

namespace dsr::alert {

class AlertChannel {
public:
    virtual ~AlertChannel() = default;
    /// Name for the log and for metrics: "table", "log", "webhook", "email".
    [[nodiscard]] virtual std::string name() const = 0;
    /// Where it tells, for the log: a host; empty where the name says it all. Nothing secret.
    [[nodiscard]] virtual std::string place() const { return {}; }
    /// Throws model::Failure when it could not be told; the caller goes on.
    virtual void send(const Alert& alert, model::Instant now) = 0;
};

}  // namespace dsr::alert
