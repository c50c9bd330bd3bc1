// SPDX-License-Identifier: Apache-2.0
#include "registry/etcd/leader.hpp"

#include <algorithm>
#include <utility>

#include "model/failure.hpp"

namespace dsr::registry::etcd {

using model::ErrorKind;
using model::Failure;
using namespace std::chrono_literals;

namespace {

constexpr auto enter_wait = 10s;

}  // namespace

Leader::Leader(std::shared_ptr<Session> session, std::string path, std::string identity, std::stop_token stop)
    : session_(std::move(session)), path_(std::move(path)), identity_(std::move(identity)), stop_(std::move(stop)) {}

Leadership Leader::lead() {
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (key_ && !key_->session_is_ours()) key_.reset();
        if (!key_) {
            auto key = std::make_unique<QueuedKey>(session_, path_, identity_, stop_);
            key->enter(Session::Clock::now() + enter_wait);
            key_ = std::move(key);
        }
        const auto line = read_line();
        if (key_->stands_in(line) && key_->session_is_ours()) {
            session_->expect_change();
            return told(line);
        }
        key_.reset();  // its session ended meanwhile, or another client removed it
    }
    throw Failure(ErrorKind::retry, "etcd: our key below " + path_ + " is removed repeatedly from the leader queue");
}

Leadership Leader::look() {
    session_->connect();
    return told(read_line());
}

std::vector<KeyValue> Leader::read_line() {
    const auto prefix = path_ + "/";
    auto answer = session_->gateway().range({.key = prefix, .range_end = prefix_end(prefix)});
    session_->see_line(listed(answer.answers[0]));
    auto line = std::move(answer.answers[0].found);
    std::ranges::sort(line, {}, &KeyValue::create_revision);
    return line;
}

Leadership Leader::told(const std::vector<KeyValue>& line) const {
    Leadership leadership;
    for (const auto& one : line) leadership.replicas.push_back(one.value);
    if (line.empty()) return leadership;
    leadership.leader = line.front().value;
    leadership.leads = key_ && key_->session_is_ours() && line.front().key == key_->key() &&
                       line.front().create_revision == key_->revision();
    return leadership;
}

}  // namespace dsr::registry::etcd
