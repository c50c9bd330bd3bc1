// SPDX-License-Identifier: Apache-2.0
#include "explorer/replica.hpp"

#include <spdlog/sinks/null_sink.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "explorer/master.hpp"
#include "model/failure.hpp"
#include "registry/marker_name.hpp"
#include "support/sweep_bench.hpp"

namespace dsr::explorer {

namespace {
/// Passes through everything: no std::exception.
struct Killed {};

/// What only reads what nobody else in these worlds ever writes: stopping before it shows nothing new.
bool tells_nothing(std::string_view operation) {
    const std::set<std::string_view> all{"store.ping",       "store.inspect",   "store.newest_start_time",
                                         "store.clock",      "store.new_rows",  "store.queues",
                                         "journal.identity", "journal.inspect", "journal.control",
                                         "journal.purge",    "journal.size"};
    return all.contains(operation);
}

bool of_database(std::string_view operation) {
    return operation.starts_with("store.") || operation.starts_with("journal.");
}

/// What waits for another daemon's transaction where the database knows one writer.
bool writes(std::string_view operation) {
    const std::set<std::string_view> all{"store.begin_failover", "store.insert_alert", "journal.create",
                                         "journal.save_state",   "journal.note",       "journal.confirm",
                                         "journal.inspect",      "journal.purge"};
    return all.contains(operation);
}
}  // namespace

/// What is gone with the process.
struct Replica::Parts {
    Parts(Replica& replica, Cluster& cluster, const FaultyView& faulty_view)
        : client(cluster.tables.connect()),
          zookeeper(cluster.registry, replica.name()),
          registry(
              zookeeper, replica.hook_, [&replica] { return replica.time(); }, faulty_view),
          store(
              *client.store, replica.hook_, [&cluster] { return cluster.now + cluster.database_clock; }, faulty_view),
          journal(*client.journal, replica.hook_, faulty_view),
          sweeper(sweep::SweepContext{registry, store, journal, killer, replica.log_,
                                      [&replica] { return replica.time(); }, "test", replica.name(), base::sleep_for,
                                      [&replica](auto addresses) { return replica.accepting(addresses); }},
                  alert::AlertDispatcher({}, std::chrono::minutes{60}, replica.log_), replica.policy_) {
        zookeeper.masters_stop = cluster.kind == RegistryKind::zookeeper;
        zookeeper.ignores_reports = faulty_view.reports_do_not_count;
        if (faulty_view.clocks_tell_age) zookeeper.believes_clocks = std::chrono::seconds{71};
        if (cluster.shows_sessions && !faulty_view.no_sessions)
            dynamic_cast<fakes::FakeWorkflowStore&>(*client.store).sessions = [&cluster] { return cluster.sessions(); };
        if (cluster.kind != RegistryKind::jdbc) return;
        cluster.registry->every_ticket_leads = faulty_view.every_ticket_leads;
        dynamic_cast<fakes::FakeWorkflowStore&>(*client.store).registry = cluster.registry;
    }

