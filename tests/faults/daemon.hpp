// SPDX-License-Identifier: Apache-2.0
// One daemon of a trial: the real Sweeper on ports that fail as drawn, and that planted mistakes change.
#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "fakes/fake_workflow_store.hpp"
#include "faults/world.hpp"
#include "support/hooked_ports.hpp"
#include "sweep/sweeper.hpp"

namespace dsr::faults {

class UnguardedTransaction final : public test::HookedTransaction {
public:
    UnguardedTransaction(std::unique_ptr<store::FailoverTransaction> inner, const test::PortHook& hook, Planted planted)
        : HookedTransaction(std::move(inner), hook), planted_(planted) {}
    [[nodiscard]] std::optional<model::GuardRefusal> enter(const model::TransactionGuard& guard) override {
        if (planted_ == Planted::refusal_ignored) (void)HookedTransaction::enter(guard);
        return std::nullopt;
    }

private:
    Planted planted_;
};

/// The database's clock is the trial's, on SQLite too.
class ClockedStore final : public test::HookedStore {
public:
    ClockedStore(store::WorkflowStore& inner, const test::PortHook& hook, const model::Instant& now, Planted planted)
        : HookedStore(inner, hook), now_(now), planted_(planted) {}
    [[nodiscard]] model::Instant clock() override {
        (void)HookedStore::clock();
        return now_;
    }

private:
    Transaction decorated(Transaction inner) override {
        if (planted_ != Planted::guard_not_entered && planted_ != Planted::refusal_ignored)
            return HookedStore::decorated(std::move(inner));
        return std::make_unique<UnguardedTransaction>(std::move(inner), hook(), planted_);
    }

    const model::Instant& now_;
    Planted planted_;
};

struct Daemon {
    /// The world outlives it.
    Daemon(World& world, int number, const test::PortHook& hook, spdlog::logger& log, worker::AddressProbe probe)
        : client(world.tables.connect()),
          registry(world.masters.cluster(), "daemon " + std::to_string(number)),
          hooked(registry, hook, [&world] { return world.now; }),
          store(*client.store, hook, world.now, world.options.planted),
          journal(*client.journal, hook),
          killer(world.killer, hook),
          sweeper(sweep::SweepContext{hooked, store, journal, killer, log, [&world] { return world.now; }, "test",
                                      "daemon " + std::to_string(number), base::sleep_for, std::move(probe)},
                  alert::AlertDispatcher({}, std::chrono::minutes{60}, log), world.policy) {
        registry.masters_stop = world.by_zookeeper();
        if (world.in_database())
            dynamic_cast<fakes::FakeWorkflowStore&>(*client.store).registry = world.masters.cluster();
    }

    test::Client client;
    fakes::FakeRegistry registry;
    test::HookedRegistry hooked;
    ClockedStore store;
    test::HookedJournal journal;
    test::HookedKiller killer;
    sweep::Sweeper sweeper;
};

}  // namespace dsr::faults
