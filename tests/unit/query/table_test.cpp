// SPDX-License-Identifier: Apache-2.0
#include "query/table.hpp"

#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace dsr::table_test {

TEST_CASE("a table's columns are as wide as their widest cell, numbers at the right") {
    query::Table table({"id", "what"});
    std::ostringstream empty;
    table.print(empty);
    CHECK(empty.str().empty());
    table.add({{"1", "", true}, {"é"}});
    table.add({{"1000", "", true}, {"x"}});
    std::ostringstream out;
    table.print(out);
    CHECK(out.str() == "    id  what\n     1  é\n  1000  x\n");
}

TEST_CASE("an East Asian character takes two columns of the terminal") {
    CHECK(query::display_width("") == 0);
    CHECK(query::display_width("abc") == 3);
    CHECK(query::display_width("é") == 1);
    CHECK(query::display_width("每日报表") == 8);
    query::Table table({"name", "state"});
    table.add({{"每日报表"}, {"ok"}});
    table.add({{"daily"}, {"ok"}});
    std::ostringstream out;
    table.print(out);
    CHECK(out.str() == "  name      state\n  每日报表  ok\n  daily     ok\n");
}

TEST_CASE("a table that is wider than the terminal ends its widest cells early, but never a number") {
    query::Table table({"id", "name", "why"});
    table.add({{"12345678901234567890", "", true}, {"每日报表每日报表"}, {std::string(60, 'x')}});
    const auto lines = [&table](std::size_t width) {
        std::ostringstream out;
        table.print(out, width);
        std::vector<std::string> found;
        std::istringstream in(out.str());
        for (std::string line; std::getline(in, line);) found.push_back(line);
        return found;
    };
    for (const auto& line : lines(80)) CHECK(query::display_width(line) <= 80);
    CHECK(lines(80).at(1).find("每日报表每日报表") != std::string::npos);  // the widest column alone
    CHECK(lines(80).at(1).find("x…") != std::string::npos);
    for (const auto& line : lines(54)) CHECK(query::display_width(line) <= 54);
    CHECK(lines(54).at(1).find("每日报表每日…") != std::string::npos);
    CHECK(lines(10).at(1).find("12345678901234567890") != std::string::npos);
    CHECK(lines(0).at(1).find(std::string(60, 'x')) != std::string::npos);
}

TEST_CASE("times and verdicts are shortened only when nothing else can be") {
    query::Table table({"at", "why"});
    const std::string time = "12 m 03 s ago (15:54:01)";
    table.add({{time, "", false, true}, {std::string(30, 'x')}});
    std::ostringstream fits;
    table.print(fits, 44);
    CHECK(fits.str().ends_with(time + "  xxxxxxxxxxxxxxx…\n  (cut to fit; -o wide shows all)\n"));
    std::ostringstream whole;
    table.print(whole, 80);
    CHECK(whole.str().ends_with("xxx\n"));
    std::ostringstream narrow;
    table.print(narrow, 30);
    CHECK(narrow.str().find("  12 m 03 s ago (…  xxxxxxxxx…\n") != std::string::npos);
}

TEST_CASE("a column of sentences goes on below itself") {
    query::Table table({"gate", "finding"});
    table.add({{"owner_gone"}, {"its host is not registered, and was not for some time"}});
    std::ostringstream out;
    table.print(out, 40, query::Table::Fit::wrap);
    CHECK(out.str() ==
          "  gate        finding\n"
          "  owner_gone  its host is not\n"
          "              registered, and was not\n"
          "              for some time\n");
    std::ostringstream whole;
    table.print(whole, 30, query::Table::Fit::wrap);  // too narrow to be read that way
    CHECK(whole.str().find("registered, and was not for some time\n") != std::string::npos);
}

}  // namespace dsr::table_test
