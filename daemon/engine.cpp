// SPDX-License-Identifier: Apache-2.0
#include "engine.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "alert/ds_alert_table.hpp"
#include "alert/log_alert.hpp"
#include "alert_channels.hpp"
#include "config/hosts.hpp"
#include "journal/kept_note.hpp"
#include "journal/soci_journal.hpp"
#include "registry/etcd/etcd_registry.hpp"
#include "registry/jdbc/jdbc_registry.hpp"
#include "registry/zookeeper/tls.hpp"
#include "registry/zookeeper/zookeeper_registry.hpp"
#include "worker/address_probe.hpp"
#include "worker/host_resolver.hpp"
#include "worker/tcp_task_killer.hpp"

namespace dsr {

namespace {

registry::Log registry_log(spdlog::logger& log, const std::string& registry) {
    return [&log, registry](registry::LogLevel level, const std::string& text) {
        switch (level) {
            case registry::LogLevel::error:
                log.error("{}: {}", registry, text);
                break;
            case registry::LogLevel::warning:
                log.warn("{}: {}", registry, text);
                break;
            case registry::LogLevel::info:
                log.info("{}: {}", registry, text);
                break;
            case registry::LogLevel::debug:
                log.debug("{}: {}", registry, text);
                break;
        }
    };
}

/// How long an absent master's address may take to accept a connection; in a data center, that takes milliseconds.
constexpr std::chrono::seconds probe_wait{1};

/// What both kinds of registry report to.
struct RegistryUsers {
    std::string identity;
    std::function<void(model::RegistryLink)> on_link;
    std::function<void()> members_changed;
};

std::unique_ptr<registry::Registry> make_zookeeper(const config::Registry& settings, RegistryUsers users,
                                                   spdlog::logger& log, const std::stop_token& shutdown) {
    registry::ZookeeperOptions options;
    options.connect = config::zookeeper_hosts(settings.connect);
    options.name_space = settings.name_space;
    options.session_timeout = settings.session_timeout;
    options.digest = settings.digest.reveal();
    options.identity = std::move(users.identity);
    options.on_link = std::move(users.on_link);
    if (settings.tls)
        options.tls = registry::TlsFiles{settings.tls_ca_file.string(), settings.tls_cert_file.string(),
                                         settings.tls_key_file.string()};
    return std::make_unique<registry::ZookeeperRegistry>(std::move(options), registry_log(log, "zookeeper"),
                                                         std::move(users.members_changed), shutdown);
}

std::unique_ptr<registry::Registry> make_etcd(const config::Registry& settings, RegistryUsers users,
                                              spdlog::logger& log, const std::stop_token& shutdown) {
    registry::EtcdOptions options;
    options.endpoints = config::endpoints_of(settings.endpoints);
    options.name_space = settings.name_space;
    options.ttl = settings.ttl;
    options.user = settings.user;
    options.password = settings.password.reveal();
    options.tls = {settings.tls_ca_file.string(), settings.tls_cert_file.string(), settings.tls_key_file.string()};
    options.identity = std::move(users.identity);
    options.on_link = std::move(users.on_link);
    return std::make_unique<registry::EtcdRegistry>(std::move(options), registry_log(log, "registry"),
                                                    std::move(users.members_changed), shutdown);
}

std::unique_ptr<registry::Registry> make_jdbc(const model::Policy& policy, RegistryUsers users, spdlog::logger& log,
                                              const std::stop_token& shutdown, store::SociStore& store) {
    registry::JdbcOptions options;
    options.identity = std::move(users.identity);
    options.ttl = std::max(options.ttl, 3 * policy.sweep_interval);
    options.on_link = std::move(users.on_link);
    options.shutdown = shutdown;
    return std::make_unique<registry::JdbcRegistry>(std::move(options), store, registry_log(log, "registry"));
}

}  // namespace

void require_of_build(const config::Config& config) {
    if (config.registry.tls) registry::demand_client_tls();
}

std::string replica_identity() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
    return std::string("ds-reconciler ") + host.data() + " pid " + std::to_string(::getpid());
}

NoSuchInstance::NoSuchInstance(model::WorkflowInstanceId id)
    : Failure(model::ErrorKind::permanent,
              "there is no workflow instance " + std::to_string(id.value) + "; nothing was written") {}

store::ConnectionSettings connection_of(const config::Config& config) {
    const auto& database = config.database;
    return {.kind = database.type,
            .host = database.host,
            .port = database.port,
            .name = database.name,
            .user = database.user,
            .password = database.password.reveal(),
            .path = database.path.string(),
            .connect_timeout = std::chrono::ceil<std::chrono::seconds>(database.connect_timeout),
            .statement_timeout = std::chrono::ceil<std::chrono::seconds>(database.statement_timeout),
            .zone = model::Zone(database.time_zone),
            .tls = {database.tls, database.tls_ca_file.string(), database.tls_cert_file.string(),
                    database.tls_key_file.string()},
            .login_plugins = database.login_plugins};
}

sweep::Cadence cadence_of(const config::Config& config) {
    sweep::Cadence cadence;
    cadence.interval = config.policy.sweep_interval;
    cadence.jitter = config.sweep.jitter;
    cadence.on_start = config.sweep.on_start;
    return cadence;
}

