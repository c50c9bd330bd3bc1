// SPDX-License-Identifier: Apache-2.0
// DolphinScheduler's tables as its masters and its API use them: what the step automata read and write, one statement
// or one short transaction a call. Two implementations: SQLite under the real SociStore, and the fake.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "journal/journal.hpp"
#include "model/instant.hpp"
#include "model/schema_facts.hpp"
#include "store/workflow_store.hpp"

namespace dsr::test {

/// A row of the instance table. The last entry of state_history is kept as its time. Columns are as fine as a
/// microsecond; what a JVM reads and writes is as fine as a millisecond: as_read().
struct MasterRow {
    std::int64_t id = 0;
    int state = 1;
    std::string host;  ///< empty: NULL
    std::optional<model::Instant> start;
    std::optional<model::Instant> restart;
    std::optional<model::Instant> history;

    /// The latest of its times: when a command that goes with it is written, too.
    [[nodiscard]] model::Instant latest() const {
        return std::max({*start, restart.value_or(*start), history.value_or(*start)});
    }
};

inline MasterRow as_read(MasterRow row) {
    for (auto* time : {&row.start, &row.restart}) {
        if (*time) *time = std::chrono::floor<std::chrono::milliseconds>(**time);
    }
    return row;
}

struct MasterCommand {
    std::int64_t id = 0;
    std::int64_t instance = 0;
    bool recovery = true;  ///< else a person's start or resume
    int old_state = 1;     ///< G2, of a recovery: the state that it goes on in
};

/// The column command_param of an instance whose start parameters take so many bytes.
std::string start_parameters(std::size_t bytes);

/// One daemon's own connection.
struct Client {
    std::unique_ptr<store::WorkflowStore> store;
    std::unique_ptr<journal::Journal> journal;
};

class Tables {
public:
    virtual ~Tables() = default;

    /// As empty as at the beginning.
    virtual void clear() = 0;
    virtual Client connect() = 0;
    virtual void set_now(model::Instant now) = 0;

    [[nodiscard]] virtual std::optional<MasterRow> row(std::int64_t id) = 0;
    /// Rows of a host in the states that a failover selects.
    [[nodiscard]] virtual std::vector<MasterRow> rows_of(const std::string& host) = 0;
    [[nodiscard]] virtual std::set<std::string> hosts() = 0;
    [[nodiscard]] virtual std::vector<MasterCommand> commands() = 0;
    /// Whether an open transaction of a daemon keeps a master from writing this row now.
    [[nodiscard]] virtual bool locked(std::int64_t id) = 0;

    virtual void insert(const MasterRow& row) = 0;
    virtual void update(const MasterRow& row) = 0;
    /// Writes the row and the recovery command that goes with it; returns the command's id.
    virtual std::int64_t claim(const MasterRow& claimed, int old_state) = 0;
    /// A person's start or resume.
    virtual std::int64_t trigger(std::int64_t instance) = 0;
    /// Deletes the command and writes the row.
    virtual void take_up(const MasterCommand& command, const MasterRow& row) = 0;
    /// Moves the command to t_ds_error_command.
    virtual void fail(const MasterCommand& command, const std::string& message) = 0;
    /// An unfinished task that a worker runs (G1).
    virtual void add_task(std::int64_t id, std::int64_t instance, const std::string& worker,
                          model::Instant submitted) = 0;
    /// An error command of a recovery that nobody saw.
    virtual void add_error(std::int64_t instance, int old_state) = 0;

    /// Gives the row start parameters of so many bytes.
    virtual void widen(std::int64_t id, std::size_t bytes) = 0;

    /// Whether a daemon's open transaction would keep another one from beginning (SQLite knows one writer).
    [[nodiscard]] virtual bool busy() = 0;
    /// A daemon wrote: what was read before may be old.
    virtual void changed() = 0;

    // What only the tables in memory can be; the others throw std::logic_error.

    /// database.time_zone as the daemon is told it, from now on; UTC at the beginning.
    virtual void configure_zone(const std::string& iana_name);
    /// The zone of the JVM that writes from now on. Times that are not changed keep their text.
    virtual void write_in_zone(const std::string& iana_name);
    /// Remembers everything that is stored now, as a replica of the database does; go_back() returns to it. Ids of
    /// commands are not used twice, those of the journal's entries are.
    virtual void keep_copy();
    virtual void go_back();
    /// A task that ended at that time, which only a process that runs the workflow writes.
    virtual void end_task(std::int64_t id, std::int64_t instance, model::Instant at);
    virtual void set_parent(std::int64_t child, std::int64_t parent);

    int open_transactions = 0;  ///< of the daemons, as they tell
};

std::unique_ptr<Tables> fake_tables(model::SchemaFacts facts);
/// 3.1.1 or 3.4.3 by the generation; `test_flag` adds that column, as 3.3.0 has it.
std::unique_ptr<Tables> sqlite_tables(model::Generation generation, bool test_flag);

}  // namespace dsr::test
