// SPDX-License-Identifier: Apache-2.0
#include "query/verdict_page.hpp"

#include <catch2/catch.hpp>

#include "support/builders.hpp"

namespace dsr::verdict_page_test {

using namespace dsr::model;
using namespace dsr::test;
using query::VerdictFilter;
using query::Verdicts;
using query::VerdictSort;

namespace {

struct Seen {
    WorkflowInstance row;
    Verdict verdict;
};

Seen seen(std::int64_t id, const std::string& host, const std::string& name, Verdict verdict, std::int64_t definition) {
    auto one = row(id, host);
    one.name = name;
    one.definition_code = definition;
    return {one, verdict};
}

const std::vector<Seen> rows{
    seen(1, "a:1", "load orders", Verdict::owned, 1),  seen(2, "b:1", "Load/bills", Verdict::waiting, 2),
    seen(3, "b:1", "clean", Verdict::owned, 1),        seen(4, "b:1", "clean", Verdict::overdue, 2),
    seen(5, "", "caf\xe9", Verdict::recovering, 3),    seen(6, "b:1", "zz", Verdict::orphan, 1),
    seen(7, "a:1", "clean", Verdict::quarantined, 77),
};

Project project_of(std::int64_t definition) {
    if (definition == 1) return {10, "nightly"};
    if (definition == 2) return {20, "daily"};
    return {};
}

Verdicts page(const VerdictFilter& filter, const std::string& after = "", std::size_t limit = 100) {
    query::VerdictPage page(filter, after, limit, project_of);
    for (const auto& one : rows) page.see(one.row, {one.verdict, "", std::nullopt});
    Verdicts answer;
    std::move(page).finish(answer);
    return answer;
}

std::vector<std::int64_t> ids_of(const Verdicts& answer) {
    std::vector<std::int64_t> ids;
    for (const auto& shown : answer.rows) ids.push_back(shown.id.value);
    return ids;
}

using Ids = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a list begins with what a person must act upon, and ends with what is owned") {
    CHECK(ids_of(page({})) == Ids{4, 7, 6, 5, 2, 1, 3});
    CHECK(ids_of(page({.sort = VerdictSort::id})) == Ids{1, 2, 3, 4, 5, 6, 7});
    CHECK(ids_of(page({.sort = VerdictSort::host})) == Ids{5, 1, 7, 2, 3, 4, 6});
    CHECK(ids_of(page({.sort = VerdictSort::name})) == Ids{2, 5, 3, 4, 7, 1, 6});
    CHECK(ids_of(page({.sort = VerdictSort::project})) == Ids{5, 7, 2, 4, 1, 3, 6});
}

TEST_CASE("pages of every order, one after the other, have each row once") {
    for (std::size_t i = 0; i < query::verdict_sort_names.size(); ++i) {
        for (const std::size_t limit : {1U, 2U, 3U, 7U}) {
            const VerdictFilter filter{.sort = static_cast<VerdictSort>(i)};
            Ids ids;
            std::string after;
            for (;;) {
                const auto answer = page(filter, after, limit);
                CHECK(answer.matching == rows.size());
                CHECK(answer.rows.size() <= limit);
                for (const auto id : ids_of(answer)) ids.push_back(id);
                if (!answer.next_after) break;
                // As it comes back from an answer, in which invalid UTF-8 is replaced.
                after = query::Json::parse(query::dump(query::Json(*answer.next_after))).get<std::string>();
                CHECK(query::is_page_mark(after));
            }
            CHECK(ids == ids_of(page(filter)));
        }
    }
}

TEST_CASE("a page does not shift when rows before it end") {
    const auto first = page({}, "", 2);
    REQUIRE(first.next_after);
    query::VerdictPage second({}, *first.next_after, 2, project_of);
    for (const auto& one : rows) {
        if (one.row.id.value != 4) second.see(one.row, {one.verdict, "", std::nullopt});
    }
    Verdicts answer;
    std::move(second).finish(answer);
    CHECK(ids_of(answer) == Ids{6, 5});
}

TEST_CASE("a page after a plain id is in order of id, unless another order is asked for") {
    CHECK(ids_of(page({}, "5")) == Ids{6, 7});
    CHECK(page({}, "0", 2).next_after == "2");
    CHECK(ids_of(page({.sort = VerdictSort::attention}, "5")).size() == rows.size());
    for (const auto* mark : {"0", "7", "b:1/7", "a/b/7", "/7"}) CHECK(query::is_page_mark(mark));
    for (const auto* none : {"", "x", "-1", "7/", "7/x", "12345678901"}) CHECK_FALSE(query::is_page_mark(none));
}

TEST_CASE("a list is filtered by verdict, host, project, name and state") {
    CHECK(ids_of(page({.verdicts = {Verdict::owned, Verdict::orphan}})) == Ids{6, 1, 3});
    CHECK(ids_of(page({.host = "a:1"})) == Ids{7, 1});
    CHECK(ids_of(page({.project = "daily"})) == Ids{4, 2});
    CHECK(ids_of(page({.project = "10"})) == Ids{6, 1, 3});
    CHECK(page({.project = "night"}).rows.empty());
    CHECK(ids_of(page({.name = "LOAD"})) == Ids{2, 1});
    CHECK(page({.states = {state::failover}}).rows.empty());
    CHECK(page({.states = {state::running_execution, state::failover}}).matching == rows.size());
    CHECK(ids_of(page({.host = "b:1", .name = "clean", .sort = VerdictSort::id})) == Ids{3, 4});
}

}  // namespace dsr::verdict_page_test
