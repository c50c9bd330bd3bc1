// SPDX-License-Identifier: Apache-2.0
#include "store/sql/sql_error.hpp"

#include <soci/mysql/soci-mysql.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <initializer_list>

#include "store/sql/login.hpp"

namespace dsr::store {

namespace {

using model::ErrorKind;

constexpr std::string_view wrong_login =
    "the user name or password is wrong, or this user may not log in from this host or with this TLS mode "
    "(database.tls)";
constexpr std::string_view no_tls =
    "the connection does not meet database.tls, or the server requires a client certificate; no query was sent";
constexpr std::string_view other_login =
    "the server requests a login plugin that database.login_plugins does not list, such as one that sends the password "
    "in clear text; no password was sent";
constexpr std::string_view no_database =
    "the database does not exist, or this user may not use it; check database.name";
constexpr std::string_view read_only =
    "the database is read-only; point the reconciler at the primary, where DolphinScheduler writes";
constexpr std::string_view no_right = "this user lacks a right that the reconciler needs";
constexpr std::string_view no_such_thing =
    "a required table or column does not exist; check whether DolphinScheduler was upgraded";
constexpr std::string_view locked = "another transaction holds the rows";
constexpr std::string_view too_slow = "the statement exceeded its time limit";
constexpr std::string_view unreachable = "the database is unreachable";
constexpr std::string_view lost = "the connection was lost";
constexpr std::string_view maybe_done = "the answer was lost, so the outcome is unknown";
constexpr std::string_view changed = "the rows changed since they were read";
constexpr std::string_view overloaded = "the server lacks resources at present";

/// MariaDB's client library: a plugin outside restricted-auth. Its text names the plugin from memory that it has
/// overwritten.
constexpr unsigned int refused_plugin = 5010;

template <typename Code>
bool any_of(Code code, std::initializer_list<Code> codes) {
    return std::ranges::find(codes, code) != codes.end();
}

SqlErrorKind lost_connection(Phase phase) {
    switch (phase) {
        case Phase::connect:
            return {ErrorKind::retry, unreachable};
        case Phase::commit:
            return {ErrorKind::unknown_outcome, maybe_done};
        case Phase::statement:
            break;
    }
    return {ErrorKind::retry, lost};
}

}  // namespace

SqlErrorKind postgresql_error_kind(std::string_view sqlstate, Phase phase) {
    const std::string_view group = sqlstate.substr(0, 2);
    if (sqlstate.empty()) {
        if (phase == Phase::statement) return {ErrorKind::permanent, "the database driver could not process the data"};
        return lost_connection(phase);
    }
    // 57P01 may follow a COMMIT that succeeded: the server checks for interrupts after it, before it answers.
    if (group == "08" || any_of<std::string_view>(sqlstate, {"40003", "57P01", "57P02", "57P03", "57P05"})) {
        if (sqlstate == "40003") return {ErrorKind::unknown_outcome, maybe_done};
        return lost_connection(phase);
    }
    if (any_of<std::string_view>(sqlstate, {"28P01", "28000"})) return {ErrorKind::permanent, wrong_login};
    if (any_of<std::string_view>(sqlstate, {"3D000", "3F000"})) return {ErrorKind::permanent, no_database};
    if (sqlstate == "25006") return {ErrorKind::permanent, read_only};
    if (sqlstate == "42501") return {ErrorKind::permanent, no_right};
    if (any_of<std::string_view>(sqlstate, {"42P01", "42703"})) return {ErrorKind::permanent, no_such_thing};
    if (sqlstate == "23505") return {ErrorKind::conflict, changed};
    if (any_of<std::string_view>(sqlstate, {"55P03", "40P01", "40001"})) return {ErrorKind::retry, locked};
    if (sqlstate == "57014") return {ErrorKind::retry, too_slow};
    if (sqlstate == "25P03")
        return {ErrorKind::retry, "the transaction was left open too long and the server ended it"};
    if (group == "53") return {ErrorKind::retry, overloaded};
    if (any_of<std::string_view>(group, {"0A", "22", "23", "28", "42"}) || sqlstate.substr(0, 3) == "XX0") {
        return {ErrorKind::permanent, ""};
    }
    return {ErrorKind::retry, ""};
}

SqlErrorKind mysql_error_kind(unsigned int number, Phase phase) {
    switch (number) {
        case 0:
            if (phase == Phase::commit) return lost_connection(phase);
            return {ErrorKind::permanent, "the database driver could not process the data"};
        case 1045:  // access denied
        case 1130:  // host not allowed
        case 1251:  // authentication protocol not supported
        case 1698:  // access denied, no password asked for
        case 2058:  // authentication plugin ...
        case 2059:  // ... cannot be loaded
        case 2061:  // ... failed
            return {ErrorKind::permanent, wrong_login};
        case refused_plugin:
            return {ErrorKind::permanent, other_login};
        case 1129:  // host blocked
            return {ErrorKind::permanent,
                    "the server blocks this host after many errors; run FLUSH HOSTS on the server"};
        case 1044:  // access to database denied
        case 1049:  // unknown database
            return {ErrorKind::permanent, no_database};
        case 1290:  // --read-only
        case 1792:  // read-only transaction
        case 1836:  // read-only mode
            return {ErrorKind::permanent, read_only};
        case 1665:  // statement-based binary log
            return {ErrorKind::permanent,
                    "the server logs by statement, which READ COMMITTED cannot use; set binlog_format to "
                    "ROW or MIXED"};
        case 2026:  // TLS, in the client library
            if (phase != Phase::connect) return lost_connection(phase);
            return {ErrorKind::permanent, no_tls};
        case 1142:  // table privilege
        case 1143:  // column privilege
        case 1227:  // global privilege
        case 1370:  // routine privilege
            return {ErrorKind::permanent, no_right};
        case 1054:  // unknown column
        case 1109:  // unknown table in a clause
        case 1146:  // no such table
            return {ErrorKind::permanent, no_such_thing};
        case 1062:
        case 1586:
            return {ErrorKind::conflict, changed};
        case 1205:  // lock wait timeout
        case 1213:  // deadlock, and a certification failure in a Galera cluster
        case 1020:  // record has changed since last read
            return {ErrorKind::retry, locked};
        case 1317:  // interrupted
        case 1969:  // MariaDB's max_statement_time
        case 3024:  // MySQL's max_execution_time
            return phase == Phase::commit ? lost_connection(phase) : SqlErrorKind{ErrorKind::retry, too_slow};
        case 1021:  // disk full
        case 1040:  // too many connections
        case 1047:  // cluster node not ready
        case 1114:  // table full
        case 1203:  // too many connections of this user
        case 1226:  // resource limit of this user
            return phase == Phase::commit ? lost_connection(phase) : SqlErrorKind{ErrorKind::retry, overloaded};
        case 1053:  // server shutdown
        case 1158:
        case 1159:
        case 1160:
        case 1161:  // network errors and timeouts
        case 1927:  // connection killed
        case 2002:
        case 2003:
        case 2005:  // unknown host
        case 2006:
        case 2013:
        case 2055:
        case 4031:  // idle too long
            return lost_connection(phase);
        default:
            break;
    }
    if (phase == Phase::commit) return lost_connection(phase);
    return {ErrorKind::permanent, ""};
}

SqlErrorKind sqlite_error_kind(int code, Phase phase) {
    switch (code) {
        case 5:  // SQLITE_BUSY
        case 6:  // SQLITE_LOCKED
            return {ErrorKind::retry, locked};
        case 8:  // SQLITE_READONLY
            return {ErrorKind::permanent, "the file or its folder is read-only for this user"};
        case 14:  // SQLITE_CANTOPEN
            return {ErrorKind::permanent, "the file cannot be opened; check database.path and its permissions"};
        case 11:  // SQLITE_CORRUPT
        case 26:  // SQLITE_NOTADB
            return {ErrorKind::permanent, "the file is not a valid SQLite database"};
        case 19:  // SQLITE_CONSTRAINT
            return {ErrorKind::conflict, changed};
        case 9:   // SQLITE_INTERRUPT
        case 10:  // SQLITE_IOERR
        case 13:  // SQLITE_FULL
            if (phase == Phase::commit) return lost_connection(phase);
            return {ErrorKind::retry, ""};
        default:
            break;
    }
    if (phase == Phase::commit) return lost_connection(phase);
    return {ErrorKind::permanent, ""};
}

model::Failure to_failure(const soci::soci_error& error, Phase phase, std::string_view doing,
                          const ConnectionSettings& settings) {
    SqlErrorKind error_kind;
    std::string code;
    std::string text = error.get_error_message();
    switch (settings.kind) {
        case DatabaseKind::postgresql: {
            std::string sqlstate;
            if (const auto* known = dynamic_cast<const soci::postgresql_soci_error*>(&error)) {
                sqlstate = known->sqlstate();
            } else if (phase == Phase::connect) {
                const LoginAnswer answer = ask_why_login_failed(connect_string(settings), settings.connect_timeout);
                sqlstate = answer.sqlstate;
                if (!answer.text.empty()) text = answer.text;
            }
            while (!sqlstate.empty() && sqlstate.back() == ' ') sqlstate.pop_back();
            error_kind = postgresql_error_kind(sqlstate, phase);
            if (sqlstate.empty() && phase == Phase::connect && is_tls_complaint(text))
                error_kind = {ErrorKind::permanent, no_tls};
            if (!sqlstate.empty()) code = "SQLSTATE " + sqlstate;
            break;
        }
        case DatabaseKind::mysql: {
            const auto* known = dynamic_cast<const soci::mysql_soci_error*>(&error);
            const unsigned int number = known == nullptr ? 0 : known->err_num_;
            error_kind = mysql_error_kind(number, phase);
            if (number != 0) code = "error " + std::to_string(number);
            if (number == refused_plugin) text = "Authentication plugin not in restricted_auth";
            break;
        }
        case DatabaseKind::sqlite: {
            const auto* known = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
            const int result = known == nullptr ? 0 : known->result() & 0xff;
            error_kind = sqlite_error_kind(result, phase);
            if (result != 0) code = "result " + std::to_string(result);
            break;
        }
    }
    std::string message = describe(settings) + ", while " + std::string(doing) + ": ";
    if (!error_kind.advice.empty()) message += std::string(error_kind.advice) + ". ";
    message += "Database message: " + text;
    if (!code.empty()) message += " (" + code + ")";
    return {error_kind.error_kind, scrub(message, settings)};
}

}  // namespace dsr::store
