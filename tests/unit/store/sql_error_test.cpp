// SPDX-License-Identifier: Apache-2.0
#include "store/sql/sql_error.hpp"

#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>

#include <catch2/catch.hpp>

#include "store/sql/login.hpp"

namespace dsr::sql_error_test {

using model::ErrorKind;
using store::mysql_error_kind;
using store::Phase;
using store::postgresql_error_kind;
using store::sqlite_error_kind;

namespace {

store::ConnectionSettings settings_of(store::DatabaseKind kind) {
    return {.kind = kind,
            .host = "db.example",
            .port = 3307,
            .name = "ds",
            .user = "u",
            .password = "s3cr'et\\ %",
            .zone = model::Zone("UTC")};
}

}  // namespace

TEST_CASE("PostgreSQL's codes by what they mean for a sweep", "[store]") {
    const auto in_statement = [](const char* code) { return postgresql_error_kind(code, Phase::statement).error_kind; };
    for (const char* code : {"28P01", "28000", "3D000", "42501", "25006", "42P01", "42703", "42601", "22001", "23502",
                             "0A000", "XX001", ""}) {
        INFO(code);
        CHECK(in_statement(code) == ErrorKind::permanent);
    }
    for (const char* code : {"55P03", "40P01", "40001", "57014", "57P01", "57P02", "57P03", "08000", "08006", "53300",
                             "53100", "25P02", "25P03", "26000", "58030", "99999"}) {
        INFO(code);
        CHECK(in_statement(code) == ErrorKind::retry);
    }
    CHECK(in_statement("23505") == ErrorKind::conflict);
    CHECK(in_statement("40003") == ErrorKind::unknown_outcome);
}

TEST_CASE("PostgreSQL: only a connection lost in a commit leaves its outcome open", "[store]") {
    for (const char* code : {"", "08000", "08006", "57P01", "57P02"}) {
        CHECK(postgresql_error_kind(code, Phase::commit).error_kind == ErrorKind::unknown_outcome);
        CHECK(postgresql_error_kind(code, Phase::connect).error_kind == ErrorKind::retry);
    }
    for (const char* code : {"40001", "40P01", "25P03", "53100"}) {
        CHECK(postgresql_error_kind(code, Phase::commit).error_kind == ErrorKind::retry);
    }
    CHECK(postgresql_error_kind("23505", Phase::commit).error_kind == ErrorKind::conflict);
}

TEST_CASE("MySQL's numbers by what they mean for a sweep", "[store]") {
    const auto in_statement = [](unsigned int number) { return mysql_error_kind(number, Phase::statement).error_kind; };
    for (const unsigned int number : {0U, 1044U, 1045U, 1049U, 1054U, 1064U, 1129U, 1130U, 1142U, 1146U, 1227U, 1290U,
                                      1366U, 1406U, 1665U, 1698U, 1792U, 1836U, 2059U}) {
        INFO(number);
        CHECK(in_statement(number) == ErrorKind::permanent);
    }
    for (const unsigned int number : {1040U, 1047U, 1053U, 1114U, 1203U, 1205U, 1213U, 1317U, 1927U, 1969U, 2002U,
                                      2003U, 2005U, 2006U, 2013U, 3024U}) {
        INFO(number);
        CHECK(in_statement(number) == ErrorKind::retry);
    }
    CHECK(in_statement(1062) == ErrorKind::conflict);
}

TEST_CASE("MySQL: what a commit may have done although it failed", "[store]") {
    for (const unsigned int number : {0U, 1053U, 1180U, 1317U, 1927U, 2006U, 2013U, 9999U}) {
        CHECK(mysql_error_kind(number, Phase::commit).error_kind == ErrorKind::unknown_outcome);
    }
    for (const unsigned int number : {1205U, 1213U})
        CHECK(mysql_error_kind(number, Phase::commit).error_kind == ErrorKind::retry);
    CHECK(mysql_error_kind(2013, Phase::connect).error_kind == ErrorKind::retry);
    CHECK(mysql_error_kind(5010, Phase::connect).error_kind == ErrorKind::permanent);
}

TEST_CASE("a refusal over TLS is for good, a connection that breaks under it is not", "[store]") {
    CHECK(mysql_error_kind(2026, Phase::connect).error_kind == ErrorKind::permanent);
    CHECK(mysql_error_kind(2026, Phase::statement).error_kind == ErrorKind::retry);
    CHECK(mysql_error_kind(2026, Phase::commit).error_kind == ErrorKind::unknown_outcome);
    for (const char* text :
         {"server does not support SSL, but SSL was required", "SSL error: certificate verify failed",
          "server certificate for \"a\" (and 1 other name) does not match host name \"b\"",
          "root certificate file \"/nope\" does not exist",
          "could not load private key file \"/nope\": no such file"}) {
        INFO(text);
        CHECK(store::is_tls_complaint(text));
    }
    for (const char* text : {"Connection refused", "SSL SYSCALL error: Connection reset by peer",
                             "could not translate host name \"ssl.example\" to address"}) {
        INFO(text);
        CHECK_FALSE(store::is_tls_complaint(text));
    }
}

TEST_CASE("SQLite's codes by what they mean for a sweep", "[store]") {
    for (const int code : {5, 6, 9, 10, 13})
        CHECK(sqlite_error_kind(code, Phase::statement).error_kind == ErrorKind::retry);
    for (const int code : {0, 1, 8, 11, 14, 26}) {
        CHECK(sqlite_error_kind(code, Phase::statement).error_kind == ErrorKind::permanent);
    }
    CHECK(sqlite_error_kind(19, Phase::statement).error_kind == ErrorKind::conflict);
    CHECK(sqlite_error_kind(5, Phase::commit).error_kind == ErrorKind::retry);
    CHECK(sqlite_error_kind(10, Phase::commit).error_kind == ErrorKind::unknown_outcome);
}

TEST_CASE("a failure is a sentence in one line, without the password", "[store]") {
    const auto settings = settings_of(store::DatabaseKind::mysql);
    const soci::mysql_soci_error error("Access denied\nfor 's3cr'et\\ %' or s3cr\\'et\\\\ %", 1045);
    const auto failure = store::to_failure(error, Phase::connect, "connecting", settings);
    CHECK(failure.kind() == ErrorKind::permanent);
    CHECK(std::string(failure.what()) ==
          "MySQL database 'ds' at db.example:3307, while connecting: the user name or password is wrong, or this user "
          "may not log in from this host or with this TLS mode (database.tls). Database message: Access denied for "
          "'***' or *** (error 1045)");
}

TEST_CASE("what SOCI itself could not handle is nobody's to retry", "[store]") {
    const soci::soci_error error("Null value fetched and no indicator defined.");
    for (const auto kind : {store::DatabaseKind::postgresql, store::DatabaseKind::mysql, store::DatabaseKind::sqlite}) {
        CHECK(store::to_failure(error, Phase::statement, "reading", settings_of(kind)).kind() == ErrorKind::permanent);
    }
}

TEST_CASE("the connect string quotes what it is given", "[store]") {
    auto settings = settings_of(store::DatabaseKind::postgresql);
    CHECK_THAT(store::connect_string(settings),
               Catch::StartsWith("postgresql://u:s3cr%27et%5C%20%25@db%2Eexample:3307/ds?connect_timeout=5&"));
    settings.kind = store::DatabaseKind::mysql;
    CHECK_THAT(store::connect_string(settings),
               Catch::StartsWith("host='db.example' port=3307 dbname='ds' user='u' password='s3cr\\'et\\\\ %' "));
    settings.host = "localhost";
    settings.port = 0;
    CHECK_THAT(store::connect_string(settings), Catch::StartsWith("host='127.0.0.1' port=3306 "));
    settings.kind = store::DatabaseKind::sqlite;
    settings.path = "/var/lib/a b.db";
    CHECK(store::connect_string(settings) == "/var/lib/a b.db");
    settings.path = "/var/lib/a=b.db";
    CHECK(store::connect_string(settings) == "dbname=\"/var/lib/a=b.db\"");
    settings.path = "/var/lib/a= b.db";
    CHECK_THROWS_AS(store::connect_string(settings), model::Failure);
}

TEST_CASE("of a login that is refused the client library's text, which has bytes of the login in it, is not told",
          "[store]") {
    const soci::mysql_soci_error error("Authentication plugin 'b\xe3\xbf' couldn't be found", 5010);
    const std::string said =
        store::to_failure(error, Phase::connect, "connecting", settings_of(store::DatabaseKind::mysql)).what();
    CHECK(said.find("database.login_plugins") != std::string::npos);
    CHECK(said.find('\xe3') == std::string::npos);
}

}  // namespace dsr::sql_error_test
