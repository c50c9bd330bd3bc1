// SPDX-License-Identifier: Apache-2.0
#include "store/sql/inserted_rows.hpp"

#include <algorithm>

#include "model/failure.hpp"
#include "store/command_param.hpp"

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
std::size_t piece_end(const SchemaSql& sql, std::span<const Row> rows, std::size_t begin) {
    if (sql.lists != ListForm::literals) return rows.size();
    std::size_t end = begin;
    std::size_t bytes = 0;
    while (end < rows.size() && end - begin < mysql_rows &&
           (end == begin || bytes + bytes_of(rows[end]) < mysql_bytes)) {
        bytes += bytes_of(rows[end]);
        ++end;
    }
    return end;
}

/// Runs an INSERT for one piece after the other, and returns the number of rows inserted. insert(begin, count)
/// inserts one piece and returns its number.
template <typename Row, typename Insert>
std::size_t insert_in_pieces(const SchemaSql& sql, std::span<const Row> rows, Insert&& insert) {
    std::size_t inserted = 0;
    for (std::size_t begin = 0; begin < rows.size();) {
        const std::size_t end = piece_end(sql, rows, begin);
        inserted += static_cast<std::size_t>(insert(begin, end - begin));
        begin = end;
    }
    return inserted;
}

/// In the column order of SchemaSql::insert_journal. An entry with a zone also has that, for insert_journal_added.
BoundRow journal_row(const model::JournalEntry& entry, long long command) {
    const auto number = [](const std::optional<std::int64_t>& value) {
        return value ? Bound(static_cast<long long>(*value)) : Bound();
    };
    // Part of the unique key, which treats two NULLs as different losses.
    const long long owned_since = entry.owned_since ? journal_time(*entry.owned_since) : 0;
    BoundRow row{entry.sweep,
                 journal_time(entry.at),
                 std::string(name(entry.kind)),
                 static_cast<long long>(entry.instance.value),
                 entry.from_host.text,
                 journal_time(entry.from_startup),
                 number(entry.from_process),
                 static_cast<long long>(entry.old_state),
                 owned_since,
                 static_cast<long long>(entry.releases),
                 command,
                 std::string(name(entry.verdict)),
                 entry.reason,
                 entry.version,
                 entry.replica,
                 std::string(name(entry.receipt)),
                 journal_time(entry.receipt_at),
                 entry.taken_by ? Bound(*entry.taken_by) : Bound(),
                 entry.message};
    if (entry.zone) row.emplace_back(*entry.zone);
    return row;
}

}  // namespace

long long journal_time(model::Instant time) {
    return time.time_since_epoch().count();
}

Bound journal_time(const std::optional<model::Instant>& time) {
    if (!time) return {};
    return journal_time(*time);
}

std::string counted(std::size_t rows) {
    return std::to_string(rows) + (rows == 1 ? " row" : " rows");
}

Commands RowWriter::insert_commands(std::span<const model::WorkflowInstance> rows, const std::string& now) const {
    std::vector<long long> ids;
    ids.reserve(rows.size());
    for (const auto& row : rows) ids.push_back(row.id.value);
    std::map<long long, long long> lengths;
    if (hands_on_start_params(sql_.schema)) lengths = param_lengths(ids);
    const auto length = [&](std::size_t at) {
        const auto found = lengths.find(ids[at]);
        return found == lengths.end() ? 0 : found->second;
    };
    Commands commands;
    for (std::size_t begin = 0; begin < ids.size();) {
        std::size_t end = begin;
        long long bytes = 0;
        while (end < ids.size() && end - begin < piece_rows && (end == begin || bytes + length(end) <= piece_bytes)) {
            bytes += length(end);
            ++end;
        }
        insert_piece(rows.subspan(begin, end - begin), std::span(ids).subspan(begin, end - begin), now, commands);
        begin = end;
    }
    return commands;
}

