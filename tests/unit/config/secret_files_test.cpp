// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/files.hpp"
#include "config/keys.hpp"
#include "support.hpp"

namespace dsr::secret_files_test {

using namespace dsr::config;
using namespace dsr::config::test;
using Catch::Contains;

namespace {

LoadResult load_password_file(const std::filesystem::path& file) {
    return load_yaml("database:\n  password_file: " + file.string() + "\n");
}

}  // namespace

TEST_CASE("every secret of the table has a key for its file") {
    for (const auto& key : keys()) {
        if (key.kind != Kind::secret) continue;
        INFO(key.path);
        const Key* file = find_key(key.path + "_file");
        REQUIRE(file != nullptr);
        CHECK(file->kind == Kind::file);
        CHECK(file->nullable);
        CHECK(file->scope == key.scope);
    }
}

TEST_CASE("secret files hold one line, whose end is not part of the secret") {
    Folder folder;
    const std::vector<std::pair<std::string, std::string>> table = {
        {"hunter2", "hunter2"},           {"hunter2\n", "hunter2"},       {"hunter2\r\n", "hunter2"},
        {"hunter2\n\n", "hunter2"},       {" hunter 2 \n", " hunter 2 "}, {"\xC3\xA9", "\xC3\xA9"},
        {"# 'x': \"y\"", "# 'x': \"y\""},
    };
    for (const auto& [content, expected] : table) {
        INFO(content);
        const auto result = load_password_file(folder.write("password", content));
        CHECK(lines(result.errors).empty());
        CHECK(lines(result.warnings).empty());
        REQUIRE(result.config);
        CHECK(result.config->database.password.reveal() == expected);
    }
    const std::string longest(64 * 1024, 'x');
    CHECK(load_password_file(folder.write("password", longest)).config->database.password.reveal() == longest);
}

TEST_CASE("secret files that hold something else are errors that name the file and show nothing of it") {
    Folder folder;
    const std::vector<std::pair<std::string, std::string>> table = {
        {"", "is empty"},
        {"\n\n", "is empty"},
        {"hunter2\nhunter3\n", "has more than one line"},
        {"hunter2\rhunter3", "has more than one line"},
        {std::string{"hunter2\0", 8}, "contains a control character"},
        {"hunter2\x1b", "contains a control character"},
        {"hunter2\xff", "is not UTF-8"},
        {std::string(64 * 1024 + 1, 'h'), "is larger than 64 KiB"},
    };
    for (const auto& [content, expected] : table) {
        INFO(expected);
        const auto file = folder.write("password", content);
        const auto result = load_password_file(file);
        CHECK_FALSE(result.config);
        REQUIRE(result.errors.size() == 1);
        CHECK(result.errors[0].line == 2);
        CHECK_THAT(result.errors[0].message,
                   Contains("database.password_file") && Contains(file.string()) && Contains(expected));
        CHECK_THAT(all_text(result), !Contains("hunter") && !Contains("hhh"));
    }
    const auto file = folder.write("digest", "hunter2");
    const auto result = load_yaml("registry: {digest_file: " + file.string() + "}");
    REQUIRE(result.errors.size() == 1);
    CHECK_THAT(result.errors[0].message,
               Contains("registry.digest_file: the content of") && Contains("is not of the form user:password"));
    CHECK_THAT(all_text(result), !Contains("hunter"));
}

TEST_CASE("secret files that cannot be read are errors that name the file") {
    Folder folder;
    const auto error_of = [](const std::filesystem::path& file) {
        const auto result = load_password_file(file);
        CHECK_FALSE(result.config);
        REQUIRE(result.errors.size() == 1);
        CHECK_THAT(result.errors[0].message, Contains(file.string()));
        return to_string(result.errors[0]);
    };
    CHECK_THAT(error_of(folder.path / "none"),
               Contains("test.yaml:2: database.password_file:") && Contains("No such file"));
    CHECK_THAT(error_of(folder.path), Contains("is a directory"));
    CHECK_THAT(error_of("/dev/zero"), Contains("is not a regular file"));
    CHECK_THAT(error_of("/proc/self/mem"), Contains("cannot be read: Input/output error"));
    // without a writer: opening it must not wait for one
    const auto pipe = folder.path / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK_THAT(error_of(pipe), Contains("is not a regular file"));
    const auto loop = folder.path / "loop";
    std::filesystem::create_symlink(loop, loop);
    CHECK_THAT(error_of(loop), Contains("cannot be opened"));
}

TEST_CASE("a secret file that everybody may read is a warning") {
    Folder folder;
    const auto file = folder.write("password", "hunter2");
    std::filesystem::permissions(file, std::filesystem::perms{0644});
    const auto link = folder.path / "link";
    std::filesystem::create_symlink(file, link);
    for (const auto& name : {file, link}) {
        const auto result = load_password_file(name);
        REQUIRE(result.config);
        REQUIRE(lines(result.warnings).size() == 1);
        CHECK_THAT(lines(result.warnings)[0],
                   Contains("test.yaml:2: database.password_file:") && Contains("every user"));
    }
    std::filesystem::permissions(file, std::filesystem::perms{0640});
    CHECK(load_password_file(file).warnings.empty());
}

TEST_CASE("a secret in the configuration itself works, with a warning") {
    const auto result = load_yaml("registry:\n  digest: 'user:hunter2'\ndatabase:\n  password: hunter3\n");
    REQUIRE(result.config);
    CHECK(result.config->registry.digest.reveal() == "user:hunter2");
    CHECK(result.config->database.password.reveal() == "hunter3");
    REQUIRE(result.warnings.size() == 2);
    CHECK_THAT(lines(result.warnings)[0], Contains("test.yaml:2: registry.digest:") && Contains("digest_file"));
    CHECK_THAT(lines(result.warnings)[1], Contains("test.yaml:4: database.password:") && Contains("password_file"));
    CHECK_THAT(all_text(result), !Contains("hunter"));
}

TEST_CASE("a secret from the environment works, without a warning") {
    auto environment = zone_variable;
    environment["DS_RECONCILER_DATABASE__PASSWORD"] = "hunter2";
    const auto result = load_text("{}", Syntax::yaml, "test.yaml", environment);
    REQUIRE(result.config);
    CHECK(result.config->database.password.reveal() == "hunter2");
    CHECK(result.warnings.empty());
}

TEST_CASE("a secret file is read where systemd put a copy of it") {
    Folder loaded;
    loaded.write("database.password", "hunter2");
    loaded.write("credentials_zookeeper.digest", "user:hunter3");
    auto environment = zone_variable;
    environment["CREDENTIALS_DIRECTORY"] = loaded.path.string();
    const std::string text =
        "database:\n  password_file: /nowhere/database.password\n"
        "registry:\n  digest_file: /etc/ds-reconciler/credentials/zookeeper.digest\n";
    const auto result = load_text(text, Syntax::yaml, "test.yaml", environment);
    CHECK(lines(result.errors).empty());
    REQUIRE(result.config);
    CHECK(result.config->database.password.reveal() == "hunter2");
    CHECK(result.config->registry.digest.reveal() == "user:hunter3");

    SECTION("of another folder's file it is no copy, and without one the file itself is read") {
        Folder folder;
        const auto file = folder.write("zookeeper.digest", "user:hunter4");
        const auto own = load_text("registry: {digest_file: " + file.string() + "}", Syntax::yaml, "t", environment);
        REQUIRE(own.config);
        CHECK(own.config->registry.digest.reveal() == "user:hunter4");
    }
}

TEST_CASE("the secret and its file together are an error, wherever they come from") {
    Folder folder;
    const auto file = folder.write("password", "hunter2");
    const auto both = load_yaml("database:\n  password_file: " + file.string() + "\n  password: hunter3\n");
    REQUIRE(both.errors.size() == 1);
    CHECK_THAT(to_string(both.errors[0]),
               Contains("test.yaml:3: database.password: is given together with database.password_file (test.yaml:2)"));
    auto environment = zone_variable;
    environment["DS_RECONCILER_DATABASE__PASSWORD"] = "hunter3";
    const auto mixed =
        load_text("database: {password_file: " + file.string() + "}", Syntax::yaml, "test.yaml", environment);
    REQUIRE(mixed.errors.size() == 1);
    CHECK_THAT(to_string(mixed.errors[0]),
               Contains("DS_RECONCILER_DATABASE__PASSWORD: database.password: is given together"));
    CHECK_THAT(all_text(both) + all_text(mixed), !Contains("hunter"));
    const auto json = load_json(R"({"database": {"password": "hunter3", "password_file": ")" + file.string() + "\"}}");
    REQUIRE(json.errors.size() == 1);
    CHECK_THAT(to_string(json.errors[0]), Contains("with database.password_file (test.json)") && !Contains("hunter"));
    // null is "not given"
    CHECK(load_yaml("database: {password_file: null, password: hunter2}").config.has_value());
    CHECK(load_yaml("database: {password_file: " + file.string() + ", password: ''}").config.has_value());
}

