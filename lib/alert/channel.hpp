// SPDX-License-Identifier: Apache-2.0
// The port for alerts. Implementations: ds_alert_table (rows that DolphinScheduler's alert server delivers) and
// log_alert, called from the sweep's thread after the sweep, never inside a transaction; webhook and email, called from
// delivery's thread; and the tests' fake.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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
    /// What it reports, such as "hold:paused" or "master:host:port": a resolved alert follows when this ends. Empty:
    /// none follows.
    std::vector<std::string> conditions = {};
    /// The keys of earlier alerts whose end this one reports. Empty, except for a resolved alert; its severity is then
    /// theirs.
    std::vector<std::string> resolves = {};
    /// When its condition had ended before; set if it occurs again. The table then accepts it within alerts.suppress.
    std::string recurs_after = {};

    [[nodiscard]] bool is_resolved() const { return !resolves.empty(); }
};

/// The sender of an alert, for operators of several clusters.
struct AlertOrigin {
    std::string cluster;
    std::string replica;    ///< host and process
    std::string page = {};  ///< the address of the web page (http.external_url); empty if unknown
};

/// The first line for people who watch several clusters: "[production] ds-reconciler holds".
inline std::string headline(const Alert& alert, const std::string& cluster) {
    return cluster.empty() ? alert.title : "[" + cluster + "] " + alert.title;
}

class AlertChannel {
public:
    virtual ~AlertChannel() = default;
    /// Name for the log and for metrics: "table", "log", "webhook", "webhook:NAME", "email".
    [[nodiscard]] virtual std::string name() const = 0;
    /// The destination, for the log: a host; empty if the name is sufficient. Not secret.
    [[nodiscard]] virtual std::string place() const { return {}; }
    /// Throws model::Failure if the alert could not be sent; the caller continues.
    virtual void send(const Alert& alert, model::Instant now) = 0;
};

}  // namespace dsr::alert
