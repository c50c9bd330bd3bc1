// SPDX-License-Identifier: Apache-2.0
#include "config/document.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace dsr::document_test {

using namespace dsr::config;
using Catch::Contains;

namespace {

// "key@line=text" (JSON: without the line) with quotes where the text was quoted, {} and [] round maps and lists.
std::string sketch(const YAML::Node& node) {
    if (node.IsNull()) return "null";
    if (node.IsScalar()) return is_quoted(node) ? "'" + node.Scalar() + "'" : node.Scalar();
    std::string out;
    if (node.IsSequence()) {
        for (const auto& item : node) out += (out.empty() ? "" : ",") + sketch(item);
        return "[" + out + "]";
    }
    for (const auto& member : node) {
        const auto line = line_of(member.first);
        out += (out.empty() ? "" : ",") + member.first.Scalar() + (line > 0 ? "@" + std::to_string(line) : "") + "=" +
               sketch(member.second);
    }
    return "{" + out + "}";
}

struct Bad {
    std::string text;
    int line;
    std::string message;
};

void check_bad(const std::vector<Bad>& table, Syntax syntax) {
    for (const auto& [text, line, message] : table) {
        INFO(text.substr(0, 80));
        const Document document = read_document(text, syntax);
        REQUIRE(document.faults.size() == 1);
        CHECK(document.faults[0].line == line);
        CHECK_THAT(document.faults[0].message, Contains(message));
        CHECK_THAT(document.faults[0].message, !Contains("hunter"));
    }
}

}  // namespace

TEST_CASE("YAML becomes a tree with lines") {
    const std::vector<std::pair<std::string, std::string>> table = {
        {"a: 1\nb: \"x\"\nc:\nd: ~\n", "{a@1=1,b@2='x',c@3=null,d@4=null}"},
        {"# comment\n\na:\n  b: 60s # other\n  c: [1, 'x']\n", "{a@3={b@4=60s,c@5=[1,'x']}}"},
        {"a: {b: 1,\n  c: 2}\n", "{a@1={b@1=1,c@2=2}}"},
        {"a:\n  x\nb: |\n  l1\n  l2\nc: 1\n", "{a@1=x,b@3='l1\nl2\n',c@6=1}"},
        {"---\na: 1\n...\n", "{a@2=1}"},
        {"%YAML 1.2\n---\na: 1\n", "{a@3=1}"},
        {"a: 1\r\nb: 2\r\n", "{a@1=1,b@2=2}"},
        {"\xEF\xBB\xBF"
         "a: 1",
         "{a@1=1}"},
        {"{}", "{}"},
        {"'a b': 1\n", "{a b@1=1}"},
        {"a: \"\\u00e9\\n\"\n", "{a@1='\xC3\xA9\n'}"},
    };
    for (const auto& [text, expected] : table) {
        INFO(text);
        const Document document = read_document(text, Syntax::yaml);
        CHECK(document.faults.empty());
        CHECK_FALSE(document.is_broken);
        CHECK(sketch(document.root) == expected);
    }
}

