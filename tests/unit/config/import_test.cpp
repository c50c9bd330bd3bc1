// SPDX-License-Identifier: Apache-2.0
#include "config/dolphinscheduler/import.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/dolphinscheduler/jdbc_url.hpp"
#include "config/dolphinscheduler/shell.hpp"
#include "config/dolphinscheduler/spring.hpp"

namespace dsr::import_test {

using namespace dsr::config;
using namespace dsr::config::dolphinscheduler;
using Catch::Contains;

namespace {

Setting after(const std::string& text, const std::string& name) {
    ShellVariables variables;
    read_shell(text, "env.sh", variables);
    REQUIRE(variables.contains(name));
    return variables.at(name).setting;
}

std::string imported(const std::vector<SourceFile>& files, const Environment& environment = {}) {
    const auto result = import_settings(files, environment);
    REQUIRE(result.errors.empty());
    return result.yaml;
}

}  // namespace

TEST_CASE("a shell file's assignments are read as the shell reads them") {
    CHECK(after("export A=x", "A").value == "x");
    CHECK(after("A='a $B c'", "A").value == "a $B c");
    CHECK(after("A=\"a \\\"b\\\" \\$c\"", "A").value == "a \"b\" $c");
    CHECK(after("A=1\nexport B=${A}2$A", "B").value == "121");
    CHECK(after("export A=${B:-x}", "A").value == "x");
    CHECK(after("export A=${B:-${C:-y}}", "A").value == "y");
    CHECK(after("export A=${B:-\"x y\"}", "A").value == "x y");
    CHECK(after("A=\nexport B=${A:-x}", "B").value == "x");
    CHECK(after("A=1 # a comment\n", "A").value == "1");
    CHECK(after("export A=1 B=2", "B").value == "2");
    CHECK(after("A=a\\\nb", "A").value == "ab");
    CHECK(after("A=1\r\nB=2\r\n", "A").value == "1");
    CHECK(after("if true; then\nA=1\nfi\nA=2", "A").unknown.empty());
    CHECK(after("x\n\nA=1", "A").source == "env.sh:3");
}

TEST_CASE("what only the shell knows is unknown, with the reason") {
    CHECK_THAT(after("A=$(hostname)", "A").unknown, Contains("output of a command"));
    CHECK_THAT(after("A=`hostname`", "A").unknown, Contains("output of a command"));
    CHECK_THAT(after("A=\"x`hostname`\"", "A").unknown, Contains("output of a command"));
    CHECK_THAT(after("A=\"x$(hostname)\"", "A").unknown, Contains("output of a command"));
    CHECK(after("A=x$B", "A").unknown == "refers to B, which is not set here");
    CHECK(after("if test -e /x; then\n  A=1\nfi", "A").unknown == "is set under a condition");
    CHECK_THAT(after("A=${B#x}", "A").unknown, Contains("not read here"));
    CHECK_THAT(after("A=${B", "A").unknown, Contains("not closed"));
    ShellVariables variables;
    read_shell("echo A=1\nmake B=2\nexport C\nD=3", "env.sh", variables);
    CHECK_FALSE(variables.contains("A"));
    CHECK_FALSE(variables.contains("B"));
    CHECK_FALSE(variables.at("C").is_set);
    CHECK_FALSE(variables.at("D").is_exported);
}

TEST_CASE("a value of a file of variables goes to the end of its line") {
    ShellVariables variables;
    read_variables("# A=0\nA=a?b&c=d e # f\nB=\"x ${A}\"\nC='$A'\nexport D=1\nE=${F:-g}\n", ".env", variables);
    CHECK(variables.at("A").setting.value == "a?b&c=d e");
    CHECK(variables.at("B").setting.value == "x a?b&c=d e");
    CHECK(variables.at("C").setting.value == "$A");
    CHECK(variables.at("E").setting.value == "g");
    CHECK(variables.at("A").is_exported);
    CHECK_FALSE(variables.contains("export D"));
}

TEST_CASE("a JDBC URL is read in its parts") {
    const auto url = std::get<JdbcUrl>(parse_jdbc_url("jdbc:postgresql://[::1]:5433,b/ds?sslmode=require&x=a%2Fb"));
    CHECK(url.type == "postgresql");
    REQUIRE(url.hosts.size() == 2);
    CHECK(url.hosts[0].host == "::1");
    CHECK(url.hosts[0].port == 5433);
    CHECK(url.hosts[1].host == "b");
    CHECK(url.hosts[1].port == 0);
    CHECK(url.database == "ds");
    CHECK(url.options.at("x") == "a/b");
    CHECK(std::get<JdbcUrl>(parse_jdbc_url("jdbc:postgresql:ds")).hosts.empty());
    CHECK(std::get<JdbcUrl>(parse_jdbc_url("jdbc:mariadb:sequential://a,b/ds")).type == "mysql");
    CHECK(std::get<JdbcUrl>(parse_jdbc_url("jdbc:mysql://a")).database.empty());
    for (const auto* bad : {"jdbc:h2:mem:x", "jdbc:mysql://address=(host=a)/x", "jdbc:mysql://a:0/x",
                            "jdbc:mysql://a:b/x", "jdbc:mysql://u:secret@a/x", ""}) {
        INFO(bad);
        const auto parsed = parse_jdbc_url(bad);
        const auto* fault = fault_of(parsed);
        REQUIRE(fault != nullptr);
        CHECK_THAT(fault->message, !Contains("secret"));
    }
}

TEST_CASE("a YAML document without a profile holds always, one with a profile while it is active") {
    const std::string text =
        "registry: {type: zookeeper, zookeeper: {connectString: a:1}}\n---\n"
        "spring: {config: {activate: {on-profile: 'x, y'}}}\nregistry: {zookeeper: {connect-string: b:2}}\n";
    CHECK_THAT(imported({{"application.yaml", text}}), Contains("connect: \"a:1\""));
    CHECK_THAT(imported({{"application.yaml", text}}, {{"SPRING_PROFILES_ACTIVE", "y"}}), Contains("connect: \"b:2\""));
    CHECK_THAT(imported({{"application.yaml", text + "---\nspring: {profiles: {active: x}}\n"}}),
               Contains("connect: \"b:2\""));
    CHECK(import_settings({{"application.yaml", "spring: {profiles: 'a & !b'}\n"}}, {}).errors.size() == 1);
}

TEST_CASE("the environment has priority over the files, and files may refer to it") {
    const std::string text = "registry: {type: '${KIND:jdbc}'}\n";
    CHECK_THAT(imported({{"application.yaml", text}}), Contains("type: jdbc"));
    CHECK_THAT(imported({{"application.yaml", text}}, {{"KIND", "etcd"}}), Contains("type: etcd"));
    CHECK_THAT(imported({{"application.yaml", text}}, {{"REGISTRY_TYPE", "zookeeper"}}), Contains("type: zookeeper"));
    CHECK_THAT(imported({{"application.yaml", "registry: {type: '${REGISTRY_TYPE:jdbc}'}\n"}}), Contains("type: jdbc"));
    CHECK_THAT(imported({{"application.yaml", "registry: {type: '${registry.type}'}\n"}}), Contains("type: CHANGE_ME"));
    CHECK_THAT(imported({{"application.yaml", "registry: &a {type: jdbc, again: *a}\n"}}), Contains("type: "));
}

TEST_CASE("two files that differ are refused, because one of them may not be the masters'") {
    const SourceFile one{"a/application.yaml", "registry: {type: jdbc}\nserver: {port: 1}\n"};
    const SourceFile other{"b/application.yaml", "registry: {type: etcd}\nserver: {port: 2}\n"};
    const auto result = import_settings({one, other}, {});
    REQUIRE(result.errors.size() == 1);
    CHECK_THAT(result.errors[0], Contains("a/application.yaml:1 and b/application.yaml:1 set the same property"));
    CHECK(import_settings({one, one}, {}).errors.empty());
}

TEST_CASE("the time zone is taken only where it is certain") {
    const auto zone_line = [](const std::vector<SourceFile>& files, const Environment& environment) {
        const auto yaml = imported(files, environment);
        const auto begin = yaml.find("time_zone: ");
        return yaml.substr(begin, yaml.find('\n', begin) - begin);
    };
    const std::string left = "time_zone: CHANGE_ME";
    const SourceFile literal{"jvm_args_env.sh", "-server\n-Duser.timezone=${SPRING_JACKSON_TIME_ZONE}\n"};
    CHECK(zone_line({}, {{"TZ", "Asia/Tokyo"}, {"SPRING_JACKSON_TIME_ZONE", "Asia/Tokyo"}}) == "time_zone: Asia/Tokyo");
    CHECK(zone_line({}, {{"TZ", "Asia/Tokyo"}, {"SPRING_JACKSON_TIME_ZONE", "UTC"}}) == left);
    CHECK(zone_line({}, {{"TZ", "Asia/Tokyo"}}) == left);
    CHECK(zone_line({}, {{"SPRING_JACKSON_TIME_ZONE", "Asia/Tokyo"}}) == left);
    CHECK(zone_line({literal}, {{"SPRING_JACKSON_TIME_ZONE", "Asia/Tokyo"}}) == left);
    CHECK(zone_line({literal}, {{"SPRING_JACKSON_TIME_ZONE", "UTC"}, {"TZ", "Asia/Tokyo"}}) == "time_zone: Asia/Tokyo");
    CHECK(zone_line({{"jvm_args_env.sh", "-Duser.timezone=Asia/Tokyo"}}, {}) == "time_zone: Asia/Tokyo");
    CHECK(zone_line({}, {{"JAVA_OPTS", "-Xmx1g -Duser.timezone=UTC"}, {"TZ", "Asia/Tokyo"}}) == "time_zone: UTC");
    CHECK(zone_line({{"jvm_args_env.sh", "-Duser.timezone=GMT+8"}}, {}) == left);
    CHECK(zone_line({{"jvm_args_env.sh", "-Duser.timezone=Asia/Tokyo"}}, {{"JAVA_OPTS", "-Xmx1g"}}) == left);
    CHECK(zone_line({{"env.sh", "export JAVA_OPTS=\"-Duser.timezone=${ZONE} $(x)\""}}, {}) == left);
    CHECK(zone_line({{"application.yaml", "spring: {jackson: {time-zone: Asia/Tokyo}}"}}, {}) == left);
    const Environment certain{{"TZ", "Asia/Tokyo"}, {"SPRING_JACKSON_TIME_ZONE", "Asia/Tokyo"}};
    const auto with_url = [&](const std::string& option) {
        auto environment = certain;
        environment["SPRING_DATASOURCE_URL"] = "jdbc:mysql://db/ds?" + option;
        return zone_line({}, environment);
    };
    CHECK(with_url("serverTimezone=Asia%2FTokyo") == "time_zone: Asia/Tokyo");
    CHECK(with_url("connectionTimeZone=LOCAL") == "time_zone: Asia/Tokyo");
    CHECK(with_url("serverTimezone=UTC") == left);
}

TEST_CASE("no secret is in what is imported, and its file is named") {
    const Environment environment{{"SPRING_DATASOURCE_URL", "jdbc:mysql://db/ds?password=hunter2&user=u"},
                                  {"REGISTRY_TYPE", "etcd"},
                                  {"REGISTRY_ENDPOINTS", "http://e:2379"},
                                  {"REGISTRY_USER", "e"},
                                  {"REGISTRY_PASSWORD", "hunter2"}};
    const auto result = import_settings({}, environment);
    std::string all = result.yaml;
    for (const auto& list : {result.notes, result.to_fill_in, result.errors})
        for (const auto& text : list) all += text;
    CHECK_THAT(all, !Contains("hunter2") && Contains("/etc/ds-reconciler/credentials/database.password") &&
                        Contains("/etc/ds-reconciler/credentials/etcd.password") && Contains("user: u"));
    const auto with_user =
        import_settings({}, {{"REGISTRY_TYPE", "etcd"}, {"REGISTRY_ENDPOINTS", "http://u:hunter2@e:2379"}});
    CHECK_THAT(with_user.yaml, Contains("endpoints: CHANGE_ME") && !Contains("hunter2"));
    const auto encrypted = import_settings({}, {{"SPRING_DATASOURCE_PASSWORD", "ENC(hunter2)"}});
    bool said = false;
    for (const auto& note : encrypted.notes) {
        said = said || note.find("is encrypted, ENC(...), and is not decrypted here") != std::string::npos;
        CHECK_THAT(note, !Contains("hunter2"));
    }
    CHECK(said);
}

TEST_CASE("TLS to the database is taken over from the driver's options") {
    const auto with = [](const std::string& url) { return imported({}, {{"SPRING_DATASOURCE_URL", url}}); };
    CHECK_THAT(with("jdbc:postgresql://db/ds?sslmode=prefer"), !Contains("tls:"));
    CHECK_THAT(with("jdbc:postgresql://db/ds?sslmode=require"), Contains("mode: require"));
    CHECK_THAT(with("jdbc:postgresql://db/ds?sslmode=verify-full&sslrootcert=/ca.pem"),
               Contains("mode: verify") && Contains("ca_file: /ca.pem"));
    CHECK_THAT(with("jdbc:postgresql://db/ds?ssl=true"), Contains("mode: verify") && Contains("ca_file: CHANGE_ME"));
    CHECK_THAT(with("jdbc:mysql://db/ds?useSSL=false"), !Contains("tls:"));
    CHECK_THAT(with("jdbc:mysql://db/ds?useSSL=true"), Contains("mode: require"));
    CHECK_THAT(with("jdbc:mysql://db/ds?sslMode=VERIFY_IDENTITY"), Contains("mode: verify"));
}

}  // namespace dsr::import_test
