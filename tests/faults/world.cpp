// SPDX-License-Identifier: Apache-2.0
#include "faults/world.hpp"

#include <fmt/format.h>

#include "support/proven_journal.hpp"

namespace dsr::faults {

using namespace std::chrono_literals;

std::string address(int number) {
    return "10.0.0." + std::to_string(number + 1) + ":5678";
}

World::World(std::uint64_t seed, test::Tables& in, const TrialOptions& with)
    : draw(seed),
      tables(in),
      options(with),
      schema(schema_of(seed)),
      masters(with.registry, now),
      cluster(*masters.cluster()),
      killer(draw),
      judge(tables, masters, killer) {
    draw_policy();
    draw_cluster();
}

void World::draw_policy() {
    policy.journal_create = true;
    policy.batch = 1 + draw.at(3);
    policy.max_per_sweep = draw.one_in(3) ? 1 : 0;
    policy.max_attempts = 100;  // quarantine has tests of its own
    // With JDBC none is shorter: a purged master that lives is out of sight until its next heartbeat.
    if (draw.one_in(2) || in_database()) {
        policy.grace = 60s;
    } else {
        policy.grace = 0s;
        policy.confirmations = 1;
    }
}

void World::draw_cluster() {
    tables.clear();
    tables.set_now(now);
    cluster.marker_directory = second_generation() && (draw.one_in(2) || in_database());
    if (schema.marks_tasks()) {
        for (const auto& worker : workers) {
            if (!draw.one_in(3)) cluster.add_worker({worker}, now - 1h, 900);
        }
    }
    const int masters_drawn = 1 + draw.below(3);
    for (int i = 0; i < masters_drawn; ++i) masters.start(address(i), now - 1h);
    draw_workflows(masters_drawn);
    client = tables.connect();
    client.store->ping();
    test::prove_cluster(*client.journal, cluster, now);
    if (!by_zookeeper()) test::remember_members(*client.journal, cluster, now);
    if (options.wide && draw.one_in(4)) {
        for (const auto& [id, workflow] : judge.workflows)
            tables.widen(id, static_cast<std::size_t>(draw.below(100'000)));
    }
}

void World::draw_workflows(int masters_drawn) {
    const int workflows = 1 + draw.below(6);
    for (std::int64_t id = 1; id <= workflows; ++id) {
        const auto host = address(draw.below(masters_drawn));
        tables.insert({id, 1, host, now - std::chrono::seconds{30 + id}, std::nullopt, std::nullopt});
        auto& workflow = judge.workflows[id];
        workflow.owner = masters.living().at(host).number;
        if (schema.marks_tasks() && draw.one_in(2)) {
            const auto& worker = draw.one_in(4) ? foreign_worker : workers[draw.at(workers.size())];
            tables.add_task(100 + id, id, worker, now - 10s);
            workflow.task = 100 + id;
        }
    }
}

void World::move_clock(std::chrono::seconds by) {
    now += by;
    tables.set_now(now);
    masters.time_passed(by);
}

void World::tell(const std::string& what) {
    if (options.told) story += fmt::format("  {} {}\n", model::rfc3339(now).substr(11, 8), what);
}

void World::tell(const model::SweepReport& report) {
    if (!options.told) return;
    if (!report.failure.empty()) tell("  . failed: " + report.failure);
    for (const auto& hold : report.holds) tell(fmt::format("  . {}: {}", model::name(hold.guard), hold.reason));
    for (const auto& action : report.actions)
        tell(fmt::format("  . workflow {} {} {}", action.id.value, model::name(action.outcome), action.reason));
    for (const auto& notice : report.notices)
        tell(fmt::format("  . workflow {} {}: {}", notice.id.value, model::name(notice.judgement.verdict),
                         notice.judgement.reason));
}

}  // namespace dsr::faults
