// SPDX-License-Identifier: Apache-2.0
// The worlds that the Registry contract is held against: the fake, a real ZooKeeper, a real etcd, and the JDBC registry
// on a real PostgreSQL and a real MariaDB. Each has three clients on one cluster, and the means to change the cluster
// from outside.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "fakes/fake_registry.hpp"
#include "registry/etcd/etcd_registry.hpp"
#include "registry/jdbc/jdbc_registry.hpp"
#include "registry/zookeeper/zookeeper_registry.hpp"
#include "support/etcd_server.hpp"
#include "support/jdbc_database.hpp"
#include "support/zookeeper_client.hpp"
#include "support/zookeeper_proxy.hpp"
#include "support/zookeeper_server.hpp"

namespace dsr::contract {

class FakeRegistryWorld {
public:
    static constexpr bool reuses_markers = true;    ///< a cached view shows markers as they were
    static constexpr bool looks_in_session = true;  ///< a look begins a session
    registry::Registry& registry() { return registry_; }
    registry::Registry& rival() { return rival_; }
    registry::Registry& third() { return *third_; }

    void add_master(const std::string& address, long long startup_ms, int process_id) {
        cluster_->add_master({address}, *model::instant_from_epoch_ms(startup_ms), process_id);
    }
    void remove_master(const std::string& address) { cluster_->remove_master({address}); }
    void add_worker(const std::string& address, long long startup_ms, int process_id) {
        cluster_->add_worker({address}, *model::instant_from_epoch_ms(startup_ms), process_id);
    }
    void remove_worker(const std::string& address) { cluster_->remove_worker({address}); }
    void set_marker(const std::string& name, const std::string& value) { cluster_->set_marker(name, value); }
    void remove_marker(const std::string& name) { cluster_->markers.erase(name); }
    std::string queue_foreign(const std::string& path, const std::string& data) {
        return cluster_->queue_for(path, data);
    }
    void leave_foreign(const std::string& path, const std::string& node) { cluster_->leave(path, node); }
    std::size_t queue_length(const std::string& path) {
        const auto queue = cluster_->locks.find(path);
        return queue == cluster_->locks.end() ? 0 : queue->second.size();
    }
    void make_marker_directory() { cluster_->marker_directory = true; }
    /// Against the rules of the recipe, for it has no sequence number of its own: stands first.
    void push_in_front(const std::string& path) {
        cluster_->locks[path].push_front({"_c_intruder-lock-0000000000", "intruder", ++cluster_->last_session_id, {}});
    }
    std::size_t own_queue_length(const std::string& name) { return queue_length(fakes::FakeCluster::own_place(name)); }
    /// The registry's own session ends.
    void lose_session() { registry_.lose_session(); }
    void drop_third() { third_.reset(); }

private:
    std::shared_ptr<fakes::FakeCluster> cluster_ = std::make_shared<fakes::FakeCluster>();
    fakes::FakeRegistry registry_{cluster_, "daemon 1"};
    fakes::FakeRegistry rival_{cluster_, "daemon 2"};
    std::unique_ptr<registry::Registry> third_ = std::make_unique<fakes::FakeRegistry>(cluster_, "daemon 3");
};

class ZooKeeperWorld {
public:
    static constexpr bool reuses_markers = true;
    static constexpr bool looks_in_session = true;
    registry::Registry& registry() { return registry_; }
    registry::Registry& rival() { return rival_; }
    registry::Registry& third() { return *third_; }

