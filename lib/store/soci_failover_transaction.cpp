// SPDX-License-Identifier: Apache-2.0
#include "store/soci_failover_transaction.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "model/failure.hpp"
#include "store/command_param.hpp"
#include "store/journal_row.hpp"
#include "store/row_reading.hpp"
#include "store/schema_inspection.hpp"
#include "store/statement.hpp"

namespace dsr::store {

namespace {

using model::ErrorKind;
using model::Failure;

// Rows in one INSERT for MySQL: its packets are limited (at least 4 MiB), and the server finds each row's text by
// scanning the list of ids. The other two take a batch whole.
constexpr std::size_t mysql_rows = 500;
constexpr std::size_t mysql_bytes = 1'000'000;

// Rows whose start parameters are held at a time, and the size allowed for one row: each is held several times, as the
// column, as JSON, and in the statement's text.
constexpr std::size_t piece_rows = 5'000;
constexpr long long piece_bytes = 500'000;
constexpr long long max_param = 4 << 20;

/// A claimed row names no owner; handing it over again would run it twice.
void refuse_claimed(const model::MasterAddress& host) {
    if (!host.text.empty() && host.text != model::claimed_host_text) return;
    throw Failure(ErrorKind::permanent,
                  "rows of the host '" + host.text + "' cannot be handed over: it names no master");
}

std::size_t bytes_of(const std::string& param) {
    return param.size();
}

std::size_t bytes_of(const BoundRow& row) {
    std::size_t bytes = 0;
    for (const Bound& value : row) {
        const auto* const text = std::get_if<std::string>(&value);
        bytes += text == nullptr ? 20 : text->size();
    }
    return bytes;
}

/// The end of the part of the batch that starts at `begin` and fits into one INSERT.
template <typename Row>
std::size_t piece_end(const Dialect& dialect, std::span<const Row> rows, std::size_t begin) {
    if (dialect.lists != ListForm::placeholders) return rows.size();
    std::size_t end = begin;
    std::size_t bytes = 0;
    while (end < rows.size() && end - begin < mysql_rows &&
           (end == begin || bytes + bytes_of(rows[end]) < mysql_bytes)) {
        bytes += bytes_of(rows[end]);
        ++end;
    }
    return end;
}

std::string counted(std::size_t rows) {
    return std::to_string(rows) + (rows == 1 ? " row" : " rows");
}

}  // namespace

SociFailoverTransaction::SociFailoverTransaction(SociSession& session, const Dialect& dialect,
                                                 const model::SchemaFacts& facts, const FailoverLimits& limits,
                                                 bool& open)
    : session_(session),
      dialect_(dialect),
      facts_(facts),
      open_(open),
      deadline_(std::chrono::steady_clock::now() + limits.whole),
      whole_(limits.whole) {
    const auto most = std::min(limits.most, session_.settings().statement_timeout);
    session_.run("beginning a failover", [&](soci::session& connection) {
        for (const std::string& statement : dialect_.begin_failover) connection << statement;
        limit(connection, most);
    });
    connection_number_ = session_.connection_number();
    const bool rests_too_long = limits_ && (limits_->rest.count() == 0 || limits_->rest > most);
    if (rests_too_long && facts_.generation == model::Generation::process) {
        rollback();
        lift_limits();
        throw Failure(ErrorKind::permanent,
                      "the " + describe(session_.settings()) + " does not limit how long a transaction may rest" +
                          (limits_->rest.count() == 0 ? "" : " to less than " + model::human(limits_->rest)) +
                          ": a suspended process could commit after its failover lock is lost, so nothing is handed "
                          "over; let the server, or what stands before it, take that limit");
    }
    session_.limit_statements(most);
    open_ = true;
}

SociFailoverTransaction::~SociFailoverTransaction() {
    if (stage_ == Stage::open) rollback();
    lift_limits();
    open_ = false;
}

void SociFailoverTransaction::limit(soci::session& connection, std::chrono::seconds most) {
    if (dialect_.limit_failover.empty()) return;
    const long long max_ms = std::chrono::duration_cast<std::chrono::milliseconds>(most).count();
    const std::string max_text = std::to_string(max_ms);
    Statement set(connection, dialect_, dialect_.limit_failover);
    if (dialect_.kind == DatabaseKind::postgresql) {
        set.use("max_ms", max_text);
    } else {
        set.use("max_ms", max_ms);
    }
    set.run();
    long long statement_ms = 0;
    long long rest_ms = 0;
    Statement(connection, dialect_, dialect_.failover_limits).into(statement_ms).into(rest_ms).run();
    limits_ = {model::Milliseconds{statement_ms}, model::Milliseconds{rest_ms}};
}

void SociFailoverTransaction::lift_limits() noexcept {
    session_.limit_statements(session_.settings().statement_timeout);
    if (dialect_.lift_limits.empty() || session_.connection_number() != connection_number_) return;
    try {
        session_.run("ending a failover", [&](soci::session& connection) {
            const long long statement_ms =
                std::chrono::duration_cast<std::chrono::milliseconds>(session_.settings().statement_timeout).count();
            Statement(connection, dialect_, dialect_.lift_limits).use("statement_ms", statement_ms).run();
        });
    } catch (...) {
        session_.drop();  // the idle limit would end it
    }
}

void SociFailoverTransaction::require_time() const {
    if (std::chrono::steady_clock::now() < deadline_) return;
    throw Failure(ErrorKind::retry, "the failover transaction took longer than the " + model::human(whole_) +
                                        " that it may take; nothing of it was written");
}

void SociFailoverTransaction::rollback() noexcept {
    if (session_.connection_number() != connection_number_) return;
    try {
        session_.run("rolling back a failover", [](soci::session& connection) { connection << "rollback"; });
    } catch (...) {
        session_.drop();  // the server rolls back an open transaction of a closed connection
    }
}

/// A failed transaction does nothing more: its connection may be gone or, worse, may be a different one.
template <typename Work>
auto SociFailoverTransaction::run(std::string_view doing, Work&& work, Phase phase) {
    if (stage_ == Stage::done) throw std::logic_error("this failover transaction was committed already");
    if (stage_ == Stage::failed || session_.connection_number() != connection_number_) {
        throw Failure(ErrorKind::retry, "the failover transaction had failed before; nothing of it was done");
    }
    try {
        require_time();
        return session_.run(doing, std::forward<Work>(work), phase);
    } catch (...) {
        rollback();
        stage_ = Stage::failed;
        throw;
    }
}

void SociFailoverTransaction::refuse_another_schema(soci::session& connection) {
    const std::string where = describe(session_.settings());
    const model::SchemaFacts found = read_schema(connection, session_.dialect(), where).facts;
    if (found == facts_) return;
    const std::string versions =
        found.version_text == facts_.version_text ? "" : " (" + facts_.version_text + " to " + found.version_text + ")";
    throw Failure(ErrorKind::permanent,
                  "the schema of " + where + " changed" + versions +
                      " since this sweep looked at it: DolphinScheduler is being upgraded; nothing "
                      "was written, and the next sweep looks at it anew");
}

std::vector<model::WorkflowInstance> SociFailoverTransaction::lock(std::span<const model::WorkflowInstanceId> ids,
                                                                   const model::MasterAddress& host) {
    refuse_claimed(host);
    if (ids.empty()) return {};
    return run("locking workflow instances", [&](soci::session& connection) {
        Statement statement(connection, dialect_, dialect_.lock_instances);
        statement.use_ids(numbers(ids)).use("host", host.text);
        auto rows = read_instances(statement, session_, facts_.generation);
        refuse_another_schema(connection);
        read_definitions(connection, dialect_, rows);
        return rows;
    });
}

std::set<model::WorkflowInstanceId> SociFailoverTransaction::with_command(
    std::span<const model::WorkflowInstanceId> ids) {
    return run("looking for commands",
               [&](soci::session& connection) { return read_commanded(connection, dialect_, ids); });
}

void SociFailoverTransaction::fail_over(std::span<const model::WorkflowInstance> rows, const model::MasterAddress& host,
                                        model::Instant now) {
    refuse_claimed(host);
    if (rows.empty()) return;
    const std::string wall_now = session_.settings().zone.wall(now);
    std::vector<long long> ids;
    ids.reserve(rows.size());
    for (const auto& row : rows) ids.push_back(row.id.value);
    // In a master's order: tasks, instances, commands.
    run("handing workflows over", [&](soci::session& connection) {
        if (facts_.marks_tasks()) mark_tasks(connection, ids);
        claim(connection, rows, host.text);
        write_commands(connection, rows, ids, wall_now);
    });
}

const std::string& SociFailoverTransaction::lock_claimed_sql() const {
    return facts_.generation == model::Generation::process ? dialect_.lock_claimed_process
                                                           : dialect_.lock_claimed_workflow;
}

std::vector<model::WorkflowInstance> SociFailoverTransaction::lock_claimed(
    std::span<const model::WorkflowInstanceId> ids) {
    if (ids.empty()) return {};
    return run("locking claimed workflow instances", [&](soci::session& connection) {
        Statement statement(connection, dialect_, lock_claimed_sql());
        statement.use_ids(numbers(ids));
        auto rows = read_instances(statement, session_, facts_.generation);
        refuse_another_schema(connection);
        read_definitions(connection, dialect_, rows);
        return rows;
    });
}

void SociFailoverTransaction::repair(std::span<const StrandedRow> rows, model::Instant now) {
    if (rows.empty()) return;
    const std::string wall_now = session_.settings().zone.wall(now);
    std::vector<long long> ids;
    std::vector<model::WorkflowInstance> as_before;  // with the state that the command restores
    ids.reserve(rows.size());
    as_before.reserve(rows.size());
    for (const auto& stranded : rows) {
        ids.push_back(stranded.row.id.value);
        as_before.push_back(stranded.row);
        as_before.back().state = stranded.old_state;
    }
    run("repairing claimed workflows", [&](soci::session& connection) {
        // No UPDATE counts the rows here, so the marks are read again; this also detects a row named twice.
        Statement statement(connection, dialect_, lock_claimed_sql());
        statement.use_ids(ids);
        const std::size_t found = read_instances(statement, session_, facts_.generation).size();
        if (found != rows.size()) {
            throw Failure(ErrorKind::conflict, "of " + counted(rows.size()) + " only " + std::to_string(found) +
                                                   " still bear the mark of a failover; nothing was written");
        }
        write_commands(connection, as_before, ids, wall_now);
    });
}

void SociFailoverTransaction::record(std::span<const model::JournalEntry> entries) {
    if (entries.empty()) return;
    std::vector<long long> ids;
    ids.reserve(entries.size());
    for (const auto& entry : entries) ids.push_back(entry.instance.value);
    const auto commands = recovery_commands(ids);
    std::vector<BoundRow> rows;
    rows.reserve(entries.size());
    for (const auto& entry : entries) rows.push_back(journal_row(entry, commands.at(entry.instance.value)));
    const bool added = std::ranges::any_of(entries, [](const auto& entry) { return entry.zone.has_value(); });
    insert_journal(rows, added ? dialect_.insert_journal_added : dialect_.insert_journal);
}

std::map<long long, long long> SociFailoverTransaction::recovery_commands(std::span<const long long> ids) {
    return run("looking for the commands written", [&](soci::session& connection) {
        std::map<long long, long long> newest;
        std::vector<long long> instances(chunk);
        std::vector<long long> commands(chunk);
        Statement statement(connection, dialect_, dialect_.newest_recoveries);
        statement.use_ids(ids).into(instances).into(commands);
        for (bool got = statement.run(); got; got = statement.more()) {
            for (std::size_t i = 0; i < instances.size(); ++i) newest[instances[i]] = commands[i];
            instances.resize(chunk);
            commands.resize(chunk);
        }
        const std::set<long long> wanted(ids.begin(), ids.end());
        if (newest.size() == wanted.size()) return newest;
        throw Failure(ErrorKind::conflict, "of " + counted(wanted.size()) + " to journal only " +
                                               std::to_string(newest.size()) +
                                               " have a recovery command; nothing was written");
    });
}

void SociFailoverTransaction::insert_journal(std::span<const BoundRow> rows, const std::string& sql) {
    std::size_t inserted = 0;
    try {
        run("writing the journal", [&](soci::session& connection) {
            for (std::size_t begin = 0; begin < rows.size();) {
                require_time();
                const std::size_t end = piece_end(dialect_, rows, begin);
                Statement statement(connection, dialect_, sql);
                statement.use_rows(rows.subspan(begin, end - begin)).run();
                inserted += static_cast<std::size_t>(statement.affected_rows());
                begin = end;
            }
            if (inserted == rows.size()) return;
            throw Failure(ErrorKind::permanent, "of " + counted(rows.size()) + " of the journal only " +
                                                    std::to_string(inserted) +
                                                    " would have been inserted; nothing was written");
        });
    } catch (const Failure& failure) {
        if (failure.kind() != ErrorKind::conflict) throw;
        // The only unique key that a new row can violate.
        throw Failure(ErrorKind::conflict,
                      std::string("the journal already holds an entry for this loss, so it was answered before; "
                                  "nothing was written. ") +
                          failure.what());
    }
}

void SociFailoverTransaction::mark_tasks(soci::session& connection, std::span<const long long> ids) {
    Statement statement(connection, dialect_, dialect_.mark_tasks);
    statement.use_ids(ids).run();
}

/// One UPDATE per state, so that every row is claimed in the state in which it was locked.
void SociFailoverTransaction::claim(soci::session& connection, std::span<const model::WorkflowInstance> rows,
                                    const std::string& host) {
    std::map<int, std::vector<long long>> by_state;
    for (const auto& row : rows) by_state[row.state.value_or(-1)].push_back(row.id.value);
    const bool process = facts_.generation == model::Generation::process;
    std::size_t claimed = 0;
    for (const auto& [state, ids] : by_state) {
        require_time();
        Statement statement(connection, dialect_, process ? dialect_.claim_process : dialect_.claim_workflow);
        statement.use_ids(ids).use("host", host).use("state", state).run();
        claimed += static_cast<std::size_t>(statement.affected_rows());
    }
    if (claimed == rows.size()) return;
    throw Failure(ErrorKind::conflict, "of " + counted(rows.size()) + " of " + host + " only " +
                                           std::to_string(claimed) +
                                           " could be claimed: they changed in between; nothing was written");
}

/// In parts, according to the size of the parameters that the commands are made from; all in this transaction.
void SociFailoverTransaction::write_commands(soci::session& connection, std::span<const model::WorkflowInstance> rows,
                                             std::span<const long long> ids, const std::string& now) {
    std::map<long long, long long> lengths;
    if (hands_on_start_params(facts_)) lengths = param_lengths(connection, ids);
    const auto length = [&](std::size_t at) {
        const auto found = lengths.find(ids[at]);
        return found == lengths.end() ? 0 : found->second;
    };
    for (std::size_t begin = 0; begin < ids.size();) {
        std::size_t end = begin;
        long long bytes = 0;
        while (end < ids.size() && end - begin < piece_rows && (end == begin || bytes + length(end) <= piece_bytes)) {
            bytes += length(end);
            ++end;
        }
        const auto piece = ids.subspan(begin, end - begin);
        insert_commands(connection, piece, command_params(connection, rows.subspan(begin, end - begin), piece), now);
        begin = end;
    }
}

std::map<long long, long long> SociFailoverTransaction::param_lengths(soci::session& connection,
                                                                      std::span<const long long> ids) {
    std::map<long long, long long> lengths;
    std::vector<long long> found(chunk);
    std::vector<long long> bytes(chunk);
    Statement statement(connection, dialect_, dialect_.param_lengths);
    statement.use_ids(ids).into(found).into(bytes);
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (bytes[i] > max_param) {
                throw Failure(ErrorKind::permanent, "the parameters of workflow instance " + std::to_string(found[i]) +
                                                        " take " + std::to_string(bytes[i]) +
                                                        " bytes, and this program hands on at most " +
                                                        std::to_string(max_param) + "; nothing was written");
            }
            lengths[found[i]] = bytes[i];
        }
        found.resize(chunk);
        bytes.resize(chunk);
    }
    return lengths;
}

