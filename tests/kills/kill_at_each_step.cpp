// SPDX-License-Identifier: Apache-2.0
// kill -9 of the daemon before and after every operation of a sweep, on real databases: a process of its own sweeps and
// kills itself at the n-th step, another one sweeps after it. No row may get two commands, none may be left without.
#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/sinks/null_sink.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "contract/workflow_store_worlds.hpp"
#include "fakes/fake_registry.hpp"
#include "registry/etcd/etcd_registry.hpp"
#include "registry/jdbc/jdbc_registry.hpp"
#include "support/etcd_server.hpp"
#include "support/hooked_ports.hpp"
#include "support/proven_journal.hpp"
#include "support/sweep_bench.hpp"
#include "support/zookeeper_client.hpp"

using namespace dsr;
using contract::dead;

namespace {

constexpr std::int64_t rows_a_round = 5;
constexpr int max_steps = 500;

/// How a swept process ended.
enum class End { whole, killed, broken };

model::Policy policy() {
    auto policy = test::at_once();
    policy.batch = 2;
    return policy;
}

/// A daemon's registry, in which another master than the dead one lives.
using MakeRegistry = std::function<std::unique_ptr<registry::Registry>(store::SociStore&, journal::Journal&)>;

std::unique_ptr<registry::Registry> fake_registry(store::SociStore&, journal::Journal& journal) {
    auto cluster = std::make_shared<fakes::FakeCluster>();
    cluster->add_master({"10.9.9.1:5678"}, model::system_now() - std::chrono::hours{1}, 1);
    test::prove_cluster(journal, *cluster, model::system_now());
    return std::make_unique<fakes::FakeRegistry>(cluster, "replica");
}

/// One sweep of a daemon that dies at its `last_step`-th step; 0: it lives. Runs in a process of its own.
[[noreturn]] void sweep_and_exit(const store::ConnectionSettings& settings, const MakeRegistry& make, int last_step) {
    int steps = 0;
    const test::PortHook hook = [&](std::string_view, test::Moment) {
        if (++steps == last_step) ::raise(SIGKILL);
    };
    const auto now = [] { return model::system_now(); };
    store::SociStore store(settings);
    journal::SociJournal journal(store);
    store.ping();
    const auto registry = make(store, journal);  // the first of the steps that are counted comes later
    test::FakeKiller killer;
    spdlog::logger log("test", std::make_shared<spdlog::sinks::null_sink_mt>());
    test::HookedRegistry hooked_registry(*registry, hook, now);
    test::HookedStore hooked_store(store, hook);
    test::HookedJournal hooked_journal(journal, hook);
    test::HookedKiller hooked_killer(killer, hook);
    sweep::Sweeper sweeper(
        sweep::SweepContext{hooked_registry, hooked_store, hooked_journal, hooked_killer, log, now, "0.0.0", "replica"},
        alert::AlertDispatcher({}, std::chrono::minutes{60}, log), policy());
    const auto report = sweeper.sweep({false, {}}, {});
    const bool well = report.failure.empty() && report.holds.empty() &&
                      report.count(model::Outcome::failed) + report.count(model::Outcome::unknown) == 0;
    if (!well) {
        fmt::print(stderr, "the sweep: {}\n", report.failure);
        for (const auto& hold : report.holds) fmt::print(stderr, "held: {}\n", hold.reason);
    }
    // Nothing of the parent's that was copied into this process is to be closed.
    ::_exit(well ? 0 : 1);
}

End swept(const store::ConnectionSettings& settings, const MakeRegistry& make, int last_step) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) sweep_and_exit(settings, make, last_step);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return End::killed;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? End::whole : End::broken;
}

std::string count_of(support::DatabaseConnection& sql, const std::string& query) {
    return sql.value(query).value_or("NULL");
}

