// SPDX-License-Identifier: Apache-2.0
// Situations worth keeping, as a sweep observes them, and a folder to record them in.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "plan/guards.hpp"
#include "plan/judge.hpp"
#include "recording/recorder.hpp"
#include "support/builders.hpp"
#include "support/files.hpp"

namespace dsr::test {

using support::ScratchFolder;

inline std::filesystem::path put(const std::filesystem::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
    return file;
}

struct Situation {
    model::Snapshot snapshot;
    std::vector<model::WorkflowInstance> rows;
    model::Instant now = noon;
};

inline const recording::Ending held{"sweep/1", "held", "0.1.0", false};
inline const recording::Ending done{"sweep/1", "done", "0.1.0", false};
inline const recording::Ending acted{"sweep/1", "acted", "0.1.0", true};

/// As a sweep does it.
inline std::optional<std::filesystem::path> record(recording::Recorder& recorder, const Situation& situation,
                                                   const recording::Ending& ending) {
    recorder.begin();
    for (const auto& seen : situation.rows) recorder.saw(seen, plan::judge(seen, situation.snapshot, situation.now));
    recorder.observed(situation.snapshot, situation.now, plan::holds(situation.snapshot, situation.now));
    return recorder.finish(ending);
}

/// Views of the registry one after the other, each naming who is registered; the last one is judged by.
inline Situation after_views(const std::vector<std::pair<model::Instant, std::vector<model::LiveMaster>>>& views,
                             const model::SchemaFacts& schema) {
    Situation situation;
    auto& snapshot = situation.snapshot;
    snapshot = snapshot_of({}, model::Policy{}, schema);
    snapshot.membership = {};
    for (const auto& [time, masters] : views) {
        snapshot.registry.masters = masters;
        snapshot.registry.taken_at = time;
        snapshot.membership = plan::attend(snapshot.membership, snapshot.registry, snapshot.policy, time);
        situation.now = time;
    }
    prove_zone(snapshot);
    return situation;
}

/// One of two masters went a minute ago: its rows wait for the grace, one of them from when it was taken up since. The
/// other master has a row of its life before.
inline Situation waiting_host() {
    using namespace std::chrono_literals;
    const auto stays = live("10.0.0.1:5678", noon - 48h, 11);
    const auto goes = live("10.0.0.2:5678", noon - 24h, 12);
    auto situation = after_views({{noon - 120s, {stays, goes}}, {noon - 60s, {stays}}, {noon, {stays}}}, schema_3_1());
    situation.rows = {row(1, "10.0.0.1:5678"), row(2, "10.0.0.2:5678"), row(3, "10.0.0.2:5678", 1, noon - 20s),
                      row(4, "10.0.0.2:5678", model::state::serial_wait), row(5, "10.0.0.1:5678", 1, noon - 72h)};
    situation.rows[1].name = "nightly load – 日次";
    return situation;
}

/// A master of 3.4 came back at its address; rows begun before, within and after the band that tells nothing.
inline Situation ambiguous_band() {
    using namespace std::chrono_literals;
    const auto startup = noon - 10min;
    const auto back = live("10.0.0.1:5678", startup, 21);
    auto situation = after_views({{noon - 4min, {back}}, {noon - 2min, {back}}, {noon, {back}}}, schema_3_4());
    situation.snapshot.clock_skew = 250ms;
    situation.snapshot.registry.marker_directory = true;
    const auto of = [](std::int64_t id, model::Instant since) {
        auto made = row(id, "10.0.0.1:5678");
        made.ownership = owned_since(since, 1s);
        return made;
    };
    situation.rows = {of(1, startup + 2s), of(2, startup + 1s), of(3, startup - 1s), of(4, startup - 2s),
                      of(5, startup - 1h)};
    situation.rows.push_back(row(6, "10.0.0.1:5678"));
    situation.rows.back().ownership = {model::OwnershipTime::Form::unreadable, {}, {}, {}, "2026-11-01 01:3"};
    return situation;
}

/// Three of four masters went within one view: held.
inline Situation mass_loss() {
    using namespace std::chrono_literals;
    std::vector<model::LiveMaster> all;
    for (int i = 1; i <= 4; ++i) all.push_back(live("10.0.0." + std::to_string(i) + ":5678", noon - 24h, 30 + i));
    std::vector<std::pair<model::Instant, std::vector<model::LiveMaster>>> views{{noon - 240s, all}};
    for (auto time = noon - 180s; time <= noon; time += 60s) views.push_back({time, {all[0]}});
    auto situation = after_views(views, schema_3_1());
    for (int i = 1; i <= 4; ++i) situation.rows.push_back(row(i, all[static_cast<std::size_t>(i - 1)].address.text));
    return situation;
}

}  // namespace dsr::test
