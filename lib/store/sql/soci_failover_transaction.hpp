// SPDX-License-Identifier: Apache-2.0
// FailoverTransaction on a real database. It writes sets of rows where a master writes row by row.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "store/failover_transaction.hpp"
#include "store/sql/inserted_rows.hpp"
#include "store/sql/soci_session.hpp"
#include "store/sql/statement.hpp"

namespace dsr::store {

/// Must not outlive the session and the SQL. Same thread as these.
class SociFailoverTransaction : public FailoverTransaction {
public:
    /// Begins the transaction.
    SociFailoverTransaction(SociSession& session, const SchemaSql& sql, const FailoverLimits& limits, bool& open);
    ~SociFailoverTransaction() override;
    SociFailoverTransaction(const SociFailoverTransaction&) = delete;
    SociFailoverTransaction& operator=(const SociFailoverTransaction&) = delete;

    [[nodiscard]] std::optional<LimitsInForce> limits() const override { return limits_; }
    [[nodiscard]] std::optional<model::GuardRefusal> enter(const model::TransactionGuard& guard) override;
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
    /// Throws Failure(retry) when the ticket of the guard leads no more.
    void require_leadership();
    /// Throws Failure(retry) when the whole transaction took too long.
    void require_time() const;

    /// Refuses when the schema is no longer the one that this transaction writes for. Call after the instance table is
    /// locked: no schema change passes that lock, so the answer holds until the end.
    void refuse_another_schema(soci::session& connection);
    /// Runs a locking statement and reads its rows.
    std::vector<model::WorkflowInstance> read_locked(soci::session& connection, Statement& statement);
    void claim(soci::session& connection, std::span<const model::WorkflowInstance> rows, const std::string& host);
    [[nodiscard]] const std::string& lock_claimed_sql() const;
    [[nodiscard]] RowWriter writer(soci::session& connection) const;

    SociSession& session_;
    const SchemaSql& sql_;
    bool& open_;  ///< the store's flag: one transaction at a time
    std::chrono::steady_clock::time_point deadline_;
    model::Milliseconds whole_;
    std::optional<LimitsInForce> limits_;
    std::optional<std::int64_t> ticket_;  ///< of the guard that was entered
    Commands commands_;                   ///< inserted in this transaction
    std::uint64_t connection_number_ = 0;
    Stage stage_ = Stage::open;
};

}  // namespace dsr::store
