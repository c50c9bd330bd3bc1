// SPDX-License-Identifier: Apache-2.0
#include "registry/etcd/lock.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/sleep.hpp"
#include "model/failure.hpp"
#include "registry/etcd/fence.hpp"
#include "registry/etcd/queued_key.hpp"

namespace dsr::registry::etcd {

using model::ErrorKind;
using model::Failure;
using Clock = Session::Clock;
using namespace std::chrono_literals;

namespace {

constexpr auto poll = 200ms;
constexpr std::size_t max_told = 200;  ///< of a foreign key's value, in a message

using Passed = std::set<std::int64_t>;  // creation revisions of keys that their owners leaked

class EtcdLock final : public HeldLock {
public:
    EtcdLock(std::unique_ptr<QueuedKey> key, Passed passed, std::string name_space)
        : key_(std::move(key)), passed_(std::move(passed)), name_space_(std::move(name_space)) {}

    [[nodiscard]] bool still_held() override {
        try {
            // A read does not renew a lease, as it would a session of ZooKeeper: without renewal the lease might end
            // right after this answer, and what the caller does next must end before it (failover_limits).
            if (!key_->session_is_ours() || !key_->session().renew()) return false;
            const auto queue = key_->queue();
            const bool first = std::all_of(queue.begin(), queue.end(), [&](const KeyValue& kv) {
                return kv.create_revision >= key_->revision() || passed_.contains(kv.create_revision);
            });
            return first && key_->stands_in(queue) && key_->session_is_ours();
        } catch (const std::exception&) {
            return false;
        }
    }

    [[nodiscard]] Fencing fence(const model::Incarnation& dead, model::Instant value) override {
        if (!key_->session_is_ours()) return Fencing::lock_lost;
        return fence_incarnation(key_->session().gateway(), name_space_, {key_->key(), key_->revision()}, dead, value);
    }

private:
    std::unique_ptr<QueuedKey> key_;
    Passed passed_;
    std::string name_space_;
};

/// Whether the key was first in its queue when it was put: it held the lock from then on. False when the history is
/// compacted.
bool held_from_creation(Gateway& gateway, const std::string& path, std::int64_t created_in) {
    const auto prefix = path + "/";
    try {
        const auto then = gateway.range(
            {.key = prefix, .range_end = prefix_end(prefix), .revision = created_in, .keys_only = true, .limit = 1});
        return then.answers[0].count == 1;
    } catch (const Failure& failure) {
        if (failure.kind() != ErrorKind::conflict) throw;
        return false;
    }
}

/// A stranger's value may be anything.
std::string shown(std::string value) {
    if (value.size() > max_told) value.resize(max_told);
    for (auto& c : value) {
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) c = '?';
    }
    return value;
}

/// The contenders before ours.
class Before {
public:
    Before(const QueuedKey& key, bool for_proof) : key_(key), for_proof_(for_proof) {}

    /// Whether the contenders differ from the last time.
    bool read(const std::vector<KeyValue>& queue) {
        std::vector<LockHolder> holders;
        const auto now = model::system_now();
        for (const auto& kv : queue) {
            if (kv.create_revision >= key_.revision()) continue;
            const auto known = std::find_if(holders_.begin(), holders_.end(), [&](const LockHolder& one) {
                return one.created_in == kv.create_revision;
            });
            if (known != holders_.end()) {
                holders.push_back(*known);
                continue;
            }
            holders.push_back(
                {.node = kv.key.substr(key_.path().size() + 1),
                 .data = shown(kv.value),
                 .session_id = kv.lease,
                 .since = now,
                 .created_in = kv.create_revision,
                 .held_from_creation =
                     for_proof_ && held_from_creation(key_.session().gateway(), key_.path(), kv.create_revision)});
        }
        const bool changed = first_ || holders.size() != holders_.size();
        first_ = false;
        holders_ = std::move(holders);
        return changed;
    }
    [[nodiscard]] std::vector<LockHolder>& holders() { return holders_; }

private:
    const QueuedKey& key_;
    bool for_proof_;
    bool first_ = true;
    std::vector<LockHolder> holders_;
};

}  // namespace

LockAttempt acquire_lock(const std::shared_ptr<Session>& session, const LockPlace& place, model::Milliseconds wait,
                         const std::stop_token& stop, const LeakProof& leaked) {
    const auto until = Clock::now() + std::min<model::Milliseconds>(wait, 24h);
    auto key = std::make_unique<QueuedKey>(session, place.path, place.identity, stop);
    key->enter(until);
    Before before(*key, static_cast<bool>(leaked));
    for (;;) {
        const bool give_up = stop.stop_requested() || Clock::now() >= until;
        bool changed = false;
        bool lost = false;
        try {
            const auto queue = key->queue();
            lost = !key->stands_in(queue);
            changed = before.read(queue);
        } catch (const Failure& failure) {
            // Cut off while queueing: our key stays in place as long as our session lives.
            if (failure.kind() != ErrorKind::retry || give_up || !key->session_is_ours()) throw;
        }
        if (lost || !key->session_is_ours())
            throw Failure(ErrorKind::retry, "etcd: our key " + key->key() +
                                                " no longer exists: the session ended, or another client removed it");
        if (changed || give_up) {
            auto& holders = before.holders();
            const auto free = leaked ? std::find_if_not(holders.begin(), holders.end(), leaked) : holders.begin();
            if (free == holders.end()) {
                Passed passed;
                for (const auto& one : holders) passed.insert(one.created_in);
                auto lock = std::make_unique<EtcdLock>(std::move(key), std::move(passed), place.name_space);
                if (!lock->still_held())  // also renews the lease: the turn begins with its whole time
                    throw Failure(ErrorKind::retry, "etcd: the lock " + place.path + " was lost as soon as taken");
                return {std::move(lock), {}};
            }
            if (give_up) return {nullptr, *free};
        }
        base::sleep_for(std::min<Clock::duration>(until - Clock::now(), poll), stop);
    }
}

}  // namespace dsr::registry::etcd