    test::Client client;
    fakes::FakeRegistry zookeeper;
    FaultyRegistry registry;
    FaultyStore store;
    FaultyJournal journal;
    test::FakeKiller killer;
    sweep::Sweeper sweeper;
};

Replica::Replica(Cluster& cluster, int number, const model::Policy& policy, const FaultyView& faulty_view)
    : cluster_(cluster),
      number_(number),
      policy_(policy),
      faulty_view_(faulty_view),
      log_("daemon", std::make_shared<spdlog::sinks::null_sink_mt>()),
      next_sweep_(cluster.now) {
    hook_ = [this](std::string_view operation, test::Moment moment) {
        if (moment == test::Moment::after && operation == "store.begin_failover") {
            ++cluster_.tables.open_transactions;
            in_transaction_ = true;
        }
        if (operation == "store.end_failover") {
            if (moment == test::Moment::before) return;
            --cluster_.tables.open_transactions;
            in_transaction_ = false;
            if (late_fence_ && !killed_) fence_late();
            return;
        }
        // A killed daemon does nothing more, whatever its code would go on to do.
        if (killed_ && moment == test::Moment::before) throw Killed{};
        if (killed_) return;
        if (moment == test::Moment::before) {
            const bool must_wait = writes(operation) && cluster_.tables.busy();
            if (must_wait || !tells_nothing(operation)) stop_before(operation);
            if (operation == "registry.observe")
                parts_->zookeeper.not_fresh = cluster_.at_standstill() ? "no server refreshes its row" : "";
            if (database_cut_ && of_database(operation))
                throw model::Failure(model::ErrorKind::retry, "the database is unreachable");
        } else {
            look_after(operation);
        }
    };
    restart();
}

Replica::~Replica() {
    kill();
}

void Replica::restart() {
    if (thread_) kill();
    killed_ = stalled_ = false;
    between_sweeps_ = true;
    waits_for_lock_ = false;
    next_sweep_ = cluster_.now;
    parts_ = std::make_unique<Parts>(*this, cluster_, faulty_view_);
    parts_->zookeeper.on_wait = [this](model::Milliseconds wait) {
        if (killed_) throw Killed{};
        waits_for_lock_ = true;
        waits_until_ = cluster_.now + wait;
        stop_before("wait for the lock");
        waits_for_lock_ = false;
    };
    thread_ = std::make_unique<Schedule>([this] {
        try {
            run();
        } catch (const Killed&) {  // NOLINT(bugprone-empty-catch): this is how a kill ends
        }
    });
}

void Replica::kill() {
    if (!thread_) return;
    killed_ = true;
    std::vector<std::string> rows;
    for (const auto& [path, queue] : cluster_.registry->locks) {
        if (faulty_view_.lock_rows_stay && in_transaction_ && queue.front().session_id == 0) rows.push_back(path);
    }
    // First the session: a lock that is let go of on the way out must be gone already, as the lock of the dead is.
    parts_->zookeeper.lose_session();
    if (!thread_->ended()) thread_->resume();
    thread_.reset();
    parts_.reset();
    between_sweeps_ = true;
    for (const auto& path : rows) cluster_.registry->queue_for(path, name());
}

void Replica::lose_session() {
    // What remains when the lock is looked at last before the commit: a process that stands still just there, past its
    // session. Nobody can tell the database of that, DolphinScheduler's own masters neither.
    if (parts_ && next_operation_ != "store.commit") parts_->zookeeper.lose_session();
}

void Replica::stall() {
    stalled_ = true;
    if (parts_) parts_->zookeeper.lose_ticket();
}

std::set<model::MasterAddress> Replica::accepting(std::span<const model::MasterAddress> addresses) {
    hook_("probe", test::Moment::before);
    std::set<model::MasterAddress> accepting;
    for (const auto& address : addresses) {
        const bool answers = std::ranges::any_of(cluster_.masters, [&](const auto& master) {
            return master->address == address.text && master->alive && master->reachable;
        });
        if (answers && !faulty_view_.nobody_answers) accepting.insert(address);
    }
    return accepting;
}

void Replica::run() {
    while (!killed_) {
        report_ = parts_->sweeper.sweep({}, {});
        ++sweeps_;
        next_sweep_ = cluster_.now + policy_.sweep_interval;
        between_sweeps_ = true;
        stop_before("sweep");
    }
}

void Replica::stop_before(std::string_view operation) {
    if (killed_) throw Killed{};
    next_operation_ = operation;
    thread_->yield();
    if (killed_) throw Killed{};
}

std::string Replica::doing() const {
    if (waits_for_lock_) return "waits for the lock no longer";
    return between_sweeps_ ? "begins a sweep" : next_operation_;
}

std::string Replica::told() const {
    if (!between_sweeps_ || sweeps_ == 0) return {};
    std::string lines;
    const auto line = [&](const std::string& text) { lines += "       . " + text + '\n'; };
    if (!report_.failure.empty()) line("failed: " + report_.failure);
    if (report_.follows) line("follows");
    for (const auto& hold : report_.holds) line(std::string(model::name(hold.guard)) + ": " + hold.reason);
    for (const auto& notice : report_.notices) {
        line("workflow " + std::to_string(notice.id.value) + " " + std::string(model::name(notice.judgement.verdict)) +
             ": " + notice.judgement.reason);
    }
    for (const auto& action : report_.actions)
        line("workflow " + std::to_string(action.id.value) + " " + std::string(model::name(action.outcome)) + " " +
             action.reason);
    return lines;
}

bool Replica::blocked() const {
    if (waits_for_lock_ && cluster_.now < waits_until_) {
        const auto& locks = cluster_.registry->locks;
        if (cluster_.kind == RegistryKind::jdbc)
            return std::ranges::any_of(locks, [](const auto& queue) { return queue.first.starts_with("/lock/"); });
        return std::none_of(locks.begin(), locks.end(), [&](const auto& queue) {
            return queue.first.starts_with("/lock/") && !queue.second.empty() &&
                   queue.second.front().session_id == parts_->zookeeper.session_id();
        });
    }
    return false;
}

bool Replica::enabled() {
    if (!thread_ || stalled_) return false;
    if (between_sweeps_) return cluster_.now >= next_sweep_;
    if (writes(next_operation_) && cluster_.tables.busy()) return false;
    return !blocked();
}

std::optional<model::Instant> Replica::wakes_at() {
    if (!thread_ || stalled_) return std::nullopt;
    if (between_sweeps_) return next_sweep_;
    if (waits_for_lock_) return waits_until_;
    return std::nullopt;
}

void Replica::step() {
    between_sweeps_ = false;
    thread_->resume();
}

void Replica::look_after(std::string_view operation) {
    if (operation == "store.commit" || operation == "journal.create") cluster_.tables.changed();
    if (operation == "store.commit") note_commands();
    if (operation == "registry.observe") looked_ = cluster_.moment;
    if (operation == "registry.acquire" || operation == "registry.acquire_own" || operation == "store.commit")
        batch_before_ = cluster_.moment;
    if (operation == "store.commit") late_fence_ = parts_->registry.take_late_fence();
    if (operation == "store.commit" && std::exchange(answer_lost_, false))
        throw model::Failure(model::ErrorKind::unknown_outcome, "the answer to COMMIT did not arrive");
    // With JDBC the marker is in the transaction.
    if (operation == "registry.fence" || (operation == "store.commit" && cluster_.kind == RegistryKind::jdbc))
        look_for_fenced();
    if (operation == "registry.remove_markers") {
        for (const auto& [marker, value] : markers_before_) {
            if (!cluster_.registry->markers.contains(marker)) cluster_.removed_by_us[marker] = value;
        }
    }
    if (operation == "registry.observe") {
        markers_before_.clear();
        for (const auto& [marker, seen] : cluster_.registry->markers) markers_before_[marker] = seen.value;
    }
}

void Replica::look_for_fenced() {
    for (const auto& master : cluster_.masters) {
        if (master->alive && master->registered && cluster_.registry->markers.contains(master->marker()))
            cluster_.world_state.breach(Breach::living_fenced,
                                        name() + " wrote a marker that names the living " + master->name());
    }
}

/// The marker of a fence that comes after the write: a statement of its own, as a fence is one.
void Replica::fence_late() {
    const auto [dead, value] = *std::exchange(late_fence_, std::nullopt);
    stop_before("the marker, after the write");
    if (cluster_.registry->row(dead.address) != nullptr) return;
    cluster_.registry->set_marker(registry::marker_name(dead), registry::marker_value(value));
}

void Replica::note_commands() {
    for (const auto& command : cluster_.tables.commands()) {
        if (cluster_.world_state.knows(command.id)) continue;
        cluster_.world_state.we_commanded(command.instance, command.id, cluster_.running(command.instance), name(),
                                          {cluster_.runs_unseen(command.instance, batch_before_, policy_.grace),
                                           cluster_.parent_lost(command.instance, looked_)});
    }
}

}  // namespace dsr::explorer
