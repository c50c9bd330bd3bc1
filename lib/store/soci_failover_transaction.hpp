// SPDX-License-Identifier: Apache-2.0
// FailoverTransaction on a real database. It writes sets of rows where a master writes row by row.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "store/soci_session.hpp"
#include "store/statement.hpp"
#include "store/workflow_store.hpp"

namespace dsr::store {

/// Must not outlive the session, the dialect and the facts. Same thread as these.
class SociFailoverTransaction : public FailoverTransaction {
public:
    /// Begins the transaction. `dialect` is filled for the schema.
    SociFailoverTransaction(SociSession& session, const Dialect& dialect, const model::SchemaFacts& facts,
                            const FailoverLimits& limits, bool& open);
    ~SociFailoverTransaction() override;
    SociFailoverTransaction(const SociFailoverTransaction&) = delete;
    SociFailoverTransaction& operator=(const SociFailoverTransaction&) = delete;

    [[nodiscard]] std::optional<LimitsInForce> limits() const override { return limits_; }
    [[nodiscard]] std::vector<model::WorkflowInstance> lock(std::span<const model::WorkflowInstanceId> ids,
                                                            const model::MasterAddress& host) override;
    [[nodiscard]] std::set<model::WorkflowInstanceId> with_command(
        std::span<const model::WorkflowInstanceId> ids) override;
    void fail_over(std::span<const model::WorkflowInstance> rows, const model::MasterAddress& host,
                   model::Instant now) override;
    [[nodiscard]] std::vector<model::WorkflowInstance> lock_claimed(
        std::span<const model::WorkflowInstanceId> ids) override;
    void repair(std::span<const StrandedRow> rows, model::Instant now) override;
    void record(std::span<const model::JournalEntry> entries) override;
    void commit() override;

private:
    enum class Stage { open, failed, done };

    template <typename Work>
    auto run(std::string_view doing, Work&& work, Phase phase = Phase::statement);
    void rollback() noexcept;
    void limit(soci::session& connection, std::chrono::seconds most);
    void lift_limits() noexcept;
    /// Throws Failure(retry) when the whole transaction took too long.
    void require_time() const;

    /// Refuses when the schema is no longer the one that this transaction writes for. Call after the instance table is
    /// locked: no schema change passes that lock, so the answer holds until the end.
    void refuse_another_schema(soci::session& connection);
    void mark_tasks(soci::session& connection, std::span<const long long> ids);
    void claim(soci::session& connection, std::span<const model::WorkflowInstance> rows, const std::string& host);
    [[nodiscard]] const std::string& lock_claimed_sql() const;
    void write_commands(soci::session& connection, std::span<const model::WorkflowInstance> rows,
                        std::span<const long long> ids, const std::string& now);
    /// The size in bytes of each row's own parameters. Throws Failure(permanent), naming the row, where they are too
    /// large to hold.
    std::map<long long, long long> param_lengths(soci::session& connection, std::span<const long long> ids);
    /// The parameter of each row's recovery command, according to the row's state.
    std::vector<std::string> command_params(soci::session& connection, std::span<const model::WorkflowInstance> rows,
                                            std::span<const long long> ids);
    /// The newest recovery command of each of these instances that has one.
    std::map<long long, long long> recovery_commands(std::span<const long long> ids);
    void insert_journal(std::span<const BoundRow> rows, const std::string& sql);
    void insert_commands(soci::session& connection, std::span<const long long> ids, std::span<const std::string> params,
                         const std::string& now);

    SociSession& session_;
    const Dialect& dialect_;
    const model::SchemaFacts& facts_;
    bool& open_;  ///< the store's flag: one transaction at a time
    std::chrono::steady_clock::time_point deadline_;
    model::Milliseconds whole_;
    std::optional<LimitsInForce> limits_;
    std::uint64_t connection_number_ = 0;
    Stage stage_ = Stage::open;
};

}  // namespace dsr::store