void RowWriter::insert_piece(std::span<const model::WorkflowInstance> rows, std::span<const long long> ids,
                             const std::string& now, Commands& commands) const {
    const bool process = sql_.schema.generation == model::Generation::process;
    const std::vector<std::string> params = command_params(rows, ids);
    const std::size_t inserted =
        insert_in_pieces(sql_, std::span<const std::string>(params), [&](std::size_t begin, std::size_t count) {
            before_each_();
            Statement statement(connection_, sql_,
                                process ? sql_.insert_process_commands : sql_.insert_workflow_commands);
            const auto piece = ids.subspan(begin, count);
            statement.use_batch(piece, std::span(params).subspan(begin, count)).use("now", now);
            return run_insert(statement, piece, commands);
        });
    if (inserted == ids.size()) return;
    throw Failure(ErrorKind::conflict, "for " + counted(ids.size()) + " " + std::to_string(inserted) +
                                           " commands would have been inserted; nothing was written");
}

std::size_t RowWriter::run_insert(Statement& insert, std::span<const long long> ids, Commands& commands) const {
    std::size_t rows = 0;
    const auto add = [&](long long instance, long long command) {
        commands[instance] = command;
        ++rows;
    };
    if (sql_.inserted_commands.empty()) {
        for_each_row(insert, add);
        return rows;
    }
    insert.run();
    const auto inserted = static_cast<std::size_t>(insert.affected_rows());
    Statement statement(connection_, sql_, sql_.inserted_commands);
    for_each_row(statement.use_ids(ids), add);
    return inserted;
}

std::map<long long, long long> RowWriter::param_lengths(std::span<const long long> ids) const {
    std::map<long long, long long> lengths;
    Statement statement(connection_, sql_, sql_.param_lengths);
    for_each_row(statement.use_ids(ids), [&](long long id, long long bytes) {
        if (bytes > max_param) {
            throw Failure(ErrorKind::permanent, "the parameters of workflow instance " + std::to_string(id) + " take " +
                                                    std::to_string(bytes) + " bytes, and the maximum is " +
                                                    std::to_string(max_param) + "; nothing was written");
        }
        lengths[id] = bytes;
    });
    return lengths;
}

std::vector<std::string> RowWriter::command_params(std::span<const model::WorkflowInstance> rows,
                                                   std::span<const long long> ids) const {
    std::vector<std::string> params;
    params.reserve(rows.size());
    if (sql_.schema.generation == model::Generation::workflow) {
        for (const auto& row : rows) params.push_back(workflow_command_param(row.state.value_or(-1)));
        return params;
    }
    std::map<long long, std::string> by_id;
    Statement statement(connection_, sql_, sql_.command_sources);
    for_each_row(statement.use_ids(ids), [&](long long id, const std::optional<std::string>& instance_param,
                                             int scheduled, std::optional<std::string> zone) {
        const auto schedule = scheduled == 1 ? std::optional(Schedule{std::move(zone)}) : std::nullopt;
        by_id[id] = process_command_param(id, instance_param, schedule);
    });
    for (const long long id : ids) params.push_back(std::move(by_id[id]));
    return params;
}

void RowWriter::insert_journal(std::span<const model::JournalEntry> entries, const Commands& commands) const {
    std::vector<BoundRow> rows;
    rows.reserve(entries.size());
    for (const auto& entry : entries) rows.push_back(journal_row(entry, commands.at(entry.instance.value)));
    const bool added = std::ranges::any_of(entries, [](const auto& entry) { return entry.zone.has_value(); });
    const std::size_t inserted =
        insert_in_pieces(sql_, std::span<const BoundRow>(rows), [&](std::size_t begin, std::size_t count) {
            before_each_();
            Statement statement(connection_, sql_, added ? sql_.insert_journal_added : sql_.insert_journal);
            statement.use_rows(std::span(rows).subspan(begin, count)).run();
            return statement.affected_rows();
        });
    if (inserted == rows.size()) return;
    throw Failure(ErrorKind::permanent, "of " + counted(rows.size()) + " of the journal only " +
                                            std::to_string(inserted) +
                                            " would have been inserted; nothing was written");
}

}  // namespace dsr::store
