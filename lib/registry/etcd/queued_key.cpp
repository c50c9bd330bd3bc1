// SPDX-License-Identifier: Apache-2.0
#include "registry/etcd/queued_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "base/sleep.hpp"
#include "model/failure.hpp"

namespace dsr::registry::etcd {

using model::ErrorKind;
using model::Failure;
using Clock = Session::Clock;
using namespace std::chrono_literals;

namespace {

constexpr auto leave_wait = 8s;  // then the session is given up, and etcd removes the key
constexpr auto between_attempts = 100ms;

}  // namespace

QueuedKey::QueuedKey(std::shared_ptr<Session> session, std::string path, std::string value, std::stop_token stop)
    : session_(std::move(session)), path_(std::move(path)), value_(std::move(value)), stop_(std::move(stop)) {}

QueuedKey::~QueuedKey() {
    leave();
}

void QueuedKey::enter(Clock::time_point until) {
    for (int attempt = 0; revision_ == 0; ++attempt) {
        session_->connect();
        if (key_.empty() || !session_is_ours()) {
            // A key of an earlier session, if any, goes with it. Masters name the key after the lease; the number
            // tells several of ours in one queue apart.
            lease_ = session_->id();
            key_ = fmt::format("{}/{:x}-{}", path_, lease_, session_->next_number());
            maybe_there_ = false;
        }
        try {
            maybe_there_ = true;
            const auto answer = session_->gateway().txn({.when = {{key_, Compare::Target::create, 0}},
                                                         .then = {Put{key_, value_, lease_}},
                                                         .otherwise = {Range{.key = key_}}});
            if (answer.succeeded)
                revision_ = answer.header.revision;
            else if (!answer.answers[0].found.empty())
                revision_ = answer.answers[0].found[0].create_revision;  // put before; its answer was lost
        } catch (const Failure& failure) {
            if (failure.kind() == ErrorKind::conflict && attempt == 0) {
                maybe_there_ = false;
                session_->abandon(failure.what());  // the lease is gone; the next attempt begins a new session
                continue;
            }
            if (failure.kind() == ErrorKind::permanent) throw;
            if (failure.kind() != ErrorKind::unknown_outcome || stop_.stop_requested() || Clock::now() >= until)
                throw Failure(ErrorKind::retry, failure.what());
        }
    }
}

std::vector<KeyValue> QueuedKey::queue() const {
    const auto prefix = path_ + "/";
    auto answer = session_->gateway().range({.key = prefix, .range_end = prefix_end(prefix), .by_creation = true});
    return std::move(answer.answers[0].found);
}

bool QueuedKey::stands_in(const std::vector<KeyValue>& queue) const {
    return std::any_of(queue.begin(), queue.end(),
                       [&](const KeyValue& kv) { return kv.key == key_ && kv.create_revision == revision_; });
}

void QueuedKey::remove() {
    // Without a revision the put was never answered: the key is ours by its name alone.
    std::vector<Compare> when;
    if (revision_ != 0) when.push_back({key_, Compare::Target::create, revision_});
    (void)session_->gateway().txn({.when = std::move(when), .then = {Delete{key_}}});
}

void QueuedKey::leave() noexcept {
    if (!maybe_there_) return;
    std::string why = "the key could not be removed";
    try {
        const auto until = Clock::now() + leave_wait;
        do {
            if (!session_is_ours()) return;  // its session has ended, and the key with it
            try {
                return remove();
            } catch (const Failure& failure) {
                why = failure.what();
                if (failure.kind() == ErrorKind::permanent) break;
            }
            base::sleep_for(between_attempts, stop_);
        } while (!stop_.stop_requested() && Clock::now() < until);
        if (session_is_ours()) session_->abandon("its key below " + path_ + " must be removed; " + why);
    } catch (const std::exception&) {
        // Without memory nothing can be told; the lease is renewed until this process ends.
    }
}

}  // namespace dsr::registry::etcd
