// SPDX-License-Identifier: Apache-2.0
// Our place in the line of daemons: a row of ds_reconciler_replicas, whose ticket the database draws. It lives until a
// time of the database's clock, which we push on; the lowest living ticket leads. A ticket whose time passed is dead
// for ever, also to its owner, who takes a new one. By our own clock a ticket lives for its time since the sending of
// the last renewal, so it never seems to live longer than it does. Thread: the store's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "model/instant.hpp"
#include "model/registry_link.hpp"
#include "registry/jdbc/sql.hpp"
#include "registry/log.hpp"
#include "registry/registry.hpp"
#include "store/sql/soci_store.hpp"

namespace dsr::registry::jdbc {

struct ReplicaOptions {
    std::string identity;
    model::Milliseconds ttl;
    std::function<void(model::RegistryLink)> on_link;
};

class Replicas {
public:
    Replicas(store::SociStore& store, const JdbcSql& sql, ReplicaOptions options, Log log);

    /// As Registry::lead, leadership and resign. lead() throws Failure(permanent) where the table does not exist.
    [[nodiscard]] Leadership lead();
    [[nodiscard]] Leadership look();
    void resign() noexcept;

    /// Our ticket while it lives by our clock; 0 when there is none. Asks nothing of the database.
    [[nodiscard]] std::int64_t ticket() const;
    /// A look at the registry succeeded (and told whether our ticket lives), or failed.
    void noted(bool lives);
    void cut_off();

private:
    using Clock = std::chrono::steady_clock;

    void enter();
    [[nodiscard]] bool renew();
    [[nodiscard]] Leadership read_line(bool& ours);
    void lost(const std::string& why);
    void tell(model::RegistryLink link) const;
    void say(LogLevel level, const std::string& text) const;

    store::SociStore& store_;
    const JdbcSql& sql_;
    ReplicaOptions options_;
    Log log_;
    std::int64_t ticket_ = 0;
    Clock::time_point lives_until_;
    bool cut_off_ = false;
};

}  // namespace dsr::registry::jdbc
