// SPDX-License-Identifier: Apache-2.0
#include "support/database_connection.hpp"

#include <libpq-fe.h>
#include <mysql.h>
#include <sqlite3.h>

#include <algorithm>
#include <regex>
#include <set>
#include <stdexcept>

namespace dsr::support {

namespace {

[[noreturn]] void failed(const std::string& sql, const std::string& message) {
    throw std::runtime_error("test database: " + message + " in: " + sql.substr(0, 300));
}

class PostgresqlConnection : public DatabaseConnection {
public:
    explicit PostgresqlConnection(const store::ConnectionSettings& settings)
        : DatabaseConnection(false),
          connection_(PQconnectdb(("host=" + settings.host + " port=" + std::to_string(settings.port) + " dbname=" +
                                   settings.name + " user=" + settings.user + " password=" + settings.password +
                                   " options='-c lock_timeout=10000 -c client_min_messages=warning'")
                                      .c_str()),
                      PQfinish) {
        if (PQstatus(connection_.get()) != CONNECTION_OK) failed("connect", PQerrorMessage(connection_.get()));
    }

    void run(const std::string& sql) override { execute(sql); }

    std::vector<Row> rows(const std::string& sql) override {
        const auto result = execute(sql);
        std::vector<Row> all;
        for (int i = 0; i < PQntuples(result.get()); ++i) {
            Row& row = all.emplace_back();
            for (int column = 0; column < PQnfields(result.get()); ++column) {
                auto& value = row[PQfname(result.get(), column)];
                if (PQgetisnull(result.get(), i, column) == 0) value = PQgetvalue(result.get(), i, column);
            }
        }
        return all;
    }

    int kill_store() override {
        return static_cast<int>(rows("select pg_terminate_backend(pid) from pg_stat_activity "
                                     "where datname = current_database() and application_name = 'ds-reconciler'")
                                    .size());
    }

    int lock_waits() override {
        return std::stoi(
            *value("select count(*) from pg_stat_activity "
                   "where wait_event_type = 'Lock' and datname = current_database()"));
    }

private:
    std::unique_ptr<PGresult, decltype(&PQclear)> execute(const std::string& sql) {
        std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_.get(), sql.c_str()), PQclear);
        const auto status = PQresultStatus(result.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) failed(sql, PQerrorMessage(connection_.get()));
        return result;
    }

    std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

class MysqlConnection : public DatabaseConnection {
public:
    explicit MysqlConnection(const store::ConnectionSettings& settings)
        : DatabaseConnection(true), connection_(mysql_init(nullptr), mysql_close) {
        mysql_options(connection_.get(), MYSQL_SET_CHARSET_NAME, "utf8mb4");
        if (mysql_real_connect(connection_.get(), settings.host.c_str(), settings.user.c_str(),
                               settings.password.c_str(), settings.name.c_str(),
                               static_cast<unsigned int>(settings.port), nullptr, CLIENT_MULTI_STATEMENTS) == nullptr) {
            failed("connect", mysql_error(connection_.get()));
        }
        run("set session innodb_lock_wait_timeout = 10");
    }

    void run(const std::string& sql) override { rows(sql); }

    std::vector<Row> rows(const std::string& sql) override {
        std::vector<Row> all;
        if (mysql_real_query(connection_.get(), sql.data(), sql.size()) != 0) {
            failed(sql, mysql_error(connection_.get()));
        }
        int more = 0;
        do {
            const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(mysql_store_result(connection_.get()),
                                                                                  mysql_free_result);
            if (result) append(*result, all);
            more = mysql_next_result(connection_.get());
        } while (more == 0);
        if (more > 0) failed(sql, mysql_error(connection_.get()));
        return all;
    }

    int kill_store() override {
        const auto others = rows(
            "select id from information_schema.processlist where db = database() "
            "and id <> connection_id()");
        for (const Row& other : others) run("kill " + *other.at("id"));
        return static_cast<int>(others.size());
    }

