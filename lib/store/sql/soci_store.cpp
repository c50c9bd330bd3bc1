// SPDX-License-Identifier: Apache-2.0
#include "store/sql/soci_store.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/text.hpp"
#include "model/failure.hpp"
#include "store/sql/rows.hpp"
#include "store/sql/schema_inspection.hpp"
#include "store/sql/shown_rows.hpp"
#include "store/sql/soci_failover_transaction.hpp"
#include "store/sql/statement.hpp"

namespace dsr::store {

namespace {

// Number of ids per statement of a pass by windows. It bounds the time of a statement for a table of any size, and
// keeps the planner on a range of the primary key: with stale statistics it may prefer a scan of the whole table, once
// for every page. On a cold table even this many may take long; then fewer.
constexpr long long max_window = 100'000;
constexpr long long min_window = 1'000;

constexpr std::string_view on_unfinished = "unfinished instances";
constexpr std::string_view on_tasks = "the tasks of an instance";

}  // namespace

SociStore::SociStore(ConnectionSettings settings) : session_(std::move(settings)), window_(max_window) {}

void SociStore::refuse_while_open() const {
    if (transaction_open_) throw std::logic_error("the store was used while its failover transaction was open");
}

const SociStore::Schema& SociStore::schema() {
    refuse_while_open();
    return schema_ ? *schema_ : look_at_schema();
}

const SociStore::Schema& SociStore::look_at_schema() {
    refuse_while_open();
    schema_.reset();
    InspectedSchema inspected = inspect_schema(session_);
    SchemaSql sql = sql_of(session_.settings().kind, inspected.facts);
    const bool unfinished = finds(on_unfinished, sql.unfinished_index);
    const bool tasks = finds(on_tasks, sql.task_index);
    return schema_.emplace(
        Schema{std::move(sql), inspected.alert_title_length, unfinished, tasks, std::move(inspected.registry_stamp)});
}

bool SociStore::finds(std::string_view what, const std::string& sql) {
    return session_.run("looking for the index on " + std::string(what), [&](soci::session& connection) {
        return Statement(connection, session_.dialect(), sql).first<int>().has_value();
    });
}

bool SociStore::make_index(std::string_view what, std::vector<std::string> SchemaSql::*statements,
                           bool Schema::*there) {
    const Schema& known = look_at_schema();
    if (known.*there) return false;
    for (const std::string& statement : known.sql.*statements) {
        session_.run("creating the index on " + std::string(what),
                     [&](soci::session& connection) { connection << statement; });
    }
    if (look_at_schema().*there) return true;
    throw model::Failure(model::ErrorKind::permanent, "the index on " + std::string(what) + " was created in the " +
                                                          describe(session_.settings()) + ", but does not exist");
}

bool SociStore::make_unfinished_index() {
    return make_index(on_unfinished, &SchemaSql::make_unfinished_index, &Schema::unfinished_index);
}

bool SociStore::make_task_index() {
    return make_index(on_tasks, &SchemaSql::make_task_index, &Schema::task_index);
}

template <typename Cost, typename Work>
auto SociStore::measured(Cost& cost, Work&& work) {
    using std::chrono::steady_clock;
    const auto began = steady_clock::now();
    const auto add = [&] {
        cost.took += std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began);
    };
    try {
        auto result = std::forward<Work>(work)();
        add();
        return result;
    } catch (...) {
        add();
        if (steady_clock::now() - session_.statement_began() >= session_.settings().statement_timeout)
            cost.ran_out = true;
        throw;
    }
}

void SociStore::fit_window(std::chrono::steady_clock::duration took) {
    const std::chrono::steady_clock::duration limit = session_.settings().statement_timeout;
    if (took > limit / 4) window_ = std::max(window_ / 8, min_window);
    if (took < limit / 32) window_ = std::min(window_ * 2, max_window);
}

/// Calls that member of a reader.
template <typename Reader, typename Result, typename... Parameters>
Result SociStore::read_by(std::string_view doing, Result (Reader::*member)(Parameters...) const,
                          std::type_identity_t<Parameters>... parameters) {
    const Schema& known = schema();
    return session_.run(doing, [&](soci::session& connection) {
        return (Reader(connection, known.sql, session_.settings().zone).*member)(parameters...);
    });
}

/// Calls work(reader); all its statements see the same state of the database.
template <typename Reader, typename Work>
auto SociStore::read_at_once(std::string_view doing, Work&& work) {
    const Schema& known = schema();
    return session_.run(doing, [&](soci::session& connection) {
        for (const std::string& statement : known.sql.begin_view) connection << statement;
        auto result = work(Reader(connection, known.sql, session_.settings().zone));
        connection << "commit";
        return result;
    });
}

