// SPDX-License-Identifier: Apache-2.0
// Sends alerts out of the cluster without delaying a sweep: one queue per channel on the io_context, and one sender
// thread. A thread with blocking transfers instead of libcurl's multi interface, because a transfer may then block
// anywhere (name resolution, TLS) and needs no socket bookkeeping.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "alert/queue.hpp"

namespace dsr::alert {

/// The pauses between failed tries: first, doubled each time, up to most; the age at which an alert is given up; and
/// how many alerts one channel sends within `window`, because chat services accept 20 a minute and then nothing for a
/// while.
struct BackOff {
    model::Milliseconds first{1'000};
    model::Milliseconds most{std::chrono::minutes{5}};
    model::Milliseconds give_up{std::chrono::hours{24}};
    std::size_t most_in_window = 20;
    model::Milliseconds window{std::chrono::minutes{1}};

    /// The pause after this number of consecutive failed tries, from 1. Pure.
    [[nodiscard]] model::Milliseconds after(int failures) const;
};

/// Lives on the io_context's thread, except `enqueue_alert`. Counts and queues live as long as it does, over every
/// reload.
class Delivery {
public:
    Delivery(boost::asio::io_context& io, spdlog::logger& log, BackOff back_off = {});
    /// Cancels the current transfer and waits for the sender thread. The io_context must not run any more.
    ~Delivery();
    Delivery(const Delivery&) = delete;
    Delivery& operator=(const Delivery&) = delete;

    /// Stops when the current transfer must be cancelled; for the channels.
    [[nodiscard]] std::stop_token abandoned() const { return abandon_.get_token(); }

    /// Replaces the channels. Waiting alerts go to the new channel of the same name; those of a removed channel are
    /// dropped.
    void use(const std::vector<std::shared_ptr<AlertChannel>>& channels);

    /// From any thread; returns at once. `at`: when it happened. Ignored if an alert with the same key waits.
    void enqueue_alert(const std::string& channel, const Alert& alert, model::Instant at);

    /// For every channel of a report: replaces the counts of alerts that were only queued with those of its own queue.
    [[nodiscard]] std::vector<model::ChannelCounts> counts(std::vector<model::ChannelCounts> of_report) const;

    /// Before shutdown: limits further tries to this number and this time, then drops the rest and calls `done` once
    /// (inside this call if nothing waits).
    void finish(int tries, model::Milliseconds timeout, std::function<void()> done);

private:
    class Sender;
    void look_whether_finished();
    void end();

    boost::asio::io_context& io_;
    spdlog::logger& log_;
    BackOff back_off_;
    std::stop_source abandon_;
    boost::asio::steady_timer timeout_;
    std::function<void()> done_;
    int tries_ = 0;
    std::map<std::string, std::unique_ptr<Sender>, std::less<>> senders_;
    boost::asio::thread_pool thread_{1};  ///< joined before the senders are destroyed
};

/// The sweep's side of a channel outside the cluster: accepts every alert at once.
class QueuedChannel final : public AlertChannel {
public:
    /// delivery must outlive this.
    QueuedChannel(Delivery& delivery, std::string channel) : delivery_(delivery), channel_(std::move(channel)) {}
    [[nodiscard]] std::string name() const override { return channel_; }
    void send(const Alert& alert, model::Instant now) override { delivery_.enqueue_alert(channel_, alert, now); }

private:
    Delivery& delivery_;
    std::string channel_;
};

}  // namespace dsr::alert
