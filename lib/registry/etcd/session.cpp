// SPDX-License-Identifier: Apache-2.0
#include "registry/etcd/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "model/failure.hpp"

namespace dsr::registry::etcd {

using model::ErrorKind;
using model::Failure;
using namespace std::chrono_literals;

namespace {

constexpr auto tick = 1s;

/// The keep-alive must not wait long for one member: there may be others, and the lease ends.
GatewayOptions in_background(GatewayOptions options, model::Milliseconds ttl) {
    options.time_limit = std::clamp<model::Milliseconds>(ttl / 6, 500ms, 2s);
    return options;
}

}  // namespace

Session::Session(SessionOptions options, Log log, std::function<void()> on_change, std::stop_token shutdown)
    : options_(std::move(options)),
      log_(std::move(log)),
      on_change_(std::move(on_change)),
      gateway_(options_.gateway, shutdown),
      background_(in_background(options_.gateway, options_.ttl), std::move(shutdown)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Session::~Session() {
    thread_.request_stop();
    wake_.notify_all();
    thread_.join();
    try {
        if (lease_ != 0) gateway_.revoke(lease_);
    } catch (const std::exception&) {
        // It ends by itself.
    }
}

void Session::connect() {
    if (id() != 0) return;
    const auto sent = Clock::now();
    const auto lease = gateway_.grant(std::chrono::ceil<std::chrono::seconds>(options_.ttl).count());
    {
        const std::lock_guard lock(mutex_);
        lease_ = lease.id;
        granted_ = std::chrono::seconds{lease.ttl_s};
        lives_until_ = sent + granted_;
        gone_ = cut_off_ = false;
    }
    told_cut_off_ = false;
    wake_.notify_all();
    say(LogLevel::info, fmt::format("etcd at {}: session {:x} established, {} without contact end it",
                                    gateway_.member(), lease.id, model::human(granted_)));
    tell(model::RegistryLink::established);
}

bool Session::renew(Gateway& gateway) {
    std::int64_t lease = 0;
    {
        const std::lock_guard lock(mutex_);
        if (lease_ == 0 || gone_ || Clock::now() >= lives_until_) return false;
        lease = lease_;
    }
    const auto sent = Clock::now();
    const auto answer = gateway.keep_alive(lease);
    const std::lock_guard lock(mutex_);
    if (lease_ != lease) return false;
    cut_off_ = false;
    gone_ |= answer.ttl_s <= 0;
    if (!gone_)
        lives_until_ =
            std::max(lives_until_, sent + std::min<Clock::duration>(granted_, std::chrono::seconds{answer.ttl_s}));
    return !gone_;
}

bool Session::renew() noexcept {
    try {
        return renew(gateway_);
    } catch (const std::exception&) {
        return false;
    }
}

std::int64_t Session::id() {
    std::string why;
    bool cut_off = false;
    {
        const std::lock_guard lock(mutex_);
        if (lease_ == 0) return 0;
        cut_off = cut_off_;
        if (gone_)
            why = "its lease is gone";
        else if (Clock::now() >= lives_until_)
            why = "no keep-alive was answered in time";
    }
    if (!why.empty()) {
        end(why);
        return 0;
    }
    if (cut_off != told_cut_off_) {
        told_cut_off_ = cut_off;
        tell(cut_off ? model::RegistryLink::cut_off : model::RegistryLink::reconnected);
    }
    const std::lock_guard lock(mutex_);
    return lease_;
}

model::Milliseconds Session::granted() {
    if (id() == 0) return model::Milliseconds{0};
    const std::lock_guard lock(mutex_);
    return granted_;
}

void Session::abandon(const std::string& why) {
    if (id() == 0) return;
    end(why);
}

void Session::end(const std::string& why) {
    std::int64_t ended = 0;
    {
        const std::lock_guard lock(mutex_);
        ended = std::exchange(lease_, 0);
        granted_ = model::Milliseconds{0};
    }
    say(LogLevel::warning, fmt::format("etcd: session {:x} ended: {}", ended, why));
    tell(model::RegistryLink::ended);
}

void Session::see_masters(const Listing& listing) {
    const std::lock_guard lock(mutex_);
    (void)masters_.see(listing);
}

Sightings::Times Session::times(const Listed& key, model::Instant answered) {
    const std::lock_guard lock(mutex_);
    return masters_.times(key, answered);
}

void Session::see_line(std::vector<Listed> keys) {
    const std::lock_guard lock(mutex_);
    line_ = std::move(keys);
}

void Session::expect_change() {
    const std::lock_guard lock(mutex_);
    expecting_ = true;
}

void Session::run(const std::stop_token& stop) {
    auto renewed = Clock::now();
    bool failing = false;
    for (;;) {
        model::Milliseconds granted{0};
        std::int64_t lease = 0;
        {
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, stop, tick, [] { return false; });
            if (stop.stop_requested()) return;
            if (lease_ == 0 || gone_) continue;
            granted = granted_;
            lease = lease_;
        }
        try {
            if (failing || Clock::now() - renewed >= granted / 3 - tick) {
                failing = true;  // until it is answered
                renewed = Clock::now();
                (void)renew(background_);
                failing = false;
            }
            look();
        } catch (const std::exception&) {
            // The sweep's own calls report what is wrong.
            const std::lock_guard lock(mutex_);
            cut_off_ |= failing && lease_ == lease;  // a lease granted meanwhile was not asked for
        }
    }
}

void Session::look() {
    Listing listing;
    listing.asked = model::system_now();
    const auto answer =
        background_.read({{.key = options_.masters, .range_end = prefix_end(options_.masters), .keys_only = true},
                          {.key = options_.line, .range_end = prefix_end(options_.line), .keys_only = true}});
    listing.answered = model::system_now();
    listing.revision = answer.header.revision;
    listing.keys = listed(answer.answers[0]);
    auto line = listed(answer.answers[1]);
    bool tell_now = false;
    {
        const std::lock_guard lock(mutex_);
        const bool masters_changed = masters_.see(listing);
        const bool line_changed = line != line_;
        line_ = std::move(line);
        tell_now = expecting_ && (masters_changed || line_changed);
        if (tell_now) expecting_ = false;
    }
    if (tell_now && on_change_) on_change_();
}

void Session::tell(model::RegistryLink link) const {
    if (options_.on_link) options_.on_link(link);
}

void Session::say(LogLevel level, const std::string& text) const {
    if (log_) log_(level, text);
}

}  // namespace dsr::registry::etcd
