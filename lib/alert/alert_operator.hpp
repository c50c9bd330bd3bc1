// SPDX-License-Identifier: Apache-2.0
// The port through which people are told. Implementations: ds_alert_table (rows that DolphinScheduler's alert server
// delivers), log_alert, and the tests' fake. Called from the sweep's thread, after the sweep, never inside a
// transaction.
#pragma once

#include "alert/alert.hpp"
#include "model/instant.hpp"

namespace dsr::alert {

class AlertOperator {
public:
    virtual ~AlertOperator() = default;
    /// Name for the log: "table", "log".
    [[nodiscard]] virtual std::string name() const = 0;
    /// Throws model::Failure when it could not be told; the caller goes on.
    virtual void tell(const Alert& alert, model::Instant now) = 0;
};

}  // namespace dsr::alert
