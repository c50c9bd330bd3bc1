// SPDX-License-Identifier: Apache-2.0
// The port for alerts. Implementations: ds_alert_table (rows that DolphinScheduler's alert server delivers) and
// log_alert, called from the sweep's thread after the sweep, never inside a transaction; webhook and email, called from
// delivery's thread; and the tests' fake.
#pragma once

#include <string>
#include <string_view>

#include "model/instant.hpp"

namespace dsr::alert {

enum class Severity { warning, serious };

constexpr std::string_view name(Severity severity) {
    return severity == Severity::serious ? "serious" : "warning";
}

/// A message for operators, sent once.
struct Alert {
    Severity severity = Severity::warning;
    std::string key;      ///< identifies repeats: the same key is not sent twice within alerts.suppress
    std::string title;    ///< one short line
    std::string summary;  ///< a few sentences: what happened, to what, what to do next
    std::string content;  ///< JSON array of one object, as DolphinScheduler's alert server renders it
    /// The form of DolphinScheduler's own server-down alert. Its sign is taken over the content, so that the daemon's
    /// alert and a master's count as one.
    bool as_master_would = false;
};

/// The sender of an alert, for operators of several clusters.
struct AlertOrigin {
    std::string cluster;
    std::string replica;  ///< host and process
};

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
