// SPDX-License-Identifier: Apache-2.0
// kill -9 of the daemon before and after every operation of a sweep, on real databases: a process of its own sweeps and
// kills itself at the n-th step, another one sweeps after it. No row may get two commands, none may be left without.
#include <fcntl.h>
#include <spdlog/sinks/null_sink.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <string>

#include "contract/workflow_store_worlds.hpp"
#include "fakes/fake_registry.hpp"
#include "support/hooked_ports.hpp"
#include "support/proven_journal.hpp"
#include "support/sweep_bench.hpp"

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

/// One sweep of a daemon that dies at its `last_step`-th step; 0: it lives. Runs in a process of its own.
[[noreturn]] void sweep_and_exit(const store::ConnectionSettings& settings, int last_step) {
    int steps = 0;
    const test::PortHook hook = [&](std::string_view, test::Moment) {
        if (++steps == last_step) ::raise(SIGKILL);
    };
    const auto now = [] { return model::system_now(); };
    auto cluster = std::make_shared<fakes::FakeCluster>();
    cluster->add_master({"10.9.9.1:5678"}, now() - std::chrono::hours{1}, 1);
    fakes::FakeRegistry registry(cluster, "replica");
    store::SociStore store(settings);
    journal::SociJournal journal(store);
    store.ping();
    test::prove_cluster(journal, *cluster, now());  // the first of the steps that are counted comes later
    test::FakeKiller killer;
    spdlog::logger log("test", std::make_shared<spdlog::sinks::null_sink_mt>());
    test::HookedRegistry hooked_registry(registry, hook, now);
    test::HookedStore hooked_store(store, hook);
    test::HookedJournal hooked_journal(journal, hook);
    test::HookedKiller hooked_killer(killer, hook);
    sweep::Sweeper sweeper(
        sweep::SweepContext{hooked_registry, hooked_store, hooked_journal, hooked_killer, log, now, "0.0.0", "replica"},
        alert::AlertDispatcher({}, std::chrono::minutes{60}, log), policy());
    const auto report = sweeper.sweep({false, {}}, {});
    const bool well = report.failure.empty() && report.holds.empty() &&
                      report.count(model::Outcome::failed) + report.count(model::Outcome::unknown) == 0;
    // Nothing of the parent's that was copied into this process is to be closed.
    ::_exit(well ? 0 : 1);
}

End swept(const store::ConnectionSettings& settings, int last_step) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) sweep_and_exit(settings, last_step);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return End::killed;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? End::whole : End::broken;
}

std::string count_of(support::DatabaseConnection& sql, const std::string& query) {
    return sql.value(query).value_or("NULL");
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("killed at any step, the next daemon leaves each row with one command", "[kills]",
                        contract::RealStoreWorlds) {
    TestType world;
    world.add_definition(9001, 1);
    world.init_db();
    const auto settings = world.database().daemon_settings();
    int step = 0;
    std::int64_t id = 0;
    for (auto end = End::killed; end == End::killed;) {
        ++step;
        REQUIRE(step < max_steps);
        for (std::int64_t row = 0; row < rows_a_round; ++row) {
            support::SeedInstance seed;
            seed.id = ++id;
            world.add(seed);
        }
        INFO("killed at step " << step);
        end = swept(settings, step);
        REQUIRE(end != End::broken);
        REQUIRE(swept(settings, 0) == End::whole);
        const std::string each = world.named(
            "select count(*) from (select {instance_id} from t_ds_command group by {instance_id} having count(*) = 1) "
            "once");
        const std::string entries = "select count(*) from ds_reconciler_journal where kind = 'failover'";
        CHECK(count_of(world.sql(), each) == std::to_string(id));
        CHECK(count_of(world.sql(), "select count(*) from t_ds_command") == std::to_string(id));
        CHECK(count_of(world.sql(), entries) == std::to_string(id));
    }
    CHECK(step > 40);  // each port's operations, before and after
    WARN("killed at each of " << step - 1 << " steps; " << id << " rows, one command each");
}
