// SPDX-License-Identifier: Apache-2.0
// The only connection to the database: opened on first use and again after a failure. All calls of the module go
// through run(), which converts SOCI's exceptions to model::Failure.
#pragma once

#include <soci/soci.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "store/sql/connection_settings.hpp"
#include "store/sql/dialect.hpp"
#include "store/sql/sql_error.hpp"
#include "store/sql/stall_guard.hpp"

namespace dsr::store {

/// One thread only.
class SociSession {
public:
    explicit SociSession(ConnectionSettings settings);
    ~SociSession();
    SociSession(const SociSession&) = delete;
    SociSession& operator=(const SociSession&) = delete;

    /// Calls work(soci::session&), and connects first if needed. Any database error closes the connection, so the
    /// server rolls back the open transaction, and is thrown as Failure. `doing` completes "while ...".
    template <typename Work>
    auto run(std::string_view doing, Work&& work, Phase phase = Phase::statement) {
        soci::session& session = connected();
        try {
            const std::optional<StallGuard::Watch> watch = watched(session);  // ends before a failed socket is closed
            return std::forward<Work>(work)(session);
        } catch (const soci::soci_error& error) {
            fail(error, phase, doing);
        } catch (const model::Failure&) {
            throw;
        } catch (...) {
            drop();
            throw;
        }
    }

    /// The same in a transaction of its own, as for a failover, which is then committed: `committing` completes "while
    /// ..." for that.
    template <typename Work>
    void write(std::string_view doing, std::string_view committing, Work&& work) {
        run(doing, [&](soci::session& session) {
            for (const std::string& statement : dialect_.begin_failover) session << statement;
            work(session);
        });
        run(
            committing, [](soci::session& session) { session << "commit"; }, Phase::commit);
    }

    /// The time limit of each statement from now on, by this process's own clock. The server's own limit takes effect
    /// first. A new connection starts with the statement timeout of the settings.
    void limit_statements(std::chrono::seconds limit);

    /// Called at the start of each statement, on the caller's thread; may be empty.
    void on_statement(std::function<void()> begins) { begins_ = std::move(begins); }

    /// The start time of the last statement.
    [[nodiscard]] std::chrono::steady_clock::time_point statement_began() const noexcept { return statement_began_; }

    /// Closes the connection without throwing; the next run() opens a new one.
    void drop() noexcept;

    /// Identifies the connection; 0 when there is none.
    [[nodiscard]] std::uint64_t connection_number() const noexcept { return session_ ? number_ : 0; }

    [[nodiscard]] const ConnectionSettings& settings() const noexcept { return settings_; }
    [[nodiscard]] const Dialect& dialect() const noexcept { return dialect_; }

private:
    soci::session& connected();
    void open();
    void prepare(soci::session& session);
    std::optional<StallGuard::Watch> watched(soci::session& session);
    void statement_begins();
    [[noreturn]] void fail(const soci::soci_error& error, Phase phase, std::string_view doing);

    const ConnectionSettings settings_;
    const Dialect dialect_;
    std::optional<StallGuard> guard_;  ///< where there is a server
    std::function<void()> begins_;
    std::chrono::steady_clock::time_point statement_began_;
    std::unique_ptr<soci::session> session_;
    std::uint64_t number_ = 0;
};

}  // namespace dsr::store
