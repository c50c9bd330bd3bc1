// SPDX-License-Identifier: Apache-2.0
#include "store/sql/bound_values.hpp"

#include <catch2/catch.hpp>

namespace dsr::bound_values_test {

using store::Bound;
using store::BoundRow;
using Values = std::vector<std::pair<std::string, Bound>>;

TEST_CASE("what all rows have in common goes once, the rest as arrays", "[store]") {
    const std::vector<BoundRow> rows{{std::string("s"), 1LL, std::string("it's \"so\""), Bound(), Bound()},
                                     {std::string("s"), 2LL, Bound(), 7LL, Bound()}};
    const auto folded = store::folded_into_arrays(rows);
    CHECK(folded.sql ==
          "select cast(:column0 as text), batch.column1, batch.column2, batch.column3, cast(null as bigint) from "
          "unnest(cast(:column1 as bigint[]), cast(:column2 as text[]), cast(:column3 as bigint[])) with ordinality as "
          "batch (column1, column2, column3, place) order by batch.place");
    CHECK(folded.values ==
          Values{
              {"column0", "s"}, {"column1", "{1,2}"}, {"column2", R"({"it's \"so\"",NULL})"}, {"column3", "{NULL,7}"}});
}

TEST_CASE("a text that all rows share is made storable, and one row is an array still", "[store]") {
    const std::vector<BoundRow> rows{{1LL, std::string("a\xff"), 5LL}};
    const auto folded = store::folded_into_arrays(rows);
    CHECK(folded.sql ==
          "select batch.column0, cast(:column1 as text), cast(:column2 as bigint) from unnest(cast(:column0 as "
          "bigint[])) with ordinality as batch (column0, place) order by batch.place");
    CHECK(folded.values == Values{{"column0", "{1}"}, {"column1", "a\xEF\xBF\xBD"}, {"column2", 5LL}});
}

TEST_CASE("rows that are alike in all are still as many", "[store]") {
    const std::vector<BoundRow> rows{{std::string("x")}, {std::string("x")}};
    CHECK(store::folded_into_arrays(rows).values == Values{{"column0", R"({"x","x"})"}});
}

TEST_CASE("as JSON only what differs is taken out of it, in the order of the rows", "[store]") {
    const std::vector<BoundRow> rows{{std::string("s"), 1LL, std::string("it's \"so\"\xff"), Bound(), Bound()},
                                     {std::string("s"), 2LL, Bound(), 7LL, Bound()}};
    const auto folded = store::folded_into_json(rows);
    CHECK(folded.sql ==
          "select :column0, json_extract(batch.value, '$[0]'), json_extract(batch.value, '$[1]'), "
          "json_extract(batch.value, '$[2]'), null from json_each(:rows) batch order by batch.key");
    CHECK(folded.values == Values{{"column0", "s"}, {"rows", "[[1,\"it's \\\"so\\\"\xEF\xBF\xBD\",null],[2,null,7]]"}});
}

TEST_CASE("as JSON rows that are alike in all are still as many", "[store]") {
    const std::vector<BoundRow> rows{{std::string("x")}, {std::string("x")}};
    const auto folded = store::folded_into_json(rows);
    CHECK(folded.sql == "select :column0 from json_each(:rows) batch order by batch.key");
    CHECK(folded.values == Values{{"column0", "x"}, {"rows", "[[],[]]"}});
}

TEST_CASE("as literals only numbers and NULL are written out, in the order of the rows", "[store]") {
    const std::vector<BoundRow> rows{{std::string("s"), 1LL, std::string("it's \"so\"\xff"), Bound(), Bound()},
                                     {std::string("s"), 2LL, Bound(), -7LL, Bound()}};
    const auto folded = store::folded_into_selects(rows);
    CHECK(folded.sql ==
          "select :column0, batch.column1, batch.column2, batch.column3, null from (select 0 as place, 1 as column1, "
          ":value0of2 as column2, null as column3 union all select 1, 2, null, -7) batch order by batch.place");
    CHECK(folded.values == Values{{"column0", "s"}, {"value0of2", "it's \"so\"\xEF\xBF\xBD"}});
}

TEST_CASE("as literals rows that are alike in all are still as many", "[store]") {
    const std::vector<BoundRow> rows{{std::string("x")}, {std::string("x")}};
    const auto folded = store::folded_into_selects(rows);
    CHECK(folded.sql == "select :column0 from (select 0 as place union all select 1) batch order by batch.place");
    CHECK(folded.values == Values{{"column0", "x"}});
}

TEST_CASE("texts that differ only in their id go once", "[store]") {
    const std::vector<long long> ids{8, 81};
    const std::vector<std::string> texts{R"({"id":8})", R"({"id":81})"};
    const auto folded = store::folded_into_case(ids, texts);
    CHECK(folded.sql == "concat(:before0, i.id, :after0)");
    CHECK(folded.values == Values{{"before0", R"({"id":)"}, {"after0", "}"}});
}

TEST_CASE("a text without its id goes as it is, and what most ids have is the rest", "[store]") {
    const std::vector<long long> ids{4, 5, 6, 7};
    const std::vector<std::string> texts{"b", "a", "b", "zone 7, id 7, GMT\xff"};
    const auto folded = store::folded_into_case(ids, texts);
    CHECK(
        folded.sql ==
        "case when i.id in (5) then :before0 when i.id in (7) then concat(:before2, i.id, :after2) else :before1 end");
    CHECK(folded.values ==
          Values{{"before0", "a"}, {"before1", "b"}, {"before2", "zone 7, id "}, {"after2", ", GMT\xEF\xBF\xBD"}});
}

}  // namespace dsr::bound_values_test
