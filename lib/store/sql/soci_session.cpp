// SPDX-License-Identifier: Apache-2.0
#include "store/sql/soci_session.hpp"

#include <soci/mysql/soci-mysql.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sqlite3.h>

#include <filesystem>

#include "model/failure.hpp"
#include "store/sql/login.hpp"
#include "store/sql/statement.hpp"

namespace dsr::store {

namespace {

const soci::backend_factory& factory_of(DatabaseKind kind) {
    switch (kind) {
        case DatabaseKind::postgresql:
            return soci::postgresql;
        case DatabaseKind::mysql:
            return soci::mysql;
        case DatabaseKind::sqlite:
            break;
    }
    return soci::sqlite3;
}

// The kind determines the type. Debian's back ends export only the typeinfo of their errors, so a dynamic_cast, or a
// checked cast, cannot be linked.
__attribute__((no_sanitize("vptr"))) int socket_of(soci::session& session, DatabaseKind kind) {
    if (kind == DatabaseKind::postgresql)
        return PQsocket(static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_);
    return static_cast<int>(mysql_get_socket(static_cast<soci::mysql_session_backend*>(session.get_backend())->conn_));
}

__attribute__((no_sanitize("vptr"))) void wait_for_locks(soci::session& session, std::chrono::milliseconds limit) {
    sqlite3_busy_timeout(static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_,
                         static_cast<int>(limit.count()));
}

/// The server's own limit takes effect first and gives a better message.
std::chrono::milliseconds watch_limit(std::chrono::milliseconds limit) {
    return limit + limit / 4 + std::chrono::seconds{1};
}

/// Reports each statement that SOCI sends.
class StatementBell : public soci::logger_impl {
public:
    explicit StatementBell(std::function<void()> ring) : ring_(std::move(ring)) {}
    void start_query(const std::string&) override { ring_(); }

private:
    [[nodiscard]] soci::logger_impl* do_clone() const override { return new StatementBell(ring_); }

    std::function<void()> ring_;
};

}  // namespace

SociSession::SociSession(ConnectionSettings settings)
    : settings_(std::move(settings)), dialect_(dialect_of(settings_.kind)) {
    if (settings_.kind != DatabaseKind::sqlite) guard_.emplace(watch_limit(settings_.statement_timeout));
}

SociSession::~SociSession() {
    drop();
}

soci::session& SociSession::connected() {
    if (!session_) open();
    return *session_;
}

void SociSession::open() {
    if (settings_.kind == DatabaseKind::sqlite && !std::filesystem::exists(settings_.path)) {
        // SQLite would create an empty file.
        throw model::Failure(model::ErrorKind::permanent,
                             "there is no SQLite database at '" + settings_.path + "'; see database.path");
    }
    try {
        session_ = std::make_unique<soci::session>(factory_of(settings_.kind), connect_string(settings_));
        limit_statements(settings_.statement_timeout);
        session_->set_logger(soci::logger(new StatementBell([this] { statement_begins(); })));
        demand_tls(*session_, settings_);
        ++number_;
        prepare(*session_);
    } catch (const soci::soci_error& error) {
        fail(error, Phase::connect, "connecting");
    } catch (const model::Failure&) {
        drop();
        throw;
    }
}

void SociSession::prepare(soci::session& session) {
    if (settings_.kind == DatabaseKind::sqlite) return wait_for_locks(session, settings_.lock_timeout);
    const std::chrono::milliseconds statement = settings_.statement_timeout;
    const std::chrono::milliseconds lock = settings_.lock_timeout;
    const auto watch = watched(session);
    Statement limits(session, dialect_, dialect_.prepare_session);
    if (settings_.kind == DatabaseKind::postgresql) {
        limits.use("statement_ms", std::to_string(statement.count())).use("lock_ms", std::to_string(lock.count()));
    } else {
        limits.use("statement_ms", statement.count()).use("lock_s", settings_.lock_timeout.count());
    }
    limits.run();
}

std::optional<StallGuard::Watch> SociSession::watched(soci::session& session) {
    if (!guard_) return std::nullopt;
    return std::optional<StallGuard::Watch>(std::in_place, *guard_, socket_of(session, settings_.kind));
}

void SociSession::limit_statements(std::chrono::seconds limit) {
    if (guard_) guard_->limit(watch_limit(limit));
}

void SociSession::statement_begins() {
    statement_began_ = std::chrono::steady_clock::now();
    if (guard_) guard_->next_statement();
    if (begins_) begins_();
}

void SociSession::drop() noexcept {
    if (!session_) return;
    try {
        session_->close();  // not left to the destructor, which must not throw
    } catch (...) {
        // It is closed because of an error that was already reported.
    }
    session_.reset();
}

void SociSession::fail(const soci::soci_error& error, Phase phase, std::string_view doing) {
    const model::Failure failure = to_failure(error, phase, doing, settings_);
    drop();
    throw failure;
}

}  // namespace dsr::store
