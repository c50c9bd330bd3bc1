// SPDX-License-Identifier: Apache-2.0
#include "plan/canary.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "support/builders.hpp"

namespace dsr::canary_test {

using namespace dsr::model;
using namespace dsr::test;
using namespace std::chrono_literals;

namespace {

constexpr auto all = std::numeric_limits<std::uint64_t>::max();

Policy at_most(std::size_t number) {
    Policy policy;
    policy.max_per_sweep = number;
    return policy;
}

JournalEntry canary_with(Receipt receipt) {
    auto entry = entry_for(row(42, "a:1"), noon);
    entry.receipt = receipt;
    entry.message = "no such definition";
    return entry;
}

}  // namespace

TEST_CASE("how many go") {
    struct Case {
        std::size_t limit;
        std::uint64_t planned;
        std::optional<Receipt> canary;
        bool journal;
        std::uint64_t most;
        bool begins;
        bool ends;
    };
    const auto sweep = GENERATE(values<Case>({
        {0, 1'000'000, std::nullopt, true, all, false, false},
        {0, 5, Receipt::awaited, true, all, false, true},  // the limit was lifted meanwhile
        {10, 10, std::nullopt, true, all, false, false},
        {10, 11, std::nullopt, true, 1, true, false},
        {10, 10, Receipt::awaited, true, 0, false, false},
        {10, 1, Receipt::awaited, true, 0, false, false},
        {10, 10, Receipt::overdue, true, 0, false, false},
        {10, 10, Receipt::failed, true, 0, false, false},
        {10, 1'000, Receipt::recovered, true, all, false, true},
        {10, 1'000, std::nullopt, false, 10, false, false},  // no receipt will come
        {10, 3, std::nullopt, false, 10, false, false},
    }));
    CAPTURE(sweep.limit, sweep.planned, sweep.journal);
    std::optional<JournalEntry> canary;
    if (sweep.canary) canary = canary_with(*sweep.canary);
    const auto allowed = plan::allowance(sweep.planned, canary, sweep.journal, at_most(sweep.limit));
    CHECK(allowed.most == sweep.most);
    CHECK(allowed.begins_canary == sweep.begins);
    CHECK(allowed.ends_canary == sweep.ends);
    CHECK(allowed.reason.empty() == (sweep.most > 1));
}

TEST_CASE("why the rest waits names the one that went ahead") {
    const auto waiting = plan::allowance(11, canary_with(Receipt::awaited), true, at_most(10));
    CHECK_THAT(waiting.reason,
               Catch::Contains("11 orphans") && Catch::Contains("instance 42") && Catch::Contains("not taken up yet"));
    CHECK_THAT(plan::allowance(2, canary_with(Receipt::awaited), true, at_most(10)).reason,
               Catch::StartsWith("2 orphans wait for"));
    CHECK_THAT(plan::allowance(1, canary_with(Receipt::awaited), true, at_most(10)).reason,
               Catch::StartsWith("1 orphan waits for"));
    const auto failed = plan::allowance(11, canary_with(Receipt::failed), true, at_most(10));
    CHECK_THAT(failed.reason, Catch::Contains("no such definition"));
}

}  // namespace dsr::canary_test
