// SPDX-License-Identifier: Apache-2.0
#include "store/sql/statement.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <catch2/catch.hpp>

namespace dsr::statement_test {

using store::Dialect;
using store::ListForm;
using store::Statement;

TEST_CASE("array literals are quoted as PostgreSQL reads them", "[store]") {
    CHECK(store::array_literal(std::span<const long long>{}) == "{}");
    const std::vector<long long> numbers{1, -2, 9'000'000'000};
    CHECK(store::array_literal(numbers) == "{1,-2,9000000000}");
    const std::vector<std::string> texts{"", "a,b", "say \"hi\"", "back\\slash", "{}", "NULL", "it's"};
    CHECK(store::array_literal(texts) == R"({"","a,b","say \"hi\"","back\\slash","{}","NULL","it's"})");
}

TEST_CASE("lists get into a statement in each form", "[store]") {
    soci::session session(soci::sqlite3, ":memory:");
    session << "create table t (id integer, idsx integer)";
    session << "insert into t values (1, 10), (2, 20), (3, 30)";
    const std::vector<long long> wanted{3, 1};
    std::vector<long long> found(10);
    Dialect dialect;
    SECTION("as literals, wherever the name stands whole") {
        dialect.lists = ListForm::literals;
        const long long idsx = 10;
        Statement statement(session, dialect,
                            "select id from t where id in (:ids) and (idsx = :idsx or id in (:ids)) order by id");
        statement.use_ids(wanted).use("idsx", idsx).into(found);
        CHECK(statement.run());
    }
    SECTION("as JSON") {
        dialect.lists = ListForm::json;
        Statement statement(session, dialect,
                            "select id from t where id in (select value from json_each(:ids)) order by id");
        statement.use_ids(wanted).into(found);
        CHECK(statement.run());
    }
    CHECK(found == std::vector<long long>{1, 3});
}

TEST_CASE("a batch of pairs goes in whole, whatever the texts hold", "[store]") {
    soci::session session(soci::sqlite3, ":memory:");
    Dialect dialect;
    dialect.lists = ListForm::json;
    const std::vector<long long> ids{1, 2};
    const std::vector<std::string> texts{R"({"a":"it's \"b\" \\ :name"})", "\xff broken"};
    std::vector<std::string> found(10);
    Statement statement(session, dialect, "select json_extract(value, '$[1]') from json_each(:batch)");
    statement.use_batch(ids, texts).into(found);
    CHECK(statement.run());
    REQUIRE(found.size() == 2);
    CHECK(found[0] == texts[0]);
    CHECK(found[1] == "\xEF\xBF\xBD broken");
}

TEST_CASE("each row is given to a function, with NULL where the column allows it", "[store]") {
    soci::session session(soci::sqlite3, ":memory:");
    session << "create table t (id integer, word text)";
    const int many = 1001;
    for (int i = 0; i < many; ++i)
        session << "insert into t values (" << i << ", " << (i % 2 == 0 ? "'even'" : "null") << ")";
    const Dialect dialect;
    std::vector<long long> ids;
    std::size_t words = 0;
    Statement statement(session, dialect, "select id, word from t order by id");
    store::for_each_row(statement, [&](long long id, const std::optional<std::string>& word) {
        CHECK(word.has_value() == (id % 2 == 0));
        if (word == "even") ++words;
        ids.push_back(id);
    });
    CHECK(ids.size() == static_cast<std::size_t>(many));
    CHECK(std::ranges::is_sorted(ids));
    CHECK(words == 501);
}

TEST_CASE("a column that is not what the function takes is an error, not a value", "[store]") {
    soci::session session(soci::sqlite3, ":memory:");
    const Dialect dialect;
    const std::string column = GENERATE("null", "'seven'", "''", "'7 '", "7.5", "99999999999999999999");
    CAPTURE(column);
    Statement statement(session, dialect, "select " + column);
    CHECK_THROWS_AS(store::for_each_row(statement, [](long long) {}), soci::soci_error);
    Statement as_text(session, dialect, "select 'a' || char(0) || 'b', '', -7");
    store::for_each_row(as_text, [](const std::string& text, const std::optional<std::string>& empty, int number) {
        CHECK(text == std::string("a\0b", 3));
        CHECK(empty == "");
        CHECK(number == -7);
    });
}

TEST_CASE("a single value is nothing where there is no row and where it is NULL", "[store]") {
    soci::session session(soci::sqlite3, ":memory:");
    const Dialect dialect;
    CHECK(Statement(session, dialect, "select 7").first<long long>() == 7);
    CHECK_FALSE(Statement(session, dialect, "select null").first<long long>());
    CHECK_FALSE(Statement(session, dialect, "select 7 where 1 = 0").first<long long>());
    CHECK(Statement(session, dialect, "select :a || :b").use("a", "x").use("b", "y").first<std::string>() == "xy");
    CHECK_FALSE(Statement(session, dialect, "select :a").use("a", store::Bound()).first<std::string>());
}

TEST_CASE("rows of values get into a statement in each form, NULL among them", "[store]") {
    soci::session session(soci::sqlite3, ":memory:");
    session << "create table t (id integer, word text)";
    Dialect dialect;
    const std::vector<store::BoundRow> rows{{1LL, std::string("it's \"so\" \\ :name \n")}, {2LL, store::Bound()}};
    SECTION("as JSON") {
        dialect.lists = ListForm::json;
        Statement statement(session, dialect,
                            "insert into t select json_extract(value, '$[0]'), json_extract(value, '$[1]') "
                            "from json_each(:rows)");
        statement.use_rows(rows).run();
    }
    SECTION("as values") {
        dialect.lists = ListForm::literals;
        Statement statement(session, dialect, "insert into t values :rows");
        statement.use_rows(rows).run();
    }
    SECTION("as a table") {
        dialect.lists = ListForm::literals;
        Statement statement(session, dialect, "insert into t select null, null where 1 = 0 union all :selects");
        statement.use_rows(rows).run();
    }
    std::vector<std::string> words(3);
    std::vector<soci::indicator> known(3);
    Statement statement(session, dialect, "select word from t order by id");
    statement.into(words, known);
    REQUIRE(statement.run());
    REQUIRE(words.size() == 2);
    CHECK(words[0] == std::get<std::string>(rows[0][1]));
    CHECK(known[1] == soci::i_null);
}

TEST_CASE("a text is made such that every database takes it", "[store]") {
    CHECK(store::storable("plain \n \"'\\") == "plain \n \"'\\");
    CHECK(store::storable("工作流 \xF0\x9F\x90\xAC") == "工作流 \xF0\x9F\x90\xAC");
    CHECK(store::storable(std::string("a\0b\0", 4)) ==
          "a\xEF\xBF\xBD"
          "b\xEF\xBF\xBD");
    CHECK(store::storable("\xff ü") == "\xEF\xBF\xBD ü");
    CHECK(store::storable("").empty());
}

}  // namespace dsr::statement_test
