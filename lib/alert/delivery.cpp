// SPDX-License-Identifier: Apache-2.0
#include "alert/delivery.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <deque>

namespace dsr::alert {

namespace asio = boost::asio;

model::Milliseconds BackOff::after(int failures) const {
    const int doublings = std::clamp(failures - 1, 0, 30);
    return std::min<model::Milliseconds>(most, first * (1LL << doublings));
}

/// One channel: tries its waiting alerts one at a time on the sender's thread, with growing pauses after failures.
/// Everything except the try itself runs on the io_context's thread.
class Delivery::Sender {
public:
    Sender(Delivery& delivery, const std::string& name)
        : delivery_(delivery), log_(delivery.log_), name_(name), queue_(name, delivery.log_), pause_(delivery.io_) {}

    /// Replaces the channel; null: the channel was removed.
    void use(std::shared_ptr<AlertChannel> channel) {
        channel_ = std::move(channel);
        if (!channel_) return queue_.drop_all("the channel is no longer configured");
        // The cause of the failure may be fixed: do not wait for the end of the pause.
        failures_ = 0;
        pausing_ = false;
        pause_.cancel();
        go_on();
    }

    void take(const Alert& alert, model::Instant at) {
        // One that recurs also withdraws its resolved alert, which may wait behind the one that is being sent.
        const bool is_sent = sending_ && sent_key_ == alert.key && alert.recurs_after.empty();
        if (closed_ || !channel_ || is_sent || queue_.has(alert.key)) return;
        queue_.add(alert, at);
        go_on();
    }

    /// Starts no further try; drops waiting alerts, with a line in the log.
    void close() {
        closed_ = true;
        pause_.cancel();
        if (sending_) {
            log_.warn("an attempt to send an alert through {} is abandoned: this process ends", name_);
            queue_.count_dropped();
        }
        queue_.drop_all("this process ends");
    }

    [[nodiscard]] const model::ChannelCounts& counts() const { return queue_.counts(); }
    /// Whether nothing waits, or the channel failed this many times in a row, so that waiting is useless.
    [[nodiscard]] bool is_idle(int tries) const { return !sending_ && (queue_.empty() || failures_ >= tries); }

private:
    void go_on();
    void pause(std::chrono::steady_clock::duration time);
    void tried(AlertQueue::Item item, const std::string& failure);

    Delivery& delivery_;
    spdlog::logger& log_;
    std::string name_;
    AlertQueue queue_;
    asio::steady_timer pause_;
    std::shared_ptr<AlertChannel> channel_;
    std::string sent_key_;                                     ///< of the alert that is being sent
    std::deque<std::chrono::steady_clock::time_point> tries_;  ///< when, within the last window
    int failures_ = 0;                                         ///< consecutive
    bool sending_ = false;
    bool pausing_ = false;
    bool closed_ = false;
};

void Delivery::Sender::go_on() {
    if (sending_ || pausing_ || closed_ || !channel_ || queue_.empty()) return;
    const auto now = std::chrono::steady_clock::now();
    const auto& limits = delivery_.back_off_;
    while (!tries_.empty() && now - tries_.front() >= limits.window) tries_.pop_front();
    if (tries_.size() >= limits.most_in_window) return pause(tries_.front() + limits.window - now);
    tries_.push_back(now);
    sending_ = true;
    auto item = queue_.take_front();
    sent_key_ = item.alert.key;
    asio::post(delivery_.thread_, [this, channel = channel_, item = std::move(item)]() mutable {
        const auto failure = try_to_send(*channel, item.alert, item.at);
        asio::post(delivery_.io_, [this, item = std::move(item), failure] { tried(item, failure); });
    });
}

void Delivery::Sender::pause(std::chrono::steady_clock::duration time) {
    pausing_ = true;
    pause_.expires_after(time);
    pause_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        pausing_ = false;
        go_on();
    });
}

void Delivery::Sender::tried(AlertQueue::Item item, const std::string& failure) {
    sending_ = false;
    if (queue_.count_try(failure)) {
        const auto place = channel_ && !channel_->place().empty() ? name_ + " (" + channel_->place() + ")" : name_;
        if (failure.empty()) {
            log_.info("alerts go through {} again, after {} failed attempts", place, failures_);
        } else {
            log_.warn("alerts cannot be sent through {} and are retried with growing pauses: {}", place, failure);
        }
    }
    if (failure.empty()) {
        failures_ = 0;
    } else {
        ++failures_;
        if (closed_) return;  // already counted when this was closed
        if (!channel_ || std::chrono::steady_clock::now() - item.taken >= delivery_.back_off_.give_up) {
            log_.warn("alert '{}' is dropped: {} did not accept it", item.alert.title, name_);
            queue_.count_dropped();
        } else {
            queue_.put_back_last(std::move(item));  // so that a refused alert does not block the others
        }
        pause(delivery_.back_off_.after(failures_));
    }
    go_on();
    delivery_.look_whether_finished();
}

Delivery::Delivery(asio::io_context& io, spdlog::logger& log, BackOff back_off)
    : io_(io), log_(log), back_off_(back_off), timeout_(io) {}

Delivery::~Delivery() {
    if (!abandon_.stop_requested()) {
        for (const auto& [name, sender] : senders_) sender->close();
    }
    abandon_.request_stop();
    thread_.stop();
    thread_.join();
}

void Delivery::use(const std::vector<std::shared_ptr<AlertChannel>>& channels) {
    for (const auto& channel : channels) {
        auto& sender = senders_[channel->name()];
        if (!sender) sender = std::make_unique<Sender>(*this, channel->name());
        sender->use(channel);
    }
    for (const auto& [name, sender] : senders_) {
        const bool stays =
            std::ranges::any_of(channels, [&name = name](const auto& channel) { return channel->name() == name; });
        if (!stays) sender->use(nullptr);
    }
}

void Delivery::enqueue_alert(const std::string& channel, const Alert& alert, model::Instant at) {
    asio::post(io_, [this, channel, alert, at] {
        const auto sender = senders_.find(channel);
        if (sender != senders_.end()) sender->second->take(alert, at);
    });
}

std::vector<model::ChannelCounts> Delivery::counts(std::vector<model::ChannelCounts> of_report) const {
    for (auto& counts : of_report) {
        const auto sender = senders_.find(counts.name);
        if (sender != senders_.end()) counts = sender->second->counts();
    }
    return of_report;
}

void Delivery::finish(int tries, model::Milliseconds timeout, std::function<void()> done) {
    if (done_) return;
    done_ = std::move(done);
    tries_ = tries;
    timeout_.expires_after(timeout);
    timeout_.async_wait([this](const boost::system::error_code& error) {
        if (!error) end();
    });
    look_whether_finished();
}

void Delivery::look_whether_finished() {
    if (!done_) return;
    if (std::ranges::all_of(senders_, [this](const auto& entry) { return entry.second->is_idle(tries_); })) end();
}

void Delivery::end() {
    if (!done_ || abandon_.stop_requested()) return;
    abandon_.request_stop();
    timeout_.cancel();
    for (const auto& [name, sender] : senders_) sender->close();
    done_();
}

}  // namespace dsr::alert
