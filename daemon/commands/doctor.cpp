// SPDX-License-Identifier: Apache-2.0
#include "commands/doctor.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "alert_channels.hpp"
#include "commands/ask_daemon.hpp"
#include "commands/test_alert.hpp"
#include "engine.hpp"
#include "journal/rights.hpp"
#include "journal/soci_journal.hpp"
#include "model/failure.hpp"
#include "query/check_up.hpp"
#include "store/sql/soci_store.hpp"

namespace dsr {

namespace {

using model::Failure;
using query::Check;
using query::Finding;

std::string registry_of(const config::Registry& registry) {
    switch (registry.type) {
        case model::RegistryKind::zookeeper:
            return "zookeeper " + registry.connect + ", namespace " + registry.name_space;
        case model::RegistryKind::etcd:
            return "etcd " + registry.endpoints + ", namespace " + registry.name_space;
        case model::RegistryKind::jdbc:
            return "jdbc, in the workflow database";
    }
    return "";
}

Check rights_check(std::string what, const std::vector<std::string>& denied, std::string passed) {
    if (denied.empty()) return {std::move(what), Finding::passed, std::move(passed)};
    std::string seen;
    for (const auto& right : denied) seen += (seen.empty() ? "" : "; ") + right;
    return {std::move(what), Finding::failed, "missing: " + seen,
            "let the owner of the tables run what `ds-reconcilerd init-db --print-grants` prints"};
}

/// Login, schema and rights.
void examine_database(const config::Config& config, std::vector<Check>& checks) {
    const auto settings = connection_of(config);
    const auto where = store::describe(settings);
    store::SociStore store(settings);
    try {
        store.ping();
        checks.push_back({"database", Finding::passed, where + " answers"});
    } catch (const Failure& failure) {
        checks.push_back({"database", Finding::failed, failure.what(), "check the keys below database"});
        return;
    }
    try {
        const auto schema = store.inspect();
        checks.push_back(query::release_check(schema));
        auto rights = journal::rights_of(settings.kind, schema, config.registry.type == model::RegistryKind::jdbc);
        if (!journal::SociJournal(store).inspect().ready)
            std::erase_if(rights,
                          [](const journal::Right& right) { return right.table.starts_with("ds_reconciler_"); });
        std::vector<std::string> to_observe;
        std::vector<std::string> to_act;
        for (const auto& denied : journal::denied_of(rights, store))
            (denied.to_act ? to_act : to_observe).push_back(denied.right);
        checks.push_back(rights_check("rights to observe", to_observe, "each was tried"));
        checks.push_back(rights_check("rights to act", to_act, "each was tried, on no row"));
    } catch (const Failure& failure) {
        checks.push_back({"release", Finding::failed, failure.what(),
                          "check that database.name is DolphinScheduler's, and docs/compatibility.md"});
    }
}

void examine_cluster(const config::Config& config, spdlog::logger& log, std::vector<Check>& checks) {
    auto quiet = config;
    quiet.sweep.watch = false;
    quiet.recording.enabled = false;
    boost::asio::io_context io;
    alert::Delivery nobody(io, log);
    Engine engine(quiet, Dependencies{log, io, [] {}, {}, nobody}, nullptr);
    const auto report = engine.sweep({.dry_run = true}, {});
    const auto& memory = engine.memory();
    for (auto& check : query::checks_of(
             {report, memory.zone, memory.cluster, memory.workers.registered.size(), registry_of(config.registry)}))
        checks.push_back(std::move(check));
}

/// `acts`: becomes true if a daemon runs in mode act.
Check daemon_check(const config::Config& config, bool& acts) {
    try {
        if (const auto status = ask_daemon(config, "/api/v1/status").json) {
            const auto mode = status->value("mode", "unknown");
            acts = mode == "act";
            return {
                "daemon", Finding::passed,
                fmt::format("one of this cluster runs here in mode {}: {}", mode, status->value("state", "unknown"))};
        }
        return {"daemon", Finding::not_tried, "none of this cluster runs here", "start it when the lines above passed"};
    } catch (const Failure& failure) {
        return {"daemon", Finding::advice, failure.what(), "`ds-reconcilerd health` asks it again"};
    }
}

Check alerts_check(const config::Config& config, spdlog::logger& log, bool send) {
    if (!send) {
        std::string names = config.alerts.table ? "table" : "";
        if (config.alerts.log) names += names.empty() ? "log" : ", log";
        for (const auto& name : outside_channel_names(config)) names += (names.empty() ? "" : ", ") + name;
        return {"alerts", Finding::not_tried, names.empty() ? "no channel is configured" : "channels: " + names,
                names.empty() ? "set a channel below alerts" : "--send sends a test alert to each"};
    }
    std::ostringstream said;
    const auto exit = run_test_alert(config, log, said);
    auto text = said.str();
    while (!text.empty() && text.back() == '\n') text.pop_back();
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n')) text.replace(at, 1, "; ");
    if (exit == Exit::nothing_left) return {"alerts", Finding::passed, text};
    return {"alerts", Finding::failed, text, "`ds-reconcilerd test-alert` tries them again"};
}

}  // namespace

Exit run_doctor(const config::Config& config, spdlog::logger& log, const DoctorCommand& command, std::ostream& out) {
    log.set_level(spdlog::level::off);  // what it finds is printed
    query::CheckUp check_up;
    auto& checks = check_up.checks;
    checks.push_back({"configuration", Finding::passed,
                      std::string("valid, failover.mode ") + (config.sweep.shadow ? "shadow" : "act")});
    examine_database(config, checks);
    try {
        examine_cluster(config, log, checks);
    } catch (const Failure& failure) {
        checks.push_back({"registry", Finding::failed, failure.what(), "check the keys below registry"});
    }
    checks.push_back(daemon_check(config, check_up.acts));
    checks.push_back(alerts_check(config, log, command.send));
    if (command.output.is_data()) {
        out << data_text(query::to_json(check_up), command.output.form);
    } else {
        query::print(out, check_up, style_of(command.output));
    }
    return check_up.failed() ? Exit::held : Exit::nothing_left;
}

}  // namespace dsr
