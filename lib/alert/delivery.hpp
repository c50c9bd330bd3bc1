// SPDX-License-Identifier: Apache-2.0
// Brings alerts out of the cluster without ever holding up a sweep: one outbox a channel on the io_context, and one
// thread that carries them. A thread with blocking transfers, rather than libcurl's multi interface on the io_context,
// because a try may then block wherever it likes (names, TLS) and no socket bookkeeping of libcurl's is ours.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "alert/alert_channel.hpp"
#include "alert/outbox.hpp"
#include "model/channel_counts.hpp"

namespace dsr::alert {

/// Lives on the io_context's thread, but for `enqueue_alert`. Counts and queues live as long as it does, over every
/// reload.
class Delivery {
public:
    Delivery(boost::asio::io_context& io, spdlog::logger& log, BackOff back_off = {});
    /// Gives up what is under way and waits for its thread. The io_context does not run any more.
    ~Delivery();
    Delivery(const Delivery&) = delete;
    Delivery& operator=(const Delivery&) = delete;

    /// Asked for when what is under way is to be given up; for the channels.
    [[nodiscard]] std::stop_token abandoned() const { return abandon_.get_token(); }

    /// These channels from now on. What waits for one of the same name goes to the new one.
    void use(const std::vector<std::shared_ptr<AlertChannel>>& channels);

    /// From any thread; returns at once.
    void enqueue_alert(const std::string& channel, const Alert& alert, model::Instant at);

    /// Of every channel of a report, those of its own outboxes in place of what was merely handed over to them.
    [[nodiscard]] std::vector<model::ChannelCounts> counts(std::vector<model::ChannelCounts> of_report) const;

    /// Before the end: lets what waits be tried, so often or for so long at most, then drops the rest and calls `done`
    /// (at once, inside this call, when nothing waits). Once.
    void finish(int tries, model::Milliseconds timeout, std::function<void()> done);

private:
    void look_whether_finished();
    void end();

    boost::asio::io_context& io_;
    spdlog::logger& log_;
    BackOff back_off_;
    std::stop_source abandon_;
    boost::asio::steady_timer timeout_;
    std::function<void()> done_;
    int tries_ = 0;
    std::map<std::string, std::unique_ptr<Outbox>, std::less<>> outboxes_;
    boost::asio::thread_pool sender_{1};  ///< joined before the outboxes go
};

/// The sweep's end of an outbox: takes every alert at once.
class QueuedChannel final : public AlertChannel {
public:
    /// delivery outlives this.
    QueuedChannel(Delivery& delivery, std::string channel) : delivery_(delivery), channel_(std::move(channel)) {}
    [[nodiscard]] std::string name() const override { return channel_; }
    void send(const Alert& alert, model::Instant now) override { delivery_.enqueue_alert(channel_, alert, now); }

private:
    Delivery& delivery_;
    std::string channel_;
};

}  // namespace dsr::alert