void SociStore::ping() {
    refuse_while_open();
    session_.run("checking the connection", [&](soci::session& connection) {
        return Statement(connection, session_.dialect(), "select 1").first<int>();
    });
}

model::SchemaFacts SociStore::inspect() {
    const Schema& known = look_at_schema();
    scan_ = {.indexed = known.unfinished_index};
    task_scan_ = {.indexed = known.task_index};
    return known.sql.schema;
}

std::optional<model::Instant> SociStore::newest_start_time() {
    return read_by("reading the newest start time", &RowReader::newest_start_time);
}

std::optional<std::int64_t> SociStore::newest_registry_stamp() {
    const std::string& stamp = schema().registry_stamp;
    if (stamp.empty() || registry_unreadable_) return std::nullopt;
    try {
        return session_.run("reading the newest stamp of the registry", [&](soci::session& connection) {
            return Statement(connection, session_.dialect(), stamp).first<long long>();
        });
    } catch (const model::Failure& failure) {
        if (failure.kind() != model::ErrorKind::permanent) throw;
        registry_unreadable_ = true;  // asked once: the failure closed the connection
        return std::nullopt;
    }
}

model::DatabaseSessions SociStore::client_sessions() {
    refuse_while_open();
    model::DatabaseSessions sessions;
    const Dialect& sql = session_.dialect();
    if (sql.client_sessions.empty() || sessions_unreadable_) return sessions;
    try {
        session_.run("reading the sessions of the database", [&](soci::session& connection) {
            Statement statement(connection, sql, sql.client_sessions);
            for_each_row(statement,
                         [&](long long id, std::string client, std::string application, long long idle, int own) {
                             if (own == 1) {
                                 sessions.own_client = std::move(client);
                             } else {
                                 sessions.others.push_back({id, std::move(client), std::move(application),
                                                            std::chrono::microseconds{std::max(idle, 0LL)}});
                             }
                         });
        });
    } catch (const model::Failure& failure) {
        if (failure.kind() != model::ErrorKind::permanent) throw;
        sessions_unreadable_ = true;  // asked once: the failure closed the connection
        return {};
    }
    return sessions;
}

model::NewRows SociStore::new_rows(model::WorkflowInstanceId after_instance, model::TaskInstanceId after_task,
                                   std::size_t limit) {
    return read_at_once<RowReader>("reading the newest rows", [&](const RowReader& reader) {
        return reader.new_rows(after_instance, after_task, limit);
    });
}

std::vector<model::WorkflowInstance> SociStore::unfinished_after(model::WorkflowInstanceId after, std::size_t limit) {
    const auto read = [&] {
        return read_at_once<RowReader>("reading unfinished workflow instances", [&](const RowReader& reader) {
            auto rows = measured(scan_, [&] { return unfinished_rows(reader, after.value, limit); });
            scan_.rows += rows.size();
            reader.complete_page(rows);
            return rows;
        });
    };
    const bool whole = whole_table_ && after.value == 0;
    try {
        return read();
    } catch (const model::Failure&) {
        if (!whole || !scan_.ran_out) throw;
    }
    whole_table_ = false;
    scan_.ran_out = false;
    return read();
}

std::vector<model::WorkflowInstance> SociStore::unfinished_rows(const RowReader& reader, long long after,
                                                                std::size_t limit) {
    if (schema_->unfinished_index) return reader.unfinished_by_index(after, limit);
    if (after != 0) return unfinished_by_windows(reader, after, limit);
    const auto began = std::chrono::steady_clock::now();
    auto rows = whole_table_ ? reader.first_unfinished(limit) : unfinished_by_windows(reader, after, limit);
    const std::chrono::steady_clock::duration felt = session_.settings().statement_timeout / 4;
    whole_table_ = rows.size() < limit && std::chrono::steady_clock::now() - began < felt;
    return rows;
}

std::vector<model::WorkflowInstance> SociStore::unfinished_by_windows(const RowReader& reader, long long after,
                                                                      std::size_t limit) {
    std::vector<model::WorkflowInstance> rows;
    long long last = after;
    while (rows.size() < limit) {
        const auto next = reader.next_id(last);
        if (!next) break;
        const long long first = *next - 1;
        last = first + window_;
        const auto began = std::chrono::steady_clock::now();
        auto page = reader.unfinished_page(first, last, limit - rows.size());
        if (rows.empty()) {
            rows = std::move(page);
        } else {
            std::ranges::move(page, std::back_inserter(rows));
        }
        fit_window(std::chrono::steady_clock::now() - began);
    }
    return rows;
}