TEST_CASE("YAML that is not one plain document of sections is refused") {
    check_bad({{"", 0, "is empty"},
               {" \n\t\n", 0, "is empty"},
               {"# only a comment\n", 0, "has nothing in it"},
               {"---\n", 0, "has nothing in it"},
               {"a: 1\n---\nb: 2\n", 2, "second document"},
               {"a: 1\n---\n", 2, "second document"},
               {"just words\n", 1, "is not a list of sections"},
               {"- a: 1\n", 1, "is not a list of sections"},
               {"\n\n[a]\n", 3, "is not a list of sections"},
               {"a: 1\n\tb: 1\n", 2, "tabs"},
               {"a:\n\tb: 1\n", 2, "tabs"},
               {"a: b: c\n", 1, "is not valid YAML"},
               {"x: 1\na: [1, 2\n", 3, "is not valid YAML"},
               {"x: 1\na: [1, 2", 2, "is not valid YAML"},  // no line behind the last one
               {"x: 1\n?", 2, "the name of a key is missing"},
               {"x: 1\na: \"hunter2", 2, "illegal EOF in scalar"},
               {"x: 1\na: \"hunter2\n", 3, "illegal EOF in scalar"},
               {"a: 'hunter2\n\nb: 2\n  \n", 5, "illegal EOF in scalar"},
               {"x: 1\npassword: @hunter2\n", 2, "needs quotes"},
               {"password: %hunter2\n", 1, "needs quotes"},
               {"x: 1\npassword: \"\\hunter2\"\n", 2,
                "unknown escape character; in double quotes a backslash is written twice"},
               {"password: *hunter2\n", 1, "begins with & or *"},
               {"password: &hunter2\n", 1, "begins with & or *"},
               {"a: &x hunter2\n", 1, "anchors"},
               {"\na: !hunter2 b\n", 2, "tags"},
               {"a: !!int 1\n", 1, "tags"},
               {"a: !!binary aHVudGVyMg==\n", 1, "tags"},
               {"? {b: 1}\n: 2\n", 1, "where the name of a key should be"},
               {"? [b]\n: 2\n", 1, "where the name of a key should be"},
               {": hunter2\n", 1, "the name of a key is missing"},
               {"~: hunter2\n", 1, "the name of a key is missing"},
               {"a: \xff\n", 1, "is not UTF-8"},
               {"b: 1\na: \xC3(\n", 2, "is not UTF-8"},
               {std::string{"\xFF\xFE"
                            "a\0:\0 \0b\0",
                            10},
                1, "is not UTF-8"},
               {std::string{"b: 1\na: x\0y", 11}, 2, "control character"},
               {"a: \x1b[31m", 1, "contains a control character (\"\\x1b\")"}},
              Syntax::yaml);
}

TEST_CASE("several faults are found at once where the parser can go on") {
    const Document document = read_document("a: &x 1\nb: &y 2\nc: !t 1\na: 2\n", Syntax::yaml);
    REQUIRE(document.faults.size() == 4);
    CHECK_FALSE(document.is_broken);
    CHECK(document.faults[3].line == 4);
}

TEST_CASE("a document with aliases is refused unread: it may contain itself, or grow without limit") {
    for (const std::string text : {"a: &x {b: *x}\n", "&x [*x]: 1\n", "a: &x [1, 2]\nb: [*x, *x]\n"}) {
        INFO(text);
        const Document document = read_document(text, Syntax::yaml);
        CHECK(document.is_broken);
        CHECK(document.faults.size() >= 2);
        for (const auto& fault : document.faults) CHECK_THAT(fault.message, Contains("aliases"));
    }
}

TEST_CASE("keys given twice are named with both lines, in JSON with their path") {
    const std::string text = "{\"s\": {\n\"a\": 1,\n\"b\": 2,\n\"a\": 3\n},\n\"s\": {}}";
    const Document yaml = read_document(text, Syntax::yaml);
    REQUIRE(yaml.faults.size() == 2);
    CHECK(yaml.faults[0].line == 4);
    CHECK_THAT(yaml.faults[0].message, Contains("\"a\" is given twice") && Contains("on line 2 and on line 4"));
    CHECK(yaml.faults[1].line == 6);
    CHECK_THAT(yaml.faults[1].message, Contains("\"s\"") && Contains("on line 1 and on line 6"));
    const Document json = read_document(text, Syntax::json);
    REQUIRE(json.faults.size() == 2);
    CHECK_THAT(json.faults[0].message, Contains("\"s.a\" is given twice"));
    CHECK_THAT(json.faults[1].message, Contains("\"s\" is given twice"));
    // the same name in two sections is not twice
    CHECK(read_document("a: {x: 1}\nb: {x: 1}\n", Syntax::yaml).faults.empty());
}

