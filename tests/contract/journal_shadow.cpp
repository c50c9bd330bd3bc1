// SPDX-License-Identifier: Apache-2.0
// What every Journal does with the table of shadow mode: one loss noted once, followed until it is settled, counted,
// purged, and never seen by anything else.
#include <catch2/catch.hpp>

#include "contract/workflow_store_worlds.hpp"
#include "model/failure.hpp"

namespace dsr::journal_shadow {

using namespace std::chrono_literals;
using contract::berlin;
using contract::dead;
using contract::RealStoreWorlds;
using contract::StoreWorlds;
using model::Comparison;
using model::EntryKind;
using model::ErrorKind;
using model::Failure;
using model::ShadowEntry;

namespace {

const auto now = berlin("2026-11-23 13:14:15.678") + 901us;
const std::string odd =
    "it's \"so\" \\ \\' \\0 -- ; /* :name :ids %s {x} \n\r\t <&> NULL 工作流 \xF0\x9F\x90\xAC \xC3\xBC";

ShadowEntry entry_of(std::int64_t instance) {
    ShadowEntry entry;
    entry.sweep = "sweep-1";
    entry.at = now;
    entry.instance = {instance};
    entry.from_host = dead;
    entry.old_state = 1;
    entry.owned_since = entry.owned_until = berlin("2026-11-22 21:12:00");
    entry.reason = "its master is gone";
    entry.version = "0.1.0";
    entry.replica = "host pid 4711";
    return entry;
}

std::vector<std::int64_t> instances_of(const std::vector<ShadowEntry>& entries) {
    std::vector<std::int64_t> all;
    for (const auto& entry : entries) all.push_back(entry.instance.value);
    return all;
}

using Numbers = std::vector<std::int64_t>;

}  // namespace

TEMPLATE_LIST_TEST_CASE("what shadow mode noted is read as it was written", "[journal][shadow][contract]",
                        StoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    CHECK(journal.inspect().shadow_ready);
    auto full = entry_of(1);
    full.kind = EntryKind::repair;
    full.reason = full.message = odd;
    full.verdict = model::Verdict::stranded;
    full.untouched_at = now + 1s;
    full.compared = Comparison::would_have_been_saved;
    full.compared_at = now + 2s;
    full.settled = true;
    full.dealt_by = odd;
    auto bare = entry_of(2);
    bare.owned_since = bare.owned_until = std::nullopt;
    const std::vector<ShadowEntry> both{full, bare};
    CHECK(journal.note_shadow(both).size() == 2);
    CHECK(journal.note_shadow({}).empty());
    const auto read = journal.shadow_entries(std::nullopt, 10);
    REQUIRE(read.size() == 2);
    bare.number = read[0].number;
    full.number = read[1].number;
    CHECK(bare.number > full.number);
    CHECK(read[0] == bare);
    CHECK(read[1] == full);
    CHECK(instances_of(journal.shadow_entries(model::WorkflowInstanceId{1}, 10)) == Numbers{1});
    CHECK(instances_of(journal.shadow_entries(std::nullopt, 1)) == Numbers{2});
}

TEMPLATE_LIST_TEST_CASE("one loss is noted once, another loss of the same row anew", "[journal][shadow][contract]",
                        StoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    std::vector<ShadowEntry> entries{entry_of(1), entry_of(2)};
    entries[1].owned_since.reset();
    CHECK(journal.note_shadow(entries).size() == 2);
    entries[0].sweep = "sweep-2";
    entries[0].at = now + 1min;
    CHECK(journal.note_shadow(entries).empty());
    CHECK(journal.shadow_entries(model::WorkflowInstanceId{1}, 10).front().sweep == "sweep-1");
    std::vector<ShadowEntry> others{entry_of(1), entry_of(1), entry_of(1), entry_of(1), entry_of(2)};
    others[0].from_host = {"10.0.0.9:5678"};
    others[1].owned_since = now;
    others[2].kind = EntryKind::repair;
    const auto fresh = journal.note_shadow(others);  // the fourth is noted, the fifth is one with a time
    REQUIRE(fresh.size() == 4);
    CHECK(fresh[0].from_host.text == "10.0.0.9:5678");
    CHECK(fresh[3].instance.value == 2);
    const std::vector<ShadowEntry> twice{entry_of(3), entry_of(3)};
    CHECK(journal.note_shadow(twice).size() == 1);
    CHECK(journal.shadow_entries(std::nullopt, 10).size() == 7);
}

TEMPLATE_LIST_TEST_CASE("what is open is followed page by page until it is settled", "[journal][shadow][contract]",
                        StoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    std::vector<ShadowEntry> entries;
    for (int id = 1; id <= 5; ++id) entries.push_back(entry_of(id));
    (void)journal.note_shadow(entries);
    auto first = journal.unsettled_shadow(0, 3);
    CHECK(instances_of(first) == Numbers{1, 2, 3});
    CHECK(instances_of(journal.unsettled_shadow(first.back().number, 3)) == Numbers{4, 5});
    first[0].compared = Comparison::agreed;
    first[0].compared_at = first[0].untouched_at = now + 2min;
    first[0].settled = true;
    first[0].dealt_by = "10.0.0.8:5678";
    first[0].message = odd;
    first[1].compared = Comparison::would_have_been_saved;
    first[1].compared_at = now + 10min;
    first[1].sweep = "what is not a comparison stays as it is";
    first[2].compared = Comparison::would_have_doubled;
    first[2].settled = true;
    journal.compare_shadow(first);
    journal.compare_shadow({});
    CHECK(instances_of(journal.unsettled_shadow(0, 10)) == Numbers{2, 4, 5});
    auto settled = journal.shadow_entries(model::WorkflowInstanceId{1}, 1);
    REQUIRE(settled.size() == 1);
    CHECK(settled[0] == first[0]);
    CHECK(journal.shadow_entries(model::WorkflowInstanceId{2}, 1).front().sweep == "sweep-1");
    CHECK(journal.shadow_entries(model::WorkflowInstanceId{2}, 1).front().dealt_by == std::nullopt);
    const auto counts = journal.shadow_counts();
    const auto count = [&](Comparison comparison) { return counts[static_cast<std::size_t>(comparison)]; };
    CHECK(count(Comparison::open) == 2);
    CHECK(count(Comparison::agreed) == 1);
    CHECK(count(Comparison::would_have_been_saved) == 1);
    CHECK(count(Comparison::would_have_doubled) == 1);
    CHECK(count(Comparison::withdrawn) == 0);
}

TEMPLATE_LIST_TEST_CASE("only what is settled and old is purged of what shadow mode noted",
                        "[journal][shadow][contract]", StoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    std::vector<ShadowEntry> entries;
    for (int id = 1; id <= 4; ++id) {
        entries.push_back(entry_of(id));
        entries.back().settled = id != 3;
    }
    entries[3].at = now + 1us;
    (void)journal.note_shadow(entries);
    CHECK(journal.purge_shadow(now, 10) == 0);
    CHECK(journal.purge_shadow(now + 1us, 1) == 1);
    CHECK(journal.purge_shadow(now + 1us, 10) == 1);
    CHECK(instances_of(journal.shadow_entries(std::nullopt, 10)) == Numbers{4, 3});
}

TEMPLATE_LIST_TEST_CASE("nothing that shadow mode noted is seen by what acts", "[journal][shadow][contract]",
                        StoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    const std::vector<ShadowEntry> entries{entry_of(1)};
    (void)journal.note_shadow(entries);
    const std::vector<model::WorkflowInstanceId> ids{{1}};
    CHECK(journal.history_of(ids).empty());
    CHECK(journal.unconfirmed(0, 10).empty());
    CHECK(journal.entries(std::nullopt, 10).empty());
}

TEMPLATE_LIST_TEST_CASE("a thousand losses are one batch of shadow mode", "[journal][shadow][contract]", StoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    std::vector<ShadowEntry> entries;
    for (int id = 1; id <= 1200; ++id) entries.push_back(entry_of(id));
    CHECK(journal.note_shadow(entries).size() == 1200);
    auto all = journal.unsettled_shadow(0, 5000);
    REQUIRE(all.size() == 1200);
    for (auto& entry : all) entry.compared = Comparison::agreed;
    journal.compare_shadow(all);
    CHECK(journal.shadow_counts()[static_cast<std::size_t>(Comparison::agreed)] == 1200);
}

TEMPLATE_LIST_TEST_CASE("a journal made before shadow mode was known is ready to act, and is upgraded",
                        "[journal][shadow][contract]", RealStoreWorlds) {
    TestType world;
    auto& journal = world.journal();
    world.init_db();
    world.sql().run("drop table ds_reconciler_shadow");
    model::ControlNote note;
    note.at = now;
    note.who = "root@host";
    note.why = "because";
    journal.note(note);
    auto state = journal.inspect();
    CHECK(state.ready);
    CHECK(state.why_not_ready.empty());
    CHECK_FALSE(state.shadow_ready);
    CHECK_THAT(state.why_no_shadow, Catch::Contains("no table ds_reconciler_shadow") && Catch::Contains("init-db"));
    world.init_db();
    state = journal.inspect();
    CHECK(state.shadow_ready);
    CHECK(state.why_no_shadow.empty());
    CHECK(journal.notes(10).size() == 1);
    world.sql().run("alter table ds_reconciler_shadow drop column compared");
    CHECK_THAT(journal.inspect().why_no_shadow, Catch::Contains("no column ds_reconciler_shadow.compared"));
    CHECK(journal.inspect().ready);
    CHECK_THROWS_AS(world.init_db(), Failure);
}

TEMPLATE_LIST_TEST_CASE("without its table shadow mode is refused", "[journal][shadow][contract]", StoreWorlds) {
    TestType world;
    try {
        (void)world.journal().shadow_counts();
        FAIL("it did not fail");
    } catch (const Failure& failure) {
        CHECK(failure.kind() == ErrorKind::permanent);
    }
}

}  // namespace dsr::journal_shadow