    void add_master(const std::string& address, long long startup_ms, int process_id) {
        space_.add_master(address, startup_ms, process_id);
    }
    void remove_master(const std::string& address) { space_.client().remove(space_.at("/nodes/master/" + address)); }
    void add_worker(const std::string& address, long long startup_ms, int process_id) {
        space_.add_worker(address, startup_ms, process_id);
    }
    void remove_worker(const std::string& address) { space_.client().remove(space_.at("/nodes/worker/" + address)); }
    void set_marker(const std::string& name, const std::string& value) {
        const auto path = space_.at("/nodes/failover-finish-nodes/" + name);
        if (space_.client().get(path))
            space_.client().set(path, value);
        else
            space_.client().create(path, value);
    }
    void remove_marker(const std::string& name) {
        space_.client().remove(space_.at("/nodes/failover-finish-nodes/" + name));
    }
    std::string queue_foreign(const std::string& path, const std::string& data) {
        const auto node = space_.client().create(space_.at(path) + "/_c_foreign-lock-", data,
                                                 support::ZookeeperClient::Kind::ephemeral_sequential);
        return node.substr(node.rfind('/') + 1);
    }
    void leave_foreign(const std::string& path, const std::string& node) {
        space_.client().remove(space_.at(path) + "/" + node);
    }
    void make_marker_directory() { space_.client().create(space_.at("/nodes/failover-finish-nodes")); }
    void push_in_front(const std::string& path) {
        space_.client().create(space_.at(path) + "/_c_intruder-lock-0000000000", "intruder",
                               support::ZookeeperClient::Kind::ephemeral);
    }
    std::size_t own_queue_length(const std::string& name) {
        return space_.client().children("/" + space_.name() + "-reconciler/" + name).size();
    }
    void drop_third() { third_.reset(); }
    std::size_t queue_length(const std::string& path) { return space_.client().children(space_.at(path)).size(); }
    void lose_session() {
        const auto session = registry_.observe().session_id;
        proxy_.refuse(true);
        proxy_.cut();
        support::end_session(space_.address(), session);
        proxy_.refuse(false);
    }

private:
    registry::ZookeeperOptions options(const std::string& connect, const std::string& identity) {
        registry::ZookeeperOptions options;
        options.connect = connect;
        options.name_space = space_.name();
        options.session_timeout = model::Milliseconds{10'000};
        options.identity = identity;
        return options;
    }

    support::TestNamespace space_{support::shared_zookeeper()};
    support::ZookeeperProxy proxy_{space_.address()};
    registry::ZookeeperRegistry registry_{options(proxy_.address(), "daemon 1"), {}, {}, {}};
    registry::ZookeeperRegistry rival_{options(space_.address(), "daemon 2"), {}, {}, {}};
    std::unique_ptr<registry::Registry> third_ = std::make_unique<registry::ZookeeperRegistry>(
        options(space_.address(), "daemon 3"), registry::Log{}, std::function<void()>{}, std::stop_token{});
};

class EtcdWorld {
public:
    static constexpr bool reuses_markers = false;
    static constexpr bool looks_in_session = true;
    registry::Registry& registry() { return registry_; }
    registry::Registry& rival() { return rival_; }
    registry::Registry& third() { return *third_; }

    void add_master(const std::string& address, long long startup_ms, int process_id) {
        space_.add_master(address, startup_ms, process_id);
    }
    void remove_master(const std::string& address) { space_.client().remove(space_.at("/nodes/master/" + address)); }
    void add_worker(const std::string& address, long long startup_ms, int process_id) {
        space_.add_worker(address, startup_ms, process_id);
    }
    void remove_worker(const std::string& address) { space_.client().remove(space_.at("/nodes/worker/" + address)); }
    void set_marker(const std::string& name, const std::string& value) {
        if (!space_.client().get(space_.at("/nodes/failover-finish-nodes"))) make_marker_directory();
        space_.client().put(space_.at("/nodes/failover-finish-nodes/" + name), value);
    }
    void remove_marker(const std::string& name) {
        space_.client().remove(space_.at("/nodes/failover-finish-nodes/" + name));
    }
    std::string queue_foreign(const std::string& path, const std::string& data) {
        const auto lease = space_.client().grant(60);
        const auto node = "foreign" + std::to_string(lease);
        space_.client().put(space_.at(path) + "/" + node, data, lease);
        return node;
    }
    void leave_foreign(const std::string& path, const std::string& node) {
        space_.client().remove(space_.at(path) + "/" + node);
    }
    void make_marker_directory() { space_.client().put(space_.at("/nodes/failover-finish-nodes"), ""); }
    /// No key can come before another one by its revision: those that stand already are put anew, at the end.
    void push_in_front(const std::string& path) {
        const auto queue = space_.client().keys(space_.at(path) + "/");
        for (const auto& key : queue) space_.client().remove(key);
        space_.client().put(space_.at(path) + "/intruder", "intruder");
        for (const auto& key : queue) space_.client().put(key, "");
    }
    std::size_t own_queue_length(const std::string& name) {
        return space_.client().keys(space_.name() + "-reconciler/" + name + "/").size();
    }
    void drop_third() { third_.reset(); }
    std::size_t queue_length(const std::string& path) { return space_.client().keys(space_.at(path) + "/").size(); }
    void lose_session() { space_.client().revoke(registry_.observe().session_id); }

private:
    registry::EtcdOptions options(const std::string& identity) {
        registry::EtcdOptions options;
        options.endpoints = {support::shared_etcd().endpoint()};
        options.name_space = space_.name();
        options.ttl = model::Milliseconds{10'000};
        options.identity = identity;
        return options;
    }

    support::EtcdNamespace space_{support::shared_etcd()};
    registry::EtcdRegistry registry_{options("daemon 1"), {}, {}, {}};
    registry::EtcdRegistry rival_{options("daemon 2"), {}, {}, {}};
    std::unique_ptr<registry::Registry> third_ = std::make_unique<registry::EtcdRegistry>(
        options("daemon 3"), registry::Log{}, std::function<void()>{}, std::stop_token{});
};

/// Between any two uses some server refreshes its row; else the registry stands still.
template <store::DatabaseKind kind, support::JdbcDatabase::Form form = support::JdbcDatabase::Form::clients>
class JdbcWorld {
public:
    static constexpr bool reuses_markers = false;
    static constexpr bool looks_in_session = false;  ///< it is the place in the line of daemons
    JdbcWorld() {
        int number = 0;
        for (auto* const one : {&registry_, &rival_, &third_}) {
            one->emplace(database_.settings(), "daemon " + std::to_string(++number));
            (void)(*one)->registry.observe();  // which has nothing to compare with
        }
    }
    registry::Registry& registry() { return living(registry_); }
    registry::Registry& rival() { return living(rival_); }
    registry::Registry& third() { return living(third_); }