    // information_schema.innodb_trx would be simpler, but is a cache that is filled anew only when nobody on the whole
    // server has read it for a tenth of a second: two tests that look in turns keep each other from ever seeing a wait.
    int lock_waits() override {
        static const std::regex waiting(R"(\nLOCK WAIT [^\n]*\n[^\n]* thread id (\d+),)");
        const std::string status = *rows("show engine innodb status").front().at("Status");
        std::set<std::string> here;
        for (const Row& row : rows("select id from information_schema.processlist where db = database()")) {
            here.insert(*row.at("id"));
        }
        return static_cast<int>(std::count_if(std::sregex_iterator(status.begin(), status.end(), waiting), {},
                                              [&](const std::smatch& found) { return here.contains(found[1]); }));
    }

private:
    static void append(MYSQL_RES& result, std::vector<Row>& all) {
        const MYSQL_FIELD* const fields = mysql_fetch_fields(&result);
        while (MYSQL_ROW values = mysql_fetch_row(&result)) {
            const unsigned long* const lengths = mysql_fetch_lengths(&result);
            Row& row = all.emplace_back();
            for (unsigned int column = 0; column < mysql_num_fields(&result); ++column) {
                auto& value = row[fields[column].name];
                if (values[column] != nullptr) value = std::string(values[column], lengths[column]);
            }
        }
    }

    std::unique_ptr<MYSQL, decltype(&mysql_close)> connection_;
};

class SqliteConnection : public DatabaseConnection {
public:
    explicit SqliteConnection(const store::ConnectionSettings& settings)
        : DatabaseConnection(false), connection_(nullptr, sqlite3_close) {
        sqlite3* connection = nullptr;
        const int code = sqlite3_open(settings.path.c_str(), &connection);
        connection_.reset(connection);
        if (code != SQLITE_OK) failed("open " + settings.path, sqlite3_errmsg(connection));
        sqlite3_busy_timeout(connection, 10'000);
        run("pragma synchronous = off");
    }

    void run(const std::string& sql) override {
        if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
            failed(sql, sqlite3_errmsg(connection_.get()));
        }
    }

    std::vector<Row> rows(const std::string& sql) override {
        std::vector<Row> all;
        const auto append = [](void* to, int columns, char** values, char** names) {
            Row& row = static_cast<std::vector<Row>*>(to)->emplace_back();
            for (int i = 0; i < columns; ++i) {
                auto& value = row[names[i]];
                if (values[i] != nullptr) value = values[i];
            }
            return 0;
        };
        if (sqlite3_exec(connection_.get(), sql.c_str(), append, &all, nullptr) != SQLITE_OK) {
            failed(sql, sqlite3_errmsg(connection_.get()));
        }
        return all;
    }

    int kill_store() override { throw std::logic_error("SQLite has no server side to kill"); }
    int lock_waits() override { throw std::logic_error("SQLite has no row locks"); }

private:
    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> connection_;
};

}  // namespace

std::optional<std::string> DatabaseConnection::value(const std::string& sql) {
    const auto all = rows(sql);
    if (all.size() != 1 || all.front().size() != 1) failed(sql, "not one row of one column");
    return all.front().begin()->second;
}

std::unique_ptr<DatabaseConnection> connect_database(const store::ConnectionSettings& settings) {
    switch (settings.kind) {
        case store::DatabaseKind::postgresql:
            return std::make_unique<PostgresqlConnection>(settings);
        case store::DatabaseKind::mysql:
            return std::make_unique<MysqlConnection>(settings);
        case store::DatabaseKind::sqlite:
            break;
    }
    return std::make_unique<SqliteConnection>(settings);
}

std::string DatabaseConnection::literal(const std::optional<std::string>& text) const {
    if (!text) return "null";
    std::string result = "'";
    for (const char character : *text) {
        if (character == '\'') result += '\'';
        if (character == '\\' && backslash_escapes_) result += '\\';
        result += character;
    }
    return result + "'";
}

}  // namespace dsr::support
