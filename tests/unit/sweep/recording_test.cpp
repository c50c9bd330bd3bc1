// SPDX-License-Identifier: Apache-2.0
// What a sweep leaves behind for `replay`.
#include "recording/recording.hpp"

#include <catch2/catch.hpp>

#include "recording/replay.hpp"
#include "support/sweep_bench.hpp"
#include "unit/recording/situations.hpp"

namespace dsr::recording_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";

/// Two orphans, one row of a living master, and one that no failover touches.
void fill(SweepBench& bench) {
    bench.add(row(1, dead));
    bench.add(row(2, dead));
    bench.add(row(3, alive));
    bench.add(row(4, dead, 14));
}

/// The one recording there is, judged anew.
recording::Recording only_one(const ScratchFolder& scratch) {
    const auto names = scratch.names();
    REQUIRE(names.size() == 1);
    auto recorded = recording::read_recording(scratch.path / names[0]);
    const auto replayed = recording::replay(recorded);
    CHECK(replayed.reproduced());
    CHECK(replayed.rows.size() == recorded.rows.size());
    return recorded;
}

std::vector<std::pair<std::int64_t, Verdict>> verdicts(const recording::Recording& recorded) {
    std::vector<std::pair<std::int64_t, Verdict>> found;
    for (const auto& seen : recorded.rows) found.emplace_back(seen.row.id.value, seen.judged.verdict);
    return found;
}

using Expected = std::vector<std::pair<std::int64_t, Verdict>>;

}  // namespace

TEST_CASE("a sweep that acted leaves what it observed before it acted") {
    const ScratchFolder scratch;
    SweepBench bench;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    fill(bench);
    bench.record_in(scratch.path);
    const auto report = bench.sweep();
    REQUIRE(report.count(Outcome::recovered) == 2);
    const auto recorded = only_one(scratch);
    CHECK(recorded.outcome == "acted");
    CHECK(recorded.sweep == report.sweep);
    CHECK(recorded.version == "0.0.0");
    CHECK(recorded.holds.empty());
    CHECK(recorded.rows_owned == 1);
    CHECK(verdicts(recorded) == Expected{{1, Verdict::orphan}, {2, Verdict::orphan}, {4, Verdict::parked}});
}

TEST_CASE("a sweep that a guard held leaves the guard and the verdicts") {
    const ScratchFolder scratch;
    SweepBench bench;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    fill(bench);
    bench.tables->journal.exist = false;
    bench.add_fresh_row(900, alive);  // proves the cluster: no journal remembers that
    bench.record_in(scratch.path);
    bench.sweep();
    const auto recorded = only_one(scratch);
    CHECK(recorded.outcome == "held");
    REQUIRE(recorded.holds.size() == 1);
    CHECK(recorded.holds[0].guard == Guard::no_journal);
    CHECK(recorded.rows.size() == 3);
}

TEST_CASE("a sweep with rows that wait leaves when they will be acted upon") {
    const ScratchFolder scratch;
    Policy policy;
    policy.grace = 150s;
    policy.confirmations = 2;
    policy.sweep_interval = 60s;
    SweepBench bench(policy);
    bench.cluster->add_master({alive}, noon - 2h, 1);
    fill(bench);
    bench.record_in(scratch.path);
    bench.sweep();
    const auto recorded = only_one(scratch);
    CHECK(recorded.outcome == "done");
    CHECK(verdicts(recorded) == Expected{{1, Verdict::waiting}, {2, Verdict::waiting}, {4, Verdict::parked}});
    CHECK(recorded.rows[0].judged.acts_at == noon + 150s);
}

TEST_CASE("a sweep that found nothing to tell leaves nothing") {
    const ScratchFolder scratch;
    SweepBench bench;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    bench.add(row(3, alive));
    bench.record_in(scratch.path);
    bench.sweep();
    CHECK(scratch.names().empty());
}

TEST_CASE("a dry run leaves nothing") {
    const ScratchFolder scratch;
    SweepBench bench;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    fill(bench);
    bench.record_in(scratch.path);
    REQUIRE(bench.sweep(true).count(Outcome::would_recover) == 2);
    CHECK(scratch.names().empty());
}

TEST_CASE("a folder that cannot be written costs one warning, and no workflow its recovery") {
    const ScratchFolder scratch;
    SweepBench bench;
    bench.cluster->add_master({alive}, noon - 2h, 1);
    fill(bench);
    bench.add(row(5, dead, 7));
    bench.record_in(put(scratch.path / "a file", "") / "recordings");
    CHECK(bench.sweep().count(Outcome::recovered) == 2);
    bench.now += 1min;
    bench.tables->instances.at(5).row.state = state::running_execution;
    CHECK(bench.sweep().count(Outcome::recovered) == 1);
    const auto said = bench.logged->str();
    CAPTURE(said);
    const auto first = said.find("a file");
    REQUIRE(first != std::string::npos);
    CHECK(said.find("a file", said.find('\n', first)) == std::string::npos);
}

}  // namespace dsr::recording_test
