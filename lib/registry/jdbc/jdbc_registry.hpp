// SPDX-License-Identifier: Apache-2.0
// The Registry port on DolphinScheduler's JDBC registry: tables in the workflow database itself, over the store's own
// connection. Only the form of DolphinScheduler 3.3 and later. Thread: the store's.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "registry/jdbc/lock.hpp"
#include "registry/log.hpp"
#include "registry/registry.hpp"
#include "store/sql/soci_store.hpp"

namespace dsr::registry {

struct JdbcOptions {
    std::string identity;             ///< of this daemon among its replicas; at most 255 characters
    model::Milliseconds ttl{60'000};  ///< of our ticket; several sweeps
    /// Called when our ticket is taken, out of sight, or ended; never throws.
    std::function<void(model::RegistryLink)> on_link{};
    std::stop_token shutdown{};              ///< ends the wait of the first look
    jdbc::LifeTerms life{};                  ///< how long silence is no death
    model::Milliseconds first_wait{10'000};  ///< of the first look, until something moves
};

class JdbcRegistry final : public Registry {
public:
    /// Throws Failure(permanent) for SQLite. The store must outlive the registry.
    JdbcRegistry(JdbcOptions options, store::SociStore& store, Log log);
    /// Leaves the line.
    ~JdbcRegistry() override;
    JdbcRegistry(const JdbcRegistry&) = delete;
    JdbcRegistry& operator=(const JdbcRegistry&) = delete;

    [[nodiscard]] model::RegistryView observe() override;
    /// One transaction reads everything, so nothing is gained by reusing a part.
    [[nodiscard]] model::RegistryView observe_cached() override { return observe(); }
    [[nodiscard]] std::optional<model::LiveMaster> registered(const model::MasterAddress& address) override;
    [[nodiscard]] std::size_t live_master_count() override;
    [[nodiscard]] std::optional<std::vector<std::string>> marker_names() override;
    /// There is no session: what one would bound ends with the transaction itself.
    [[nodiscard]] model::Milliseconds session_timeout() override { return model::Milliseconds{30'000}; }
    /// One that was purged runs on, and registers again at its next heartbeat.
    [[nodiscard]] bool masters_stop_when_cut_off() const override { return false; }
    [[nodiscard]] bool in_database() const override { return true; }
    [[nodiscard]] LockAttempt acquire(const std::string& path, model::Milliseconds wait, std::stop_token stop,
                                      const LeakProof& leaked) override;
    [[nodiscard]] LockAttempt acquire_own(const std::string& name, model::Milliseconds wait,
                                          std::stop_token stop) override;
    [[nodiscard]] Leadership lead() override { return place_->replicas.lead(); }
    [[nodiscard]] Leadership leadership() override { return place_->replicas.look(); }
    void resign() override { place_->replicas.resign(); }
    std::vector<MarkerRemoval> remove_markers(std::span<const model::FailoverMarker> markers) override;

private:
    [[nodiscard]] jdbc::JdbcView::Result look();

    std::stop_token shutdown_;
    model::Milliseconds first_wait_;
    bool waited_ = false;  ///< the first look did
    std::shared_ptr<jdbc::Place> place_;
};

}  // namespace dsr::registry