TEST_CASE("no way of being wrong shows a secret") {
    for (const std::string password : {"hunter2",           "'hunter2",         "\"hunter2",
                                       "*hunter2",          "&hunter2",         "!hunter2",
                                       "@hunter2",          "%hunter2",         "`hunter2",
                                       "{hunter2",          "[hunter2",         "hunter2: x",
                                       "\"\\qhunter2\"",    "|hunter2",         ">hunter2",
                                       "? hunter2",         "- hunter2",        "[hunter2]",
                                       "{hunter2}",         "{hunter2: 1}",     "!!int hunter2",
                                       "'hunter2' hunter3", "\"hunter2\" x: 1", "hunter2\n\thunter: 3",
                                       "%YAML hunter2",     "0x1337",           "\t*hunter2"}) {
        INFO(password);
        for (const std::string key : {"registry:\n  digest: ", "database:\n  password: "}) {
            CHECK_THAT(all_text(load_yaml(key + password + "\n")), !Contains("hunter") && !Contains("1337"));
        }
        CHECK_THAT(all_text(load_json("{\"database\": {\"password\": " + password + "}}")),
                   !Contains("hunter") && !Contains("1337"));
    }
}

TEST_CASE("a load for a question opens no secret file, one for a change only that of the token") {
    Folder folder;
    const auto token = folder.write("token", "0123456789abcdef");
    const auto text = "database:\n  password_file: /nonexistent/secret\nhttp:\n  token_file: " + token.string() + "\n";
    const auto load_with = [&](SecretFiles secrets) {
        return load_text(text, Syntax::yaml, "test.yaml", zone_variable, secrets);
    };
    REQUIRE(load_with(SecretFiles::none).config);
    CHECK_FALSE(load_with(SecretFiles::none).config->http.token.is_set());
    REQUIRE(load_with(SecretFiles::http_token).config);
    CHECK(load_with(SecretFiles::http_token).config->http.token.reveal() == "0123456789abcdef");
    CHECK_THAT(all_text(load_with(SecretFiles::all)), Contains("/nonexistent/secret\" cannot be opened"));
}

TEST_CASE("a token's file that the command line names is read as the configuration's, and shown as little") {
    Folder folder;
    const auto good = read_token(folder.write("good", "0123456789abcdef\n"));
    REQUIRE(fault_of(good) == nullptr);
    CHECK(std::get<Secret>(good).reveal() == "0123456789abcdef");
    const auto refused = [&](const char* content) {
        const auto token = read_token(folder.write("bad", content));
        return fault_of(token) == nullptr ? std::string{} : fault_of(token)->message;
    };
    CHECK_THAT(refused(""), Contains("is empty"));
    CHECK_THAT(refused("hunter2"), Contains("the content of "));
    CHECK_THAT(refused("hunter2"), !Contains("hunter2"));
    CHECK_THAT(refused("hunter2hunter2hunter2\nx"), Contains("more than one line"));
    CHECK_THAT(fault_of(read_token(folder.path / "none"))->message, Contains("cannot be opened"));
}

}  // namespace dsr::secret_files_test