std::vector<std::string> SociFailoverTransaction::command_params(soci::session& connection,
                                                                 std::span<const model::WorkflowInstance> rows,
                                                                 std::span<const long long> ids) {
    std::vector<std::string> params;
    params.reserve(rows.size());
    if (facts_.generation == model::Generation::workflow) {
        for (const auto& row : rows) params.push_back(workflow_command_param(row.state.value_or(-1)));
        return params;
    }
    std::map<long long, std::string> by_id;
    std::vector<long long> found(chunk);
    NullableColumn<std::string> instance_params(chunk);
    std::vector<int> scheduled(chunk);
    NullableColumn<std::string> zones(chunk);
    Statement statement(connection, dialect_, dialect_.command_sources);
    statement.use_ids(ids)
        .into(found)
        .into(instance_params.values, instance_params.indicators)
        .into(scheduled)
        .into(zones.values, zones.indicators);
    for (bool got = statement.run(); got; got = statement.more()) {
        for (std::size_t i = 0; i < found.size(); ++i) {
            const auto schedule = scheduled[i] == 1 ? std::optional(Schedule{zones.at(i)}) : std::nullopt;
            by_id[found[i]] = process_command_param(found[i], instance_params.at(i), schedule);
        }
        found.resize(chunk);
        instance_params.resize(chunk);
        scheduled.resize(chunk);
        zones.resize(chunk);
    }
    for (const long long id : ids) params.push_back(std::move(by_id[id]));
    return params;
}

void SociFailoverTransaction::insert_commands(soci::session& connection, std::span<const long long> ids,
                                              std::span<const std::string> params, const std::string& now) {
    const bool process = facts_.generation == model::Generation::process;
    std::size_t inserted = 0;
    for (std::size_t begin = 0; begin < ids.size();) {
        require_time();
        const std::size_t end = piece_end(dialect_, params, begin);
        Statement statement(connection, dialect_,
                            process ? dialect_.insert_process_commands : dialect_.insert_workflow_commands);
        statement.use_batch(ids.subspan(begin, end - begin), params.subspan(begin, end - begin)).use("now", now).run();
        inserted += static_cast<std::size_t>(statement.affected_rows());
        begin = end;
    }
    if (inserted == ids.size()) return;
    throw Failure(ErrorKind::conflict, "for " + counted(ids.size()) + " " + std::to_string(inserted) +
                                           " commands would have been inserted; nothing was written");
}

void SociFailoverTransaction::commit() {
    run(
        "committing a failover", [](soci::session& connection) { connection << "commit"; }, Phase::commit);
    stage_ = Stage::done;
}

}  // namespace dsr::store