std::shared_ptr<Engine::Connections> Engine::connect(const config::Config& config, const Dependencies& dependencies,
                                                     const Engine* before) {
    if (before != nullptr && before->connections_->registry_settings == config.registry &&
        before->connections_->database_settings == config.database &&
        before->policy_.lock_layout == config.policy.lock_layout &&
        before->policy_.lock_hold == config.policy.lock_hold &&
        before->connections_->sweep_interval == config.policy.sweep_interval &&
        before->connections_->watch == config.sweep.watch)
        return before->connections_;
    auto made = std::make_shared<Connections>();
    made->registry_settings = config.registry;
    made->database_settings = config.database;
    made->watch = config.sweep.watch;
    made->sweep_interval = config.policy.sweep_interval;
    RegistryUsers users{made->identity = replica_identity(), {}, [] {}};
    if (dependencies.metrics != nullptr)
        users.on_link = [to = dependencies.metrics, kind = config.registry.type](model::RegistryLink link) {
            to->registry_link(kind, link);
        };
    if (config.sweep.watch) users.members_changed = dependencies.members_changed;
    made->store = std::make_unique<store::SociStore>(connection_of(config));
    switch (config.registry.type) {
        case model::RegistryKind::zookeeper:
            made->registry = make_zookeeper(config.registry, std::move(users), dependencies.log, dependencies.shutdown);
            break;
        case model::RegistryKind::etcd:
            made->registry = make_etcd(config.registry, std::move(users), dependencies.log, dependencies.shutdown);
            break;
        case model::RegistryKind::jdbc:
            made->registry =
                make_jdbc(config.policy, std::move(users), dependencies.log, dependencies.shutdown, *made->store);
            break;
    }
    made->journal = std::make_unique<journal::SociJournal>(*made->store);
    return made;
}

Engine::Engine(const config::Config& config, const Dependencies& dependencies, const Engine* before)
    : policy_(config.policy),
      shadow_(config.sweep.shadow),
      connections_(connect(config, dependencies, before)),
      killer_(std::make_unique<worker::TcpTaskKiller>(dependencies.io)) {
    auto& store = *connections_->store;
    // Its table belongs to DolphinScheduler, so shadow mode must not write it.
    if (config.alerts.table && !shadow_)
        channels_.push_back(std::make_unique<alert::DsAlertTable>(store, config.alerts.group, config.alerts.suppress,
                                                                  origin_of(config)));
    if (config.alerts.log) channels_.push_back(std::make_unique<alert::LogAlert>(dependencies.log, origin_of(config)));
    for (const auto& name : outside_channel_names(config))
        channels_.push_back(std::make_unique<alert::QueuedChannel>(dependencies.delivery, name));
    std::vector<alert::AlertChannel*> channels;
    channels.reserve(channels_.size());
    for (const auto& channel : channels_) channels.push_back(channel.get());

    const auto now = model::system_now;
    if (config.recording.enabled) {
        const recording::Keep keep{static_cast<std::size_t>(config.recording.files),
                                   static_cast<std::uintmax_t>(config.recording.size) << 20U};
        recorder_ = std::make_unique<recording::Recorder>(config.recording.folder, keep);
    }
    sweeper_ = std::make_unique<sweep::Sweeper>(
        sweep::SweepContext{
            *connections_->registry, store, *connections_->journal, *killer_, dependencies.log, now, DSR_VERSION,
            connections_->identity, base::sleep_for,
            [](std::span<const model::MasterAddress> addresses) { return worker::accepting(addresses, probe_wait); },
            [](const std::set<std::string>& hosts) { return worker::resolved(hosts, probe_wait); }},
        alert::AlertDispatcher(channels, config.alerts.suppress, dependencies.log), policy_, recorder_.get());
    if (before != nullptr) {
        const auto& old = *before->connections_;
        sweeper_->inherit(*before->sweeper_, {.registry = old.registry_settings == config.registry,
                                              .database = old.database_settings == config.database});
    }
}

model::SweepReport Engine::sweep(sweep::Sweeper::Options options, const std::stop_token& stop) {
    options.shadow = shadow_;
    auto& store = *connections_->store;
    std::uint64_t rows = 0;
    std::uint64_t done = 0;
    std::uint64_t planned = 0;
    if (const auto told = options.progress; told) {
        // Each statement is limited in time, so its start counts as progress: a page may take long to fill.
        options.progress = [&, told](std::uint64_t seen, std::uint64_t over, std::uint64_t of) {
            told(rows = seen, done = over, planned = of);
        };
        store.on_statement([&, told] { told(rows, done, planned); });
    }
    auto report = sweeper_->sweep(options, stop);
    store.on_statement({});
    // What many rows took goes back to the system; glibc would keep most of it. Takes a millisecond.
    ::malloc_trim(0);
    for (const auto& advice : {store::index_advice(store.unfinished_scan()), store::index_advice(store.task_scan())}) {
        if (!advice.empty()) report.index_advice += (report.index_advice.empty() ? "" : "; ") + advice;
    }
    return report;
}

model::ControlNote Engine::tell(const model::ControlNote& note) {
    auto& store = *connections_->store;
    auto& journal = *connections_->journal;
    store.ping();
    (void)store.inspect();
    if (const auto state = journal.inspect(); !state.ready)
        throw model::Failure(model::ErrorKind::permanent, state.why_not_ready);
    if (note.instance) {
        const std::vector<model::WorkflowInstanceId> ids{*note.instance};
        if (note.instance->value > std::numeric_limits<std::int32_t>::max() || store.read(ids).empty())
            throw NoSuchInstance(*note.instance);
    }
    return journal::note_and_read_back(journal, note);
}

model::SweepReport tagged_sweep(Engine& engine, sweep::Sweeper::Options options, const std::stop_token& stop,
                                ops::SweepTag& tag) {
    const ops::SweepTag::Scope lines_of_the_sweep(tag, {});
    options.named = [&tag](const std::string& sweep) { tag.begin(sweep); };
    return engine.sweep(options, stop);
}

}  // namespace dsr
