// SPDX-License-Identifier: Apache-2.0
#include "alert/outbox.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>

namespace dsr::alert {

namespace asio = boost::asio;

model::Milliseconds BackOff::after(int failures) const {
    const int doublings = std::clamp(failures - 1, 0, 30);
    return std::min<model::Milliseconds>(most, first * (1LL << doublings));
}

Outbox::Outbox(asio::io_context& io, asio::thread_pool& sender, spdlog::logger& log, std::string name, BackOff back_off,
               std::function<void()> on_try_ended)
    : io_(io), sender_(sender), log_(log), back_off_(back_off), on_try_ended_(std::move(on_try_ended)), pause_(io) {
    counts_.name = std::move(name);
}

void Outbox::use(std::shared_ptr<AlertChannel> channel) {
    channel_ = std::move(channel);
    if (!channel_) return drop_all("the channel is not configured any more");
    // The cause of the failure may be fixed: do not wait for the end of the pause.
    failures_ = 0;
    pausing_ = false;
    pause_.cancel();
    go_on();
}

void Outbox::take(const Alert& alert, model::Instant at) {
    if (closed_ || !channel_) return;
    const bool known =
        (carrying_ && carried_ == alert.key) ||
        std::any_of(waiting_.begin(), waiting_.end(), [&](const Item& item) { return item.alert.key == alert.key; });
    if (known) return;
    waiting_.push_back({alert, at, std::chrono::steady_clock::now()});
    if (waiting_.size() > max_waiting) {
        log_.warn("alert '{}' is dropped: too many wait for {}", waiting_.front().alert.title, counts_.name);
        waiting_.pop_front();
        ++counts_.dropped;
    }
    go_on();
}

void Outbox::close() {
    closed_ = true;
    pause_.cancel();
    if (carrying_) {
        log_.warn("a try to tell an alert through {} is given up: this process ends", counts_.name);
        ++counts_.dropped;
    }
    drop_all("this process ends");
}

bool Outbox::is_idle(int tries) const {
    return (waiting_.empty() && !carrying_) || (failures_ >= tries && !carrying_);
}

void Outbox::go_on() {
    if (carrying_ || pausing_ || closed_ || !channel_ || waiting_.empty()) return;
    carrying_ = true;
    Item item = std::move(waiting_.front());
    waiting_.pop_front();
    carried_ = item.alert.key;
    asio::post(sender_, [this, channel = channel_, item = std::move(item)]() mutable {
        std::string why;
        try {
            channel->send(item.alert, item.at);
        } catch (const std::exception& error) {
            why = error.what();
            if (why.empty()) why = "it failed without a reason";
        }
        asio::post(io_, [this, item = std::move(item), why] { tried(item, why); });
    });
}

void Outbox::tried(Item item, const std::string& why) {
    carrying_ = false;
    note_error(why);
    if (why.empty()) {
        ++counts_.sent;
        failures_ = 0;
    } else {
        ++counts_.failed;
        ++failures_;
        if (closed_) return;  // already counted when the outbox closed
        if (!channel_ || std::chrono::steady_clock::now() - item.taken >= back_off_.give_up) {
            log_.warn("alert '{}' is given up: {} did not take it", item.alert.title, counts_.name);
            ++counts_.dropped;
        } else {
            waiting_.push_back(std::move(item));  // to the end, so that a refused alert does not block the others
        }
        pausing_ = true;
        pause_.expires_after(back_off_.after(failures_));
        pause_.async_wait([this](const boost::system::error_code& error) {
            if (error) return;
            pausing_ = false;
            go_on();
        });
    }
    go_on();
    on_try_ended_();
}

void Outbox::note_error(const std::string& why) {
    if (why == last_error_) return;
    const auto place =
        channel_ && !channel_->place().empty() ? counts_.name + " (" + channel_->place() + ")" : counts_.name;
    if (why.empty()) {
        log_.info("alerts go through {} again, after {} failed tries", place, failures_);
    } else {
        log_.warn("alerts cannot be told through {} and wait, to be tried again with growing pauses: {}", place, why);
    }
    last_error_ = why;
}

void Outbox::drop_all(const std::string& why) {
    if (waiting_.empty()) return;
    log_.warn("{} alert(s) for {} are dropped: {}; the first: '{}'", waiting_.size(), counts_.name, why,
              waiting_.front().alert.title);
    counts_.dropped += waiting_.size();
    waiting_.clear();
}

}  // namespace dsr::alert