/// `bury` takes away what a daemon that ended at once left behind, as time would.
template <class World>
void kill_at_each_step(World& world, const MakeRegistry& make, const std::function<void()>& bury, int stride = 1) {
    const auto settings = world.database().daemon_settings();
    // With a stride of 2 one database takes the odd steps, the other the even ones.
    int step = 1 - stride + (stride == 2 && settings.kind == store::DatabaseKind::mysql ? 1 : 0);
    std::int64_t id = 0;
    for (auto end = End::killed; end == End::killed;) {
        step += stride;
        REQUIRE(step < max_steps);
        for (std::int64_t row = 0; row < rows_a_round; ++row) {
            support::SeedInstance seed;
            seed.id = ++id;
            world.add(seed);
        }
        INFO("killed at step " << step);
        bury();
        end = swept(settings, make, step);
        REQUIRE(end != End::broken);
        bury();
        REQUIRE(swept(settings, make, 0) == End::whole);
        const std::string each = world.named(
            "select count(*) from (select {instance_id} from t_ds_command group by {instance_id} having count(*) = 1) "
            "once");
        const std::string entries = "select count(*) from ds_reconciler_journal where kind = 'failover'";
        CHECK(count_of(world.sql(), each) == std::to_string(id));
        CHECK(count_of(world.sql(), "select count(*) from t_ds_command") == std::to_string(id));
        CHECK(count_of(world.sql(), entries) == std::to_string(id));
    }
    CHECK(step > 40);  // each port's operations, before and after
    WARN("killed at " << (stride == 1 ? "each" : "every other one") << " of " << step - 1 << " steps; " << id
                      << " rows, one command each");
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("killed at any step, the next daemon leaves each row with one command", "[kills]",
                        contract::RealStoreWorlds) {
    TestType world;
    world.add_definition(9001, 1);
    world.init_db();
    kill_at_each_step(world, fake_registry, [] {});
}

TEST_CASE("killed at any step, where the registry is an etcd", "[kills]") {
    contract::PostgresqlWorkflow world;
    world.add_definition(9001, 1);
    world.init_db();
    support::EtcdNamespace space(support::shared_etcd());
    space.add_master("10.9.9.1:5678", model::epoch_ms(model::system_now()) - 3'600'000, 1);
    const auto make = [&](store::SociStore&, journal::Journal& journal) {
        registry::EtcdOptions options;
        options.endpoints = {support::shared_etcd().endpoint()};
        options.name_space = space.name();
        options.ttl = std::chrono::seconds{10};
        options.identity = "replica";
        auto registry = std::make_unique<registry::EtcdRegistry>(std::move(options), registry::Log{},
                                                                 std::function<void()>{}, std::stop_token{});
        fakes::FakeCluster known;
        known.identity = registry->observe().identity;
        test::prove_cluster(journal, known, model::system_now());
        return registry;
    };
    // The keys of a daemon that ended at once stay until its lease ends.
    kill_at_each_step(
        world, make,
        [&] {
            space.client().remove_prefix(space.name() + "-reconciler/");
            space.client().remove_prefix(space.at("/lock/"));
        },
        2);
}

TEMPLATE_TEST_CASE("killed at any step, where the registry is the database", "[kills]", contract::PostgresqlWorkflow,
                   contract::MysqlWorkflow) {
    TestType world;
    world.add_definition(9001, 1);
    world.init_db();
    world.database().make_registry();
    const std::string client =
        "insert into t_ds_jdbc_registry_client_heartbeat (id, client_name, last_heartbeat_time, connection_config) "
        "values (1, 'host_1', 1000, '{\"sessionTimeout\":60000}')";
    const auto put = [&](const std::string& key, const std::string& value, const std::string& type) {
        world.sql().run("insert into t_ds_jdbc_registry_data (data_key, data_value, data_type, client_id) values ('" +
                        key + "', " + world.sql().literal(value) + ", '" + type + "', 1)");
    };
    world.sql().run(client);
    put("/nodes/master", "", "PERSISTENT");
    put("/nodes/failover-finish-nodes", "", "PERSISTENT");
    put("/nodes/master/10.9.9.1:5678",
        support::TestNamespace::heartbeat(model::epoch_ms(model::system_now()) - 3'600'000, 1), "EPHEMERAL");
    const auto owner = world.database().settings();
    const auto make = [&](store::SociStore& store, journal::Journal&) {
        // The living master refreshes as long as the process that looks at it lives.
        std::thread([owner] {
            const auto sql = support::connect_database(owner);
            for (;; std::this_thread::sleep_for(std::chrono::milliseconds{20}))
                sql->run(
                    "update t_ds_jdbc_registry_client_heartbeat set last_heartbeat_time = last_heartbeat_time + 3000");
        }).detach();
        return std::make_unique<registry::JdbcRegistry>(registry::JdbcOptions{"replica"}, store, registry::Log{});
    };
    // The ticket of a daemon that ended at once lives on; the next one leads when its time has passed.
    kill_at_each_step(
        world, make, [&] { world.sql().run("update ds_reconciler_replicas set expires = 0"); }, 2);
    const auto left = [&](const std::string& from) {
        return count_of(world.sql(), "select count(*) from t_ds_jdbc_registry_" + from);
    };
    CHECK(left("lock") == "0");
    CHECK(left("data where data_type = 'EPHEMERAL'") == "1");
}
