// SPDX-License-Identifier: Apache-2.0
// The user's own JSON for a webhook: what is refused when the configuration is loaded, and what it becomes.
#include "model/alert_template.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace dsr::alert_template_test {

using namespace dsr::model;
using Catch::Contains;

TEST_CASE("texts that are JSON for any values are accepted") {
    for (const std::string good : {R"({"text":"{{title}}: {{summary}}"})", R"({"a":{"{{key}}":["{{link}}"]}})",
                                   R"({"a":{"b":{}}})", R"("{{id}}")", R"({"open":"{{ is no placeholder"})"}) {
        INFO(good);
        CHECK_FALSE(fault_in_template(good));
    }
}

TEST_CASE("texts that are not are refused with what to write") {
    struct Bad {
        std::string text;
        std::string said;
    };
    for (const auto& [text, said] : std::vector<Bad>{{"", "is not JSON"},
                                                     {"{{title}}", "is not JSON"},
                                                     {R"({"n":{{severity}}})", "is not JSON"},
                                                     {R"({"text":"{{title}}")", "is not JSON"},
                                                     {R"({"text":"{{titel}}"})", "{{titel}}; there are: id, status"},
                                                     {R"({"text":"{{ title }}"})", "{{ title }}"}}) {
        INFO(text);
        REQUIRE(fault_in_template(text));
        CHECK_THAT(*fault_in_template(text), Contains(said));
    }
}

TEST_CASE("values are escaped, and a value is no template") {
    const auto filled = fill_template(R"({"a":"{{title}}","b":"{{summary}}{{cluster}}"})",
                                      {{"title", "\"\\\n\x01"}, {"summary", "{{title}}"}});
    const auto json = nlohmann::json::parse(filled);
    CHECK(json.at("a") == "\"\\\n\x01");
    CHECK(json.at("b") == "{{title}}");
}

}  // namespace dsr::alert_template_test