    void add_master(const std::string& address, long long startup_ms, int process_id) {
        database_.add_server("/nodes/master/" + address, startup_ms, process_id);
    }
    void remove_master(const std::string& address) { database_.remove("/nodes/master/" + address); }
    void add_worker(const std::string& address, long long startup_ms, int process_id) {
        database_.add_server("/nodes/worker/" + address, startup_ms, process_id);
    }
    void remove_worker(const std::string& address) { database_.remove("/nodes/worker/" + address); }
    void set_marker(const std::string& name, const std::string& value) {
        const auto key = directory + "/" + name;
        if (!database_.id_of(directory)) make_marker_directory();
        if (database_.id_of(key))
            database_.update(key, value);
        else
            database_.insert(key, value, database_.server(), "PERSISTENT");
    }
    void remove_marker(const std::string& name) { database_.remove(directory + "/" + name); }
    std::string queue_foreign(const std::string& path, const std::string& data) {
        database_.lock(path, data, database_.add_client());
        return path;
    }
    void leave_foreign(const std::string& path, const std::string&) {
        database_.sql().run("delete from t_ds_jdbc_registry_lock where lock_key = " + database_.sql().literal(path));
    }
    void make_marker_directory() { database_.insert(directory, "", database_.server(), "PERSISTENT"); }
    std::size_t own_queue_length(const std::string& name) {
        return name == "leader" ? static_cast<std::size_t>(database_.count("ds_reconciler_replicas")) : 0;
    }
    void drop_third() { third_.reset(); }
    std::size_t queue_length(const std::string& path) {
        return static_cast<std::size_t>(
            database_.count("t_ds_jdbc_registry_lock where lock_key = " + database_.sql().literal(path)));
    }
    /// The registry learns it by its next look.
    void lose_session() {
        const auto ticket = registry_->registry.observe().session_id;
        database_.sql().run("update ds_reconciler_replicas set expires = 1 where ticket = " + std::to_string(ticket));
        (void)registry_->registry.observe();
    }
    support::JdbcDatabase& database() { return database_; }

private:
    struct Daemon {
        Daemon(const store::ConnectionSettings& settings, const std::string& identity)
            : store(settings), registry(options(identity), store, {}) {}
        static registry::JdbcOptions options(const std::string& identity) {
            registry::JdbcOptions options;
            options.identity = identity;
            options.first_wait = model::Milliseconds{0};
            options.life.watch = model::Milliseconds{0};
            return options;
        }
        store::SociStore store;
        registry::JdbcRegistry registry;
    };
    registry::Registry& living(std::optional<Daemon>& daemon) {
        database_.live();
        return daemon->registry;
    }

    inline static const std::string directory = "/nodes/failover-finish-nodes";
    support::JdbcDatabase database_{kind, form};
    std::optional<Daemon> registry_;
    std::optional<Daemon> rival_;
    std::optional<Daemon> third_;
};

using JdbcOnPostgresql = JdbcWorld<store::DatabaseKind::postgresql>;
using JdbcOnMysql = JdbcWorld<store::DatabaseKind::mysql>;
using Jdbc32OnPostgresql = JdbcWorld<store::DatabaseKind::postgresql, support::JdbcDatabase::Form::terms>;
using Jdbc32OnMysql = JdbcWorld<store::DatabaseKind::mysql, support::JdbcDatabase::Form::terms>;

}  // namespace dsr::contract
