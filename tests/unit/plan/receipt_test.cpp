// SPDX-License-Identifier: Apache-2.0
#include "plan/receipt.hpp"

#include <catch2/catch.hpp>

#include "support/builders.hpp"

namespace dsr::receipt_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

const std::string dead = "10.0.0.7:5678";
const std::string alive = "10.0.0.8:5678";
const auto g1 = schema_3_1();
const auto g2 = schema_3_4();
const Policy policy;  // confirm_within 10 m

const auto lost = row(1, dead);

JournalEntry entry_at(Instant at) {
    return entry_for(lost, at);
}

WorkflowInstance claimed(const SchemaFacts& schema, bool command) {
    auto instance = lost;
    if (schema.generation == Generation::process) {
        instance.host = "NULL";
    } else {
        instance.state = state::failover;
    }
    instance.command_pending = command;
    return instance;
}

JournalEntry seen(const JournalEntry& entry, const WorkflowInstance& instance, const SchemaFacts& schema = g1,
                  const std::optional<plan::FailedCommand>& failed = std::nullopt) {
    return plan::receipt_of(entry, &instance, failed, schema, policy, noon);
}

}  // namespace

TEST_CASE("nothing new leaves the entry as it is") {
    const auto entry = entry_at(noon - 10min + 1us);
    for (const auto& schema : {g1, g2}) {
        CHECK(seen(entry, claimed(schema, true), schema) == entry);
        CHECK(seen(entry, claimed(schema, false), schema) == entry);
    }
}

TEST_CASE("past failover.confirm_within it is overdue, once") {
    for (const auto& schema : {g1, g2}) {
        const auto waiting = seen(entry_at(noon - 10min), claimed(schema, true), schema);
        CHECK(waiting.receipt == Receipt::overdue);
        CHECK(waiting.receipt_at == noon);
        CHECK_THAT(waiting.message, Contains("its command 70 has waited for 10 m 00 s"));
        auto without = entry_at(noon - 10min);
        without.command.reset();
        CHECK(seen(without, claimed(schema, true), schema).message ==
              "a command for it has waited for 10 m 00 s: no master fetches it");
        CHECK(plan::receipt_of(waiting, nullptr, {}, schema, policy, noon).receipt == Receipt::recovered);
        const auto again = claimed(schema, true);
        CHECK(plan::receipt_of(waiting, &again, {}, schema, policy, noon + 1h) == waiting);

        const auto bare = seen(entry_at(noon - 10min), claimed(schema, false), schema);
        CHECK(bare.receipt == Receipt::overdue);
        CHECK_THAT(bare.message, Contains(", without a command"));
    }
}

TEST_CASE("a take-up is recovered, with the name of who did it and after how long") {
    auto taken = lost;
    taken.host = alive;
    taken.ownership = owned_since(noon - 5s);
    const auto receipt = seen(entry_at(noon - 52s), taken);
    CHECK(receipt.receipt == Receipt::recovered);
    CHECK(receipt.taken_by == alive);
    CHECK(receipt.receipt_at == noon);
    CHECK_THAT(receipt.message, Contains("within 52 s"));

    SECTION("by the next incarnation at the same address") {
        taken.host = dead;
        CHECK(seen(entry_at(noon - 52s), taken).taken_by == dead);
    }
    SECTION("late, it is not overdue any more") {
        auto overdue = entry_at(noon - 1h);
        overdue.receipt = Receipt::overdue;
        CHECK(seen(overdue, taken).receipt == Receipt::recovered);
    }
    SECTION("where the build leaves host and times, nobody is named") {
        const auto in_place = seen(entry_at(noon - 52s), lost, g2);
        CHECK(in_place.receipt == Receipt::recovered);
        CHECK_FALSE(in_place.taken_by);
        CHECK_THAT(in_place.message, Contains("this build does not record which"));
    }
}

TEST_CASE("taken up and lost again before we looked: the first loss was answered, however the row stands now") {
    for (const bool command : {true, false}) {
        auto again = claimed(g1, command);
        again.ownership = owned_since(noon - 30min);
        const auto first = seen(entry_at(noon - 50min), again);
        CHECK(first.receipt == Receipt::recovered);
        CHECK_FALSE(first.taken_by);

        auto again_g2 = claimed(g2, command);
        again_g2.ownership = owned_since(noon - 30min);
        again_g2.host = alive;
        const auto second = seen(entry_at(noon - 50min), again_g2, g2);
        CHECK(second.receipt == Receipt::recovered);
        CHECK(second.taken_by == alive);
    }
}

TEST_CASE("a claimed row whose times cannot be read any more is not taken up by that") {
    auto waiting = claimed(g1, true);
    waiting.ownership = {};
    waiting.ownership.form = OwnershipTime::Form::unreadable;
    CHECK(seen(entry_at(noon - 5s), waiting).receipt == Receipt::awaited);
}

TEST_CASE("an instance that ended or was deleted is recovered") {
    auto done = lost;
    done.state = 7;
    done.host = alive;
    const auto receipt = seen(entry_at(noon - 1h), done);
    CHECK(receipt.receipt == Receipt::recovered);
    CHECK(receipt.taken_by == alive);
    CHECK(receipt.message == "it ended in state 7");
    for (const auto* host : {"NULL", dead.c_str()}) {
        done.host = host;
        CHECK_FALSE(seen(entry_at(noon - 1h), done).taken_by);
    }
    done.host.reset();
    CHECK_FALSE(seen(entry_at(noon - 1h), done).taken_by);
    const auto gone = plan::receipt_of(entry_at(noon - 1h), nullptr, {}, g1, policy, noon);
    CHECK(gone.receipt == Receipt::recovered);
    CHECK(gone.message == "the instance was deleted");
}

TEST_CASE("its command among the errors is failed, with that message, and another's command is not") {
    const auto failed = [](std::int64_t id, std::optional<Instant> at) {
        return plan::FailedCommand{id, "NPE", true, at};
    };
    const auto entry = entry_at(noon - 4500ms);
    const auto receipt = seen(entry, claimed(g2, false), g2, failed(70, noon - 4500ms));
    CHECK(receipt.receipt == Receipt::failed);
    CHECK(receipt.message == "NPE");
    CHECK(seen(entry, claimed(g2, false), g2, failed(69, noon)).receipt == Receipt::awaited);
    auto unknown = entry;
    unknown.command.reset();
    CHECK(seen(unknown, claimed(g2, false), g2, failed(70, noon)).receipt == Receipt::awaited);
}

TEST_CASE("a failed command with the entry's id that was written before it is another: ids are given out again") {
    const auto failed = [](std::optional<Instant> at) { return plan::FailedCommand{70, "NPE", true, at}; };
    const auto entry = entry_at(noon - 4500ms);
    CHECK(seen(entry, claimed(g2, false), g2, failed(noon - 5001ms)).receipt == Receipt::awaited);
    CHECK(seen(entry, claimed(g2, false), g2, failed(noon - 5s)).receipt == Receipt::failed);  // whole seconds
    CHECK(seen(entry, claimed(g2, false), g2, failed(std::nullopt)).receipt == Receipt::awaited);
}

}  // namespace dsr::receipt_test