std::vector<model::WorkflowInstance> SociStore::read(std::span<const model::WorkflowInstanceId> ids) {
    (void)schema();
    if (ids.empty()) return {};
    return read_at_once<RowReader>("reading workflow instances", [&](const RowReader& reader) {
        auto rows = reader.instances(ids);
        reader.complete(rows);
        return rows;
    });
}

std::vector<model::TaskInstance> SociStore::unfinished_tasks(std::span<const model::WorkflowInstanceId> ids) {
    return read_by("reading unfinished tasks", &RowReader::unfinished_tasks, ids);
}

bool SociStore::names_host(const std::string& host) {
    return read_by("looking for rows of a host", &RowReader::names_host, host);
}

SociSession& SociStore::session() {
    refuse_while_open();
    return session_;
}

model::Instant SociStore::clock() {
    refuse_while_open();
    const auto microseconds = session_.run("reading the database's clock", [&](soci::session& connection) {
        return Statement(connection, session_.dialect(), "select " + session_.dialect().clock_now).first<long long>();
    });
    if (microseconds) return model::Instant{std::chrono::microseconds{*microseconds}};
    throw model::Failure(model::ErrorKind::retry, describe(session_.settings()) + " returned no time");
}

std::map<model::WorkflowInstanceId, model::Instant> SociStore::task_activity_since(const Losses& losses) {
    (void)schema();
    if (losses.empty()) return {};
    return measured(task_scan_,
                    [&] { return read_by("looking for task activity", &RowReader::task_activity, losses); });
}

std::map<model::WorkflowInstanceId, model::Instant> SociStore::task_activity_of(
    std::span<const model::WorkflowInstanceId> ids, model::Instant since) {
    (void)schema();
    if (ids.empty()) return {};
    return measured(task_scan_,
                    [&] { return read_by("looking for task activity", &RowReader::task_activity_of, ids, since); });
}

std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> SociStore::parents_of(
    std::span<const model::WorkflowInstanceId> ids) {
    return read_by("reading the parents of sub-workflows", &RowReader::parents, ids);
}

std::map<model::WorkflowInstanceId, ErrorCommand> SociStore::error_commands(
    std::span<const model::WorkflowInstanceId> ids) {
    return read_by("reading commands that failed", &RowReader::error_commands, ids);
}

model::QueuesRead SociStore::queues(std::size_t max_serial, std::size_t max_commands) {
    return read_at_once<ShownRowReader>(
        "reading the queues", [&](const ShownRowReader& reader) { return reader.queues(max_serial, max_commands); });
}

std::vector<model::RunningTask> SociStore::running_tasks(std::span<const model::WorkflowInstanceId> ids,
                                                         std::size_t limit) {
    return read_by("reading running tasks", &ShownRowReader::running_tasks, ids, limit);
}

std::map<std::int64_t, model::Project> SociStore::projects_of(std::span<const std::int64_t> definition_codes) {
    return read_by("reading projects", &ShownRowReader::projects, definition_codes);
}

std::optional<InstanceTimes> SociStore::times_of(model::WorkflowInstanceId id) {
    return read_by("reading the times of an instance", &ShownRowReader::times, id);
}

std::unique_ptr<FailoverTransaction> SociStore::begin_failover(const FailoverLimits& limits) {
    const Schema& known = schema();
    return std::make_unique<SociFailoverTransaction>(session_, known.sql, limits, transaction_open_);
}

bool SociStore::insert_alert(const AlertRow& alert, model::Instant now, model::Milliseconds suppress) {
    const Schema& known = schema();
    const SchemaSql& sql = known.sql;
    const model::Zone& zone = session_.settings().zone;
    const auto max_title = static_cast<std::size_t>(known.alert_title_length);  // 0: no limit
    const std::string title(max_title > 0 ? base::first_characters(alert.title, max_title) : alert.title);
    bool written = false;
    session_.write("writing an alert", "committing an alert", [&](soci::session& connection) {
        const bool is_signed = sql.schema.alert_sign;
        Statement statement(connection, sql, is_signed ? sql.insert_alert : sql.insert_alert_unsigned);
        statement.use("title", title)
            .use("content", alert.content)
            .use("group", alert.alert_group)
            .use("now", zone.wall(now));
        if (is_signed) {
            statement.use("sign", alert.sign).use("since", zone.wall(now - suppress));
            statement.use("warning_type", alert.warning_type).use("alert_type", alert.alert_type);
        }
        statement.run();
        written = statement.affected_rows() == 1;
    });
    return written;
}

}  // namespace dsr::store
