// SPDX-License-Identifier: Apache-2.0
// What a failover inserts: recovery commands, and entries of the journal. In pieces, in the caller's transaction, as
// large as the database accepts.
#pragma once

#include <soci/soci.h>

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/instant.hpp"
#include "model/journal_entry.hpp"
#include "model/workflow_instance.hpp"
#include "store/sql/dialect.hpp"
#include "store/sql/statement.hpp"

namespace dsr::store {

/// Recovery commands by the instance that they recover.
using Commands = std::map<long long, long long>;

/// Must not outlive the connection and the SQL. Throws what SOCI throws.
class RowWriter {
public:
    /// `before_each` is called before each INSERT and may throw.
    RowWriter(soci::session& connection, const SchemaSql& sql, std::function<void()> before_each)
        : connection_(connection), sql_(sql), before_each_(std::move(before_each)) {}

    /// Inserts one recovery command for each row, according to its state, and returns them. `now`: the wall clock.
    /// Throws Failure(conflict) when another number of rows was inserted, Failure(permanent), naming the row, where its
    /// parameters are too large to hold.
    [[nodiscard]] Commands insert_commands(std::span<const model::WorkflowInstance> rows, const std::string& now) const;

    /// Inserts the entries with their commands; each has one. All or none of the entries have a zone. Throws
    /// Failure(permanent) when another number of rows was inserted.
    void insert_journal(std::span<const model::JournalEntry> entries, const Commands& commands) const;

private:
    void insert_piece(std::span<const model::WorkflowInstance> rows, std::span<const long long> ids,
                      const std::string& now, Commands& commands) const;
    /// Runs the INSERT for these ids, adds what it wrote to `commands`, and returns the number of its rows.
    [[nodiscard]] std::size_t run_insert(Statement& insert, std::span<const long long> ids, Commands& commands) const;
    /// The size in bytes of each row's own parameters.
    [[nodiscard]] std::map<long long, long long> param_lengths(std::span<const long long> ids) const;
    /// The parameter of each row's recovery command.
    [[nodiscard]] std::vector<std::string> command_params(std::span<const model::WorkflowInstance> rows,
                                                          std::span<const long long> ids) const;

    soci::session& connection_;
    const SchemaSql& sql_;
    std::function<void()> before_each_;
};

/// The journal's form of a time: epoch microseconds, UTC.
long long journal_time(model::Instant time);
Bound journal_time(const std::optional<model::Instant>& time);

/// "1 row", "2 rows".
std::string counted(std::size_t rows);

}  // namespace dsr::store
