// SPDX-License-Identifier: Apache-2.0
// The waiting alerts of one channel outside the cluster, and their tries: one at a time on the sender's thread, with
// growing pauses after failures. Everything except the try itself runs on the io_context's thread.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <deque>
#include <functional>
#include <memory>

#include "alert/alert_channel.hpp"
#include "model/channel_counts.hpp"

namespace dsr::alert {

/// The pauses between failed tries: first, doubled each time, up to most; and the age at which an alert is given up.
struct BackOff {
    model::Milliseconds first{1'000};
    model::Milliseconds most{std::chrono::minutes{5}};
    model::Milliseconds give_up{std::chrono::hours{24}};

    /// The pause after this number of consecutive failed tries, from 1. Pure.
    [[nodiscard]] model::Milliseconds after(int failures) const;
};

class Outbox {
public:
    /// Beyond this number the oldest alert is dropped, with a line in the log.
    static constexpr std::size_t max_waiting = 100;

    /// `on_try_ended` is called on the io_context's thread after each try. All references must outlive the outbox, and
    /// the sender must end before it.
    Outbox(boost::asio::io_context& io, boost::asio::thread_pool& sender, spdlog::logger& log, std::string name,
           BackOff back_off, std::function<void()> on_try_ended);

    /// Replaces the channel; null: the channel was removed, and waiting alerts are dropped.
    void use(std::shared_ptr<AlertChannel> channel);
    /// `at`: when it happened. Ignored if an alert with the same key waits.
    void take(const Alert& alert, model::Instant at);
    /// Starts no further try; drops waiting alerts, with a line in the log.
    void close();

    [[nodiscard]] const model::ChannelCounts& counts() const { return counts_; }
    /// Whether nothing waits, or the channel failed this many times in a row, so that waiting is useless.
    [[nodiscard]] bool is_idle(int tries) const;

private:
    struct Item {
        Alert alert;
        model::Instant at;
        std::chrono::steady_clock::time_point taken;
    };
    void go_on();
    void tried(Item item, const std::string& why);
    void note_error(const std::string& why);
    void drop_all(const std::string& why);

    boost::asio::io_context& io_;
    boost::asio::thread_pool& sender_;
    spdlog::logger& log_;
    BackOff back_off_;
    std::function<void()> on_try_ended_;
    boost::asio::steady_timer pause_;
    std::shared_ptr<AlertChannel> channel_;
    std::deque<Item> waiting_;
    std::string carried_;     ///< the key of the alert that is being sent
    std::string last_error_;  ///< the last failure, as it was logged; empty after a success
    int failures_ = 0;        ///< consecutive
    bool carrying_ = false;
    bool pausing_ = false;
    bool closed_ = false;
    model::ChannelCounts counts_;
};

}  // namespace dsr::alert
