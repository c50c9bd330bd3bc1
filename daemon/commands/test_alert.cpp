// SPDX-License-Identifier: Apache-2.0
#include "commands/test_alert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <vector>

#include "alert/ds_alert_table.hpp"
#include "alert/log_alert.hpp"
#include "alert_channels.hpp"
#include "engine.hpp"
#include "store/sql/soci_store.hpp"

namespace dsr {

namespace {

alert::Alert test_alert(model::Instant now) {
    alert::Alert alert;
    alert.severity = alert::Severity::warning;
    alert.key = "test:" + model::rfc3339(now);  // unique, so it is never suppressed
    alert.title = "ds-reconciler: a test alert";
    alert.summary = "sent by `ds-reconcilerd test-alert` of " + replica_identity() + "; nothing is wrong";
    alert.content =
        nlohmann::ordered_json::array({{{"event", "TEST"}, {"reason", alert.summary}, {"warningLevel", "MIDDLE"}}})
            .dump();
    return alert;
}

void tell_table(const config::Config& config, const alert::Alert& alert, model::Instant now) {
    store::SociStore store(connection_of(config));
    store.ping();
    (void)store.inspect();
    alert::DsAlertTable(store, config.alerts.group, config.alerts.suppress, origin_of(config)).send(alert, now);
}

/// Whether it was sent.
bool attempt(const std::string& channel, const std::function<void()>& tell, std::ostream& out) {
    try {
        tell();
        out << fmt::format("{:<10} sent\n", channel) << std::flush;
        return true;
    } catch (const std::exception& error) {
        out << fmt::format("{:<10} failed: {}\n", channel, error.what()) << std::flush;
        return false;
    }
}

}  // namespace

Exit run_test_alert(const config::Config& config, spdlog::logger& log, std::ostream& out) {
    const auto now = model::system_now();
    const auto alert = test_alert(now);
    std::vector<bool> told;
    if (config.alerts.table)
        told.push_back(attempt(
            "table", [&] { tell_table(config, alert, now); }, out));
    if (config.alerts.log)
        told.push_back(attempt(
            "log", [&] { alert::LogAlert(log, origin_of(config)).send(alert, now); }, out));
    for (const auto& channel : outside_channels(config, {}, true)) {
        told.push_back(attempt(
            fmt::format("{:<10} {}", channel->name(), channel->place()), [&] { channel->send(alert, now); }, out));
    }
    if (told.empty()) {
        out << "no channel is configured below alerts: no alert would be sent\n";
        return Exit::usage;
    }
    return std::find(told.begin(), told.end(), false) == told.end() ? Exit::nothing_left : Exit::held;
}

}  // namespace dsr
