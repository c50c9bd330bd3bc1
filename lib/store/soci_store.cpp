// SPDX-License-Identifier: Apache-2.0
#include "store/soci_store.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/text.hpp"
#include "model/failure.hpp"
#include "store/new_row_reading.hpp"
#include "store/row_reading.hpp"
#include "store/shown_reading.hpp"
#include "store/soci_failover_transaction.hpp"
#include "store/statement.hpp"

namespace dsr::store {

namespace {

// Number of ids per statement of a pass. It bounds the time of a statement for a table of any size, and keeps the
// planner on a range of the primary key: with stale statistics it may prefer a scan of the whole table, once for every
// page. On a cold table even this many may take long; then fewer.
constexpr long long max_window = 100'000;
constexpr long long min_window = 1'000;

constexpr std::string_view on_unfinished = "unfinished instances";
constexpr std::string_view on_tasks = "the tasks of an instance";

model::Failure not_there(std::string_view what, const ConnectionSettings& settings) {
    return {model::ErrorKind::permanent,
            "the index on " + std::string(what) + " was made in the " + describe(settings) + ", and is not there"};
}

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
    Dialect sql = in_schema(session_.dialect(), inspected.facts);
    const bool unfinished = finds(on_unfinished, sql, sql.unfinished_index);
    const bool tasks = finds(on_tasks, sql, sql.task_index);
    return schema_.emplace(Schema{std::move(inspected), std::move(sql), unfinished, tasks});
}

bool SociStore::finds(std::string_view what, const Dialect& dialect, const std::string& sql) {
    return session_.run("looking for the index on " + std::string(what), [&](soci::session& connection) {
        int one = 0;
        return Statement(connection, dialect, sql).into(one).run();
    });
}

void SociStore::make(std::string_view what, const std::vector<std::string>& statements) {
    for (const std::string& statement : statements) {
        session_.run("making the index on " + std::string(what),
                     [&](soci::session& connection) { connection << statement; });
    }
}

bool SociStore::make_unfinished_index() {
    const Schema& known = look_at_schema();
    if (known.unfinished_index) return false;
    make(on_unfinished, known.sql.make_unfinished_index);
    if (!look_at_schema().unfinished_index) throw not_there(on_unfinished, session_.settings());
    return true;
}

bool SociStore::make_task_index() {
    const Schema& known = look_at_schema();
    if (known.task_index) return false;
    make(on_tasks, known.sql.make_task_index);
    if (!look_at_schema().task_index) throw not_there(on_tasks, session_.settings());
    return true;
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

/// All statements of `work` see the same state of the database.
template <typename Work>
auto SociStore::in_one_view(std::string_view doing, Work&& work) {
    return session_.run(doing, [&](soci::session& connection) {
        for (const std::string& statement : session_.dialect().begin_view) connection << statement;
        auto result = work(connection);
        connection << "commit";
        return result;
    });
}

void SociStore::ping() {
    refuse_while_open();
    session_.run("asking for a sign of life", [&](soci::session& connection) {
        int one = 0;
        return Statement(connection, session_.dialect(), "select 1").into(one).run();
    });
}

model::SchemaFacts SociStore::inspect() {
    const Schema& known = look_at_schema();
    scan_ = {.indexed = known.unfinished_index};
    task_scan_ = {.indexed = known.task_index};
    return known.inspected.facts;
}

std::optional<model::Instant> SociStore::newest_start_time() {
    const Dialect& sql = schema().sql;
    std::string wall;
    soci::indicator indicator = soci::i_null;
    const bool got = session_.run("reading the newest start time", [&](soci::session& connection) {
        return Statement(connection, sql, sql.newest_start_time).into(wall, indicator).run();
    });
    if (!got || indicator == soci::i_null) return std::nullopt;
    return session_.settings().zone.instant(wall);
}

model::NewRows SociStore::new_rows(model::WorkflowInstanceId after_instance, model::TaskInstanceId after_task,
                                   std::size_t limit) {
    const Dialect& sql = schema().sql;
    return in_one_view("reading the newest rows", [&](soci::session& connection) {
        return read_new_rows(connection, sql, session_.settings().zone, after_instance, after_task, limit);
    });
}

std::vector<model::WorkflowInstance> SociStore::unfinished_after(model::WorkflowInstanceId after, std::size_t limit) {
    const Schema& known = schema();
    const Dialect& sql = known.sql;
    return in_one_view("reading unfinished workflow instances", [&](soci::session& connection) {
        auto rows = measured(scan_, [&] { return unfinished_rows(connection, known, after.value, limit); });
        scan_.rows += rows.size();
        if (rows.empty()) return rows;
        std::vector<model::WorkflowInstanceId> ids;
        ids.reserve(rows.size());
        for (const auto& row : rows) ids.push_back(row.id);
        const auto commanded = read_commanded(connection, sql, ids);
        for (auto& row : rows) row.command_pending = commanded.contains(row.id);
        read_definitions(connection, sql, rows);
        return rows;
    });
}

std::vector<model::WorkflowInstance> SociStore::unfinished_rows(soci::session& connection, const Schema& known,
                                                                long long after, std::size_t limit) {
    const Dialect& sql = known.sql;
    if (known.unfinished_index) {
        const auto wanted = static_cast<long long>(limit);
        Statement statement(connection, sql, sql.unfinished_by_index);
        statement.use("after", after).use("limit", wanted);
        return read_instances(statement, session_, known.inspected.facts.generation);
    }
    std::vector<model::WorkflowInstance> rows;
    long long last = after;
    while (rows.size() < limit) {
        long long next = 0;
        soci::indicator indicator = soci::i_null;
        const bool any = Statement(connection, sql, sql.next_id).use("after", last).into(next, indicator).run();
        if (!any || indicator == soci::i_null) break;
        const long long first = next - 1;
        last = first + window_;
        const auto wanted = static_cast<long long>(limit - rows.size());
        const auto began = std::chrono::steady_clock::now();
        Statement statement(connection, sql, sql.unfinished_page);
        statement.use("after", first).use("upto", last).use("limit", wanted);
        std::ranges::move(read_instances(statement, session_, known.inspected.facts.generation),
                          std::back_inserter(rows));
        fit_window(std::chrono::steady_clock::now() - began);
    }
    return rows;
}

std::vector<model::WorkflowInstance> SociStore::read(std::span<const model::WorkflowInstanceId> ids) {
    const Schema& known = schema();
    const Dialect& sql = known.sql;
    if (ids.empty()) return {};
    return in_one_view("reading workflow instances", [&](soci::session& connection) {
        Statement statement(connection, sql, sql.instances);
        statement.use_ids(numbers(ids));
        auto rows = read_instances(statement, session_, known.inspected.facts.generation);
        const auto commanded = read_commanded(connection, sql, ids);
        for (auto& row : rows) row.command_pending = commanded.contains(row.id);
        read_definitions(connection, sql, rows);
        return rows;
    });
}

std::vector<model::TaskInstance> SociStore::unfinished_tasks(std::span<const model::WorkflowInstanceId> ids) {
    const Dialect& sql = schema().sql;
    return session_.run("reading unfinished tasks", [&](soci::session& connection) {
        return read_unfinished_tasks(connection, sql, session_.settings().zone, ids);
    });
}

bool SociStore::names_host(const std::string& host) {
    const Dialect& sql = schema().sql;
    return session_.run("looking for rows of a host", [&](soci::session& connection) {
        int one = 0;
        return Statement(connection, sql, sql.names_host).use("host", host).into(one).run();
    });
}

SociSession& SociStore::session() {
    refuse_while_open();
    return session_;
}

model::Instant SociStore::clock() {
    refuse_while_open();
    long long microseconds = 0;
    const bool got = session_.run("reading the database's clock", [&](soci::session& connection) {
        return Statement(connection, session_.dialect(), session_.dialect().clock).into(microseconds).run();
    });
    if (!got) throw model::Failure(model::ErrorKind::retry, describe(session_.settings()) + " did not tell its time");
    return model::Instant{std::chrono::microseconds{microseconds}};
}

std::map<model::WorkflowInstanceId, model::Instant> SociStore::task_activity_since(const Losses& losses) {
    const Dialect& sql = schema().sql;
    if (losses.empty()) return {};
    return measured(task_scan_, [&] {
        return session_.run("looking for tasks that went on", [&](soci::session& connection) {
            return read_task_activity(connection, sql, session_.settings().zone, losses);
        });
    });
}

std::map<model::WorkflowInstanceId, model::Instant> SociStore::task_activity_of(
    std::span<const model::WorkflowInstanceId> ids, model::Instant since) {
    const Dialect& sql = schema().sql;
    if (ids.empty()) return {};
    return measured(task_scan_, [&] {
        return session_.run("looking for tasks that went on", [&](soci::session& connection) {
            return read_task_activity_of(connection, sql, session_.settings().zone, ids, since);
        });
    });
}

std::map<model::WorkflowInstanceId, model::WorkflowInstanceId> SociStore::parents_of(
    std::span<const model::WorkflowInstanceId> ids) {
    const Dialect& sql = schema().sql;
    return session_.run("reading who started sub-workflows",
                        [&](soci::session& connection) { return read_parents(connection, sql, ids); });
}

std::map<model::WorkflowInstanceId, ErrorCommand> SociStore::error_commands(
    std::span<const model::WorkflowInstanceId> ids) {
    const Schema& known = schema();
    return session_.run("reading commands that failed", [&](soci::session& connection) {
        return read_error_commands(connection, known.sql, known.inspected.facts, session_.settings().zone, ids);
    });
}

model::QueuesRead SociStore::queues(std::size_t max_serial, std::size_t max_commands) {
    const Schema& known = schema();
    const Dialect& sql = known.sql;
    const auto& facts = known.inspected.facts;
    return in_one_view("reading what waits in the queues", [&](soci::session& connection) {
        const auto unread = read_unread_of_queues(connection, sql);
        const auto readable = [&](std::string_view table) {
            return std::ranges::none_of(unread, [&](const auto& column) { return column.starts_with(table); });
        };
        const bool serial = facts.serial_queue && readable("t_ds_serial_command.");
        const bool commands = readable("t_ds_command.");
        model::QueuesRead seen;
        if (serial) seen.stuck = read_stuck_queues(connection, sql, max_serial);
        if (commands) seen.commands = read_waiting_commands(connection, sql, session_.settings().zone, max_commands);
        // MySQL and MariaDB hide tables without a privilege.
        const bool hidden = !facts.serial_queue && facts.generation == model::Generation::workflow && facts.version &&
                            *facts.version >= model::Version{3, 4, 0};
        if (!serial && (facts.serial_queue || hidden)) seen.unread = "t_ds_serial_command (stuck serial queues)";
        if (!commands)
            seen.unread += std::string(seen.unread.empty() ? "" : " and ") +
                           "t_ds_command.update_time (commands that no master fetches)";
        if (!seen.unread.empty())
            seen.unread +=
                " is not there, or this user may not see it: `ds-reconcilerd init-db --print-grants`, with the "
                "configuration of the tables' owner, prints the rights that it needs";
        return seen;
    });
}

std::vector<model::RunningTask> SociStore::running_tasks(std::span<const model::WorkflowInstanceId> ids,
                                                         std::size_t limit) {
    const Dialect& sql = schema().sql;
    return session_.run("reading running tasks", [&](soci::session& connection) {
        return read_running_tasks(connection, sql, session_.settings().zone, ids, limit);
    });
}

std::map<std::int64_t, model::Project> SociStore::projects_of(std::span<const std::int64_t> definition_codes) {
    const Dialect& sql = schema().sql;
    return session_.run("reading projects",
                        [&](soci::session& connection) { return read_projects(connection, sql, definition_codes); });
}

std::optional<InstanceTimes> SociStore::times_of(model::WorkflowInstanceId id) {
    const Schema& known = schema();
    return session_.run("reading the times of an instance", [&](soci::session& connection) {
        return read_times(connection, known.sql, session_.settings().zone, known.inspected.facts.generation, id);
    });
}

std::unique_ptr<FailoverTransaction> SociStore::begin_failover(const FailoverLimits& limits) {
    const Schema& known = schema();
    return std::make_unique<SociFailoverTransaction>(session_, known.sql, known.inspected.facts, limits,
                                                     transaction_open_);
}

bool SociStore::insert_alert(const AlertRow& alert, model::Instant now, model::Milliseconds suppress) {
    const Schema& known = schema();
    const Dialect& sql = known.sql;
    const auto max_title = static_cast<std::size_t>(known.inspected.alert_title_length);  // 0: no limit
    const std::string title(max_title > 0 ? base::first_characters(alert.title, max_title) : alert.title);
    const std::string wall_now = session_.settings().zone.wall(now);
    const std::string since = session_.settings().zone.wall(now - suppress);
    const bool written = session_.run("writing an alert", [&](soci::session& connection) {
        for (const std::string& statement : sql.begin_failover) connection << statement;
        const bool is_signed = known.inspected.facts.alert_sign;
        Statement statement(connection, sql, is_signed ? sql.insert_alert : sql.insert_alert_unsigned);
        statement.use("title", title)
            .use("content", alert.content)
            .use("group", alert.alert_group)
            .use("now", wall_now);
        if (is_signed) {
            statement.use("sign", alert.sign).use("since", since);
            statement.use("warning_type", alert.warning_type).use("alert_type", alert.alert_type);
        }
        statement.run();
        return statement.affected_rows() == 1;
    });
    session_.run(
        "committing an alert", [](soci::session& connection) { connection << "commit"; }, Phase::commit);
    return written;
}

}  // namespace dsr::store