TEST_CASE("nesting is limited") {
    const auto nested = [](std::size_t levels, const std::string& open, const std::string& close) {
        std::string text;
        for (std::size_t i = 0; i < levels; ++i) text += open;
        text += "1";
        for (std::size_t i = 0; i < levels; ++i) text += close;
        return text;
    };
    CHECK(read_document(nested(32, "{\"a\":", "}"), Syntax::json).faults.empty());
    CHECK(read_document(nested(32, "{\"a\": ", "}"), Syntax::yaml).faults.empty());
    for (const std::size_t levels : {33U, 1000U, 100'000U}) {
        check_bad({{nested(levels, "{\"a\":", "}"), 0, "nested too deeply"},
                   {nested(levels, "[", "]"), 0, "nested too deeply"}},
                  Syntax::json);
        check_bad({{nested(levels, "{a: ", "}"), 1, "nested too deeply"},
                   {nested(levels, "[", "]"), 1, "nested too deeply"},
                   {nested(levels, "- ", ""), 1, "nested too deeply"},
                   {nested(levels, "? ", ""), 1, "nested too deeply"}},
                  Syntax::yaml);
    }
}

TEST_CASE("JSON becomes the same tree") {
    const std::vector<std::pair<std::string, std::string>> table = {
        {"{\"a\": 1, \"b\": \"x\",\n\"c\": null, \"d\": true, \"e\": false}", "{a=1,b='x',c=null,d=true,e=false}"},
        {"{\n\t\"a\"\n:\n{\"b\":-5\n,\n\"c\":1.50}}", "{a={b=-5,c=1.5}}"},
        {"{\"a\":[1,\n\"x\",{}]}", "{a=[1,'x',{}]}"},
        {"{\"a\":\"\\uD83D\\uDE00\\/\"}", "{a='\xF0\x9F\x98\x80/'}"},
        {"{\"a\":18446744073709551615,\"b\":-9223372036854775808,\"c\":123456789012345678901234567890}",
         "{a=18446744073709551615,b=-9223372036854775808,c=1.2345678901234568e+29}"},
        {"\xEF\xBB\xBF{}\n", "{}"},
        {"{\"a\":1}\n\n", "{a=1}"},
    };
    for (const auto& [text, expected] : table) {
        INFO(text);
        const Document document = read_document(text, Syntax::json);
        CHECK(document.faults.empty());
        CHECK(sketch(document.root) == expected);
    }
}

TEST_CASE("JSON is read strictly, with line and column and without the text around") {
    check_bad({{"", 0, "is empty"},
               {"null", 0, "has nothing in it"},
               {"[1]", 0, "is not a list of sections"},
               {"\n1", 0, "is not a list of sections"},
               {"\n1\n\n", 0, "is not a list of sections"},
               {"\n\"hunter2\"", 0, "is not a list of sections"},
               {"{\n\"a\": hunter2}", 2, "column 6: syntax error while parsing value"},
               {"{\"a\": \"hunt\ner2\"}", 1, "control character U+000A"},
               {"{\"a\": 'hunter2'}", 1, "column 7"},
               {"{\"a\": 1,}", 1, "column 9"},
               {"{\"a\": 1", 1, "unexpected end of input"},
               {"{\n\n", 3, "unexpected end of input"},
               {"{} {}", 1, "expected end of input"},
               {"// hunter\n{}", 1, "invalid literal"},
               {"{a: 1}", 1, "column 2"},
               {"{\"a\": 1e999}", 0, "a number is out of range, of \"a\""},
               {"{\"a\": \"\\ud800hunter\"}", 1, "surrogate"},
               {"{\"a\": \"\xff\"}", 1, "is not UTF-8"},
               {"{\"a\": 01}", 1, "syntax error"},
               {"{\"a\": NaN}", 1, "invalid literal"},
               {"a: 1\n", 1, "is not valid JSON"}},
              Syntax::json);
}

}  // namespace dsr::document_test
