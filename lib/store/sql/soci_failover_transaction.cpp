// SPDX-License-Identifier: Apache-2.0
#include "store/sql/soci_failover_transaction.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "model/failure.hpp"
#include "store/sql/registry_guard.hpp"
#include "store/sql/rows.hpp"
#include "store/sql/schema_inspection.hpp"
#include "store/sql/statement.hpp"

namespace dsr::store {

namespace {

using model::ErrorKind;
using model::Failure;

/// A claimed row names no owner; handing it over again would run it twice.
void refuse_claimed(const model::MasterAddress& host) {
    if (!host.text.empty() && host.text != model::claimed_host_text) return;
    throw Failure(ErrorKind::permanent,
                  "rows of the host '" + host.text + "' cannot be handed over: it names no master");
}

}  // namespace

SociFailoverTransaction::SociFailoverTransaction(SociSession& session, const SchemaSql& sql,
                                                 const FailoverLimits& limits, bool& open)
    : session_(session),
      sql_(sql),
      open_(open),
      deadline_(std::chrono::steady_clock::now() + limits.whole),
      whole_(limits.whole) {
    const auto most = std::min(limits.most, session_.settings().statement_timeout);
    session_.run("beginning a failover", [&](soci::session& connection) {
        for (const std::string& statement : sql_.begin_failover) connection << statement;
        limit(connection, most);
    });
    connection_number_ = session_.connection_number();
    const bool rests_too_long = limits_ && (limits_->rest.count() == 0 || limits_->rest > most);
    if (rests_too_long && sql_.schema.generation == model::Generation::process) {
        rollback();
        lift_limits();
        throw Failure(ErrorKind::permanent,
                      "the " + describe(session_.settings()) + " does not limit the idle time of a transaction" +
                          (limits_->rest.count() == 0 ? "" : " to less than " + model::human(limits_->rest)) +
                          ": a suspended process could commit after it lost its failover lock, so nothing is handed "
                          "over; make the server, or the proxy in front of it, accept this limit");
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
    if (sql_.limit_failover.empty()) return;
    const long long max_ms = std::chrono::duration_cast<std::chrono::milliseconds>(most).count();
    const bool as_text = sql_.kind == DatabaseKind::postgresql;
    Statement(connection, sql_, sql_.limit_failover)
        .use("max_ms", as_text ? Bound(std::to_string(max_ms)) : Bound(max_ms))
        .run();
    limits_.emplace();
    Statement in_force(connection, sql_, sql_.failover_limits);
    for_each_row(in_force, [&](long long statement_ms, long long rest_ms) {
        limits_ = {model::Milliseconds{statement_ms}, model::Milliseconds{rest_ms}};
    });
}

void SociFailoverTransaction::lift_limits() noexcept {
    session_.limit_statements(session_.settings().statement_timeout);
    if (sql_.lift_limits.empty() || session_.connection_number() != connection_number_) return;
    try {
        session_.run("ending a failover", [&](soci::session& connection) {
            const std::chrono::milliseconds limit = session_.settings().statement_timeout;
            Statement(connection, sql_, sql_.lift_limits).use("statement_ms", limit.count()).run();
        });
    } catch (...) {
        session_.drop();  // the idle limit would end it
    }
}

void SociFailoverTransaction::require_time() const {
    if (std::chrono::steady_clock::now() < deadline_) return;
    throw Failure(ErrorKind::retry,
                  "the failover transaction exceeded its limit of " + model::human(whole_) + "; nothing was written");
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
        throw Failure(ErrorKind::retry, "the failover transaction had failed before; nothing was written");
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
    if (found == sql_.schema) return;
    const std::string versions = found.version_text == sql_.schema.version_text
                                     ? ""
                                     : " (" + sql_.schema.version_text + " to " + found.version_text + ")";
    throw Failure(ErrorKind::permanent, "the schema of " + where + " changed" + versions +
                                            " since this sweep read it: DolphinScheduler is being upgraded; nothing "
                                            "was written, and the next sweep reads it again");
}

std::vector<model::WorkflowInstance> SociFailoverTransaction::read_locked(soci::session& connection,
                                                                          Statement& statement) {
    const RowReader reader(connection, sql_, session_.settings().zone);
    auto rows = reader.instances(statement);
    refuse_another_schema(connection);
    reader.find_definitions(rows);
    return rows;
}

std::optional<model::GuardRefusal> SociFailoverTransaction::enter(const model::TransactionGuard& guard) {
    if (sql_.kind == DatabaseKind::sqlite) return FailoverTransaction::enter(guard);
    const auto refused = run("entering the guard of the registry",
                             [&](soci::session& connection) { return enter_guard(connection, sql_, guard); });
    if (refused) {
        rollback();
        stage_ = Stage::failed;
    } else {
        ticket_ = guard.ticket;
    }
    return refused;
}

void SociFailoverTransaction::require_leadership() {
    if (!ticket_) return;
    run("checking the leadership", [&](soci::session& connection) {
        if (leads(connection, sql_, *ticket_)) return;
        throw Failure(ErrorKind::retry, std::string(text(model::GuardRefusal::not_leader)) +
                                            ", or this one's lease ended during its transaction; nothing was written");
    });
}

std::vector<model::WorkflowInstance> SociFailoverTransaction::lock(std::span<const model::WorkflowInstanceId> ids,
                                                                   const model::MasterAddress& host) {
    refuse_claimed(host);
    if (ids.empty()) return {};
    return run("locking workflow instances", [&](soci::session& connection) {
        Statement statement(connection, sql_, sql_.lock_instances);
        return read_locked(connection, statement.use_ids(numbers(ids)).use("host", host.text));
    });
}

std::set<model::WorkflowInstanceId> SociFailoverTransaction::with_command(
    std::span<const model::WorkflowInstanceId> ids) {
    return run("looking for commands", [&](soci::session& connection) {
        return RowReader(connection, sql_, session_.settings().zone).commanded(ids);
    });
}

void SociFailoverTransaction::fail_over(std::span<const model::WorkflowInstance> rows, const model::MasterAddress& host,
                                        model::Instant now) {
    refuse_claimed(host);
    if (rows.empty()) return;
    // In a master's order: tasks, instances, commands.
    run("handing workflows over", [&](soci::session& connection) {
        if (sql_.schema.marks_tasks()) {
            Statement mark(connection, sql_, sql_.mark_tasks);
            mark.use_ids(numbers(ids_of(rows))).run();
        }
        claim(connection, rows, host.text);
        commands_.merge(writer(connection).insert_commands(rows, session_.settings().zone.wall(now)));
    });
}

const std::string& SociFailoverTransaction::lock_claimed_sql() const {
    return sql_.schema.generation == model::Generation::process ? sql_.lock_claimed_process
                                                                : sql_.lock_claimed_workflow;
}

std::vector<model::WorkflowInstance> SociFailoverTransaction::lock_claimed(
    std::span<const model::WorkflowInstanceId> ids) {
    if (ids.empty()) return {};
    return run("locking claimed workflow instances", [&](soci::session& connection) {
        Statement statement(connection, sql_, lock_claimed_sql());
        return read_locked(connection, statement.use_ids(numbers(ids)));
    });
}

void SociFailoverTransaction::repair(std::span<const StrandedRow> rows, model::Instant now) {
    if (rows.empty()) return;
    std::vector<model::WorkflowInstance> as_before;  // with the state that the command restores
    as_before.reserve(rows.size());
    for (const auto& stranded : rows) {
        as_before.push_back(stranded.row);
        as_before.back().state = stranded.old_state;
    }
    run("repairing claimed workflows", [&](soci::session& connection) {
        // No UPDATE counts the rows here, so the marks are read again; this also detects a row named twice.
        Statement statement(connection, sql_, lock_claimed_sql());
        statement.use_ids(numbers(ids_of(as_before)));
        const RowReader reader(connection, sql_, session_.settings().zone);
        const std::size_t found = reader.instances(statement).size();
        if (found != rows.size()) {
            throw Failure(ErrorKind::conflict, "of " + counted(rows.size()) + " only " + std::to_string(found) +
                                                   " are still claimed; nothing was written");
        }
        commands_.merge(writer(connection).insert_commands(as_before, session_.settings().zone.wall(now)));
    });
}

void SociFailoverTransaction::record(std::span<const model::JournalEntry> entries) {
    if (entries.empty()) return;
    run("finding the inserted commands", [&](soci::session&) {
        const auto without = std::ranges::count_if(
            entries, [&](const auto& entry) { return !commands_.contains(entry.instance.value); });
        if (without == 0) return;
        throw Failure(ErrorKind::conflict, "of " + counted(entries.size()) + " to journal " + std::to_string(without) +
                                               " have no recovery command; nothing was written");
    });
    try {
        run("writing the journal",
            [&](soci::session& connection) { writer(connection).insert_journal(entries, commands_); });
    } catch (const Failure& failure) {
        if (failure.kind() != ErrorKind::conflict) throw;
        // The only unique key that a new row can violate.
        throw Failure(
            ErrorKind::conflict,
            std::string("the journal already contains an entry for this loss; nothing was written. ") + failure.what());
    }
}

/// One UPDATE per state, so that every row is claimed in the state in which it was locked.
void SociFailoverTransaction::claim(soci::session& connection, std::span<const model::WorkflowInstance> rows,
                                    const std::string& host) {
    std::map<int, std::vector<long long>> by_state;
    for (const auto& row : rows) by_state[row.state.value_or(-1)].push_back(row.id.value);
    const bool process = sql_.schema.generation == model::Generation::process;
    std::size_t claimed = 0;
    for (const auto& [state, ids] : by_state) {
        require_time();
        Statement statement(connection, sql_, process ? sql_.claim_process : sql_.claim_workflow);
        statement.use_ids(ids).use("host", host).use("state", state).run();
        claimed += static_cast<std::size_t>(statement.affected_rows());
    }
    if (claimed == rows.size()) return;
    throw Failure(ErrorKind::conflict,
                  "of " + counted(rows.size()) + " of " + host + " only " + std::to_string(claimed) +
                      " could be claimed, because the others changed concurrently; nothing was written");
}

RowWriter SociFailoverTransaction::writer(soci::session& connection) const {
    return {connection, sql_, [this] { require_time(); }};
}

void SociFailoverTransaction::commit() {
    require_leadership();
    run(
        "committing a failover", [](soci::session& connection) { connection << "commit"; }, Phase::commit);
    stage_ = Stage::done;
}

}  // namespace dsr::store
