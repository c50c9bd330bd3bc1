// SPDX-License-Identifier: Apache-2.0
#include "registry/jdbc/replicas.hpp"

#include <exception>
#include <utility>

#include "base/text.hpp"
#include "model/failure.hpp"
#include "registry/jdbc/schema.hpp"
#include "store/sql/bound_values.hpp"
#include "store/sql/statement.hpp"

namespace dsr::registry::jdbc {

using model::ErrorKind;
using model::Failure;
using model::RegistryLink;
using store::Statement;

namespace {

constexpr std::size_t max_identity = 255;  // characters of the column
constexpr const char* doing = "writing this daemon's row of ds_reconciler_replicas";

std::string fitting(const std::string& identity) {
    const auto text = store::storable(identity);
    return std::string{base::first_characters(text, max_identity)};
}

long long microseconds(model::Milliseconds time) {
    return std::chrono::microseconds{time}.count();
}

/// A ticket whose answer was lost is nobody's, and dies with its time.
[[noreturn]] void again_later(const Failure& failure) {
    throw Failure(failure.kind() == ErrorKind::unknown_outcome ? ErrorKind::retry : failure.kind(), failure.what());
}

}  // namespace

Replicas::Replicas(store::SociStore& store, const JdbcSql& sql, ReplicaOptions options, Log log)
    : store_(store), sql_(sql), options_(std::move(options)), log_(std::move(log)) {
    options_.identity = fitting(options_.identity);
}

std::int64_t Replicas::ticket() const {
    return ticket_ != 0 && Clock::now() < lives_until_ ? ticket_ : 0;
}

Leadership Replicas::lead() {
    auto& session = store_.session();
    try {
        for (int attempt = 0; attempt < 2; ++attempt) {
            const bool renewal_due = ticket_ != 0 && lives_until_ - Clock::now() < options_.ttl * 2 / 3;
            if (renewal_due && !renew()) lost("its time passed before it was renewed");
            if (ticket_ == 0) enter();
            bool ours = false;
            auto line = read_line(ours);
            if (ours) return line;
            lost("its row is gone, or its time passed");
        }
    } catch (const Failure& failure) {
        if (failure.kind() == ErrorKind::permanent && !inspect_schema(session, sql_).replicas) {
            throw Failure(ErrorKind::permanent,
                          store::describe(session.settings()) +
                              " has no table ds_reconciler_replicas, in which replicas agree on who leads, or this "
                              "user may not see it; `ds-reconcilerd init-db` creates it, and `ds-reconcilerd init-db "
                              "--print-grants` prints the rights that this user needs");
        }
        again_later(failure);
    }
    throw Failure(
        ErrorKind::retry,
        "this daemon's row of ds_reconciler_replicas is removed as soon as it is written, or the clock of the "
        "database jumps");
}

Leadership Replicas::look() {
    bool ours = false;
    try {
        return read_line(ours);
    } catch (const Failure& failure) {
        if (failure.kind() != ErrorKind::permanent || inspect_schema(store_.session(), sql_).replicas) throw;
        return {};
    }
}

void Replicas::resign() noexcept {
    if (ticket_ == 0) return;
    try {
        auto& session = store_.session();
        session.run("leaving ds_reconciler_replicas", [&](soci::session& connection) {
            Statement(connection, session.dialect(), sql_.leave).use("ticket", static_cast<long long>(ticket_)).run();
        });
    } catch (const std::exception&) {
        // Its time does the rest.
    }
    ticket_ = 0;
    try {
        tell(RegistryLink::ended);
    } catch (const std::exception&) {
        // It is only told.
    }
}

void Replicas::noted(bool lives) {
    if (ticket_ == 0) return;
    if (!lives) return lost("its row is gone, or its time passed");
    if (std::exchange(cut_off_, false)) tell(RegistryLink::reconnected);
}

void Replicas::cut_off() {
    if (ticket_ != 0 && !std::exchange(cut_off_, true)) tell(RegistryLink::cut_off);
}

void Replicas::enter() {
    auto& session = store_.session();
    const auto sent = Clock::now();
    std::int64_t ticket = 0;
    session.write(doing, doing, [&](soci::session& connection) {
        Statement(connection, session.dialect(), sql_.forget).run();
        Statement row(connection, session.dialect(), sql_.enter);
        row.use("identity", options_.identity).use("ttl", microseconds(options_.ttl));
        if (sql_.entered.empty()) {
            ticket = row.first<long long>().value_or(0);
        } else {
            row.run();
            ticket = Statement(connection, session.dialect(), sql_.entered).first<long long>().value_or(0);
        }
    });
    ticket_ = ticket;
    lives_until_ = sent + options_.ttl;
    cut_off_ = false;
    tell(RegistryLink::established);
}

bool Replicas::renew() {
    auto& session = store_.session();
    const auto sent = Clock::now();
    long long renewed = 0;
    session.write(doing, doing, [&](soci::session& connection) {
        Statement row(connection, session.dialect(), sql_.renew);
        row.use("ticket", static_cast<long long>(ticket_))
            .use("identity", options_.identity)
            .use("ttl", microseconds(options_.ttl))
            .run();
        renewed = row.affected_rows();
    });
    if (renewed == 0) return false;
    lives_until_ = sent + options_.ttl;
    return true;
}

Leadership Replicas::read_line(bool& ours) {
    auto& session = store_.session();
    Leadership line;
    session.run("reading ds_reconciler_replicas", [&](soci::session& connection) {
        Statement rows(connection, session.dialect(), sql_.line);
        store::for_each_row(rows, [&](long long ticket, std::string identity) {
            const bool first = line.replicas.empty();
            if (first) line.leader = identity;
            if (ticket == ticket_) {
                ours = true;
                line.leads = first && this->ticket() != 0;
            }
            line.replicas.push_back(std::move(identity));
        });
    });
    return line;
}

void Replicas::lost(const std::string& why) {
    say(LogLevel::warning, "the ticket " + std::to_string(ticket_) +
                               " of this daemon in ds_reconciler_replicas is dead: " + why + "; it takes a new one");
    ticket_ = 0;
    tell(RegistryLink::ended);
}

void Replicas::tell(RegistryLink link) const {
    if (options_.on_link) options_.on_link(link);
}

void Replicas::say(LogLevel level, const std::string& text) const {
    if (log_) log_(level, text);
}

}  // namespace dsr::registry::jdbc
