// SPDX-License-Identifier: Apache-2.0
// The alerts that wait for one channel outside the cluster, and their tries: one at a time on the sender's thread,
// with pauses that grow while it fails. Everything but the try itself happens on the io_context's thread.
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

/// The pauses between failed tries: first, twice that, and so on up to most; and when an alert is given up, for by then
/// it would only puzzle.
struct BackOff {
    model::Milliseconds first{1'000};
    model::Milliseconds most{std::chrono::minutes{5}};
    model::Milliseconds give_up{std::chrono::hours{24}};

    /// After so many failed tries in a row, from 1. Pure.
    [[nodiscard]] model::Milliseconds after(int failures) const;
};

class Outbox {
public:
    /// Beyond it the oldest goes, with a line in the log.
    static constexpr std::size_t max_waiting = 100;

    /// `on_try_ended` is called on the io_context's thread after each try. All references outlive the outbox, and the
    /// sender ends before it.
    Outbox(boost::asio::io_context& io, boost::asio::thread_pool& sender, spdlog::logger& log, std::string name,
           BackOff back_off, std::function<void()> on_try_ended);

    /// The channel from now on; null: there is none any more, and what waits is dropped.
    void use(std::shared_ptr<AlertChannel> channel);
    /// `at`: when it happened. One whose key waits already is not taken twice.
    void take(const Alert& alert, model::Instant at);
    /// No further try begins; what waits is dropped, with a line in the log.
    void close();

    [[nodiscard]] const model::ChannelCounts& counts() const { return counts_; }
    /// Whether nothing waits, or the channel failed so many times in a row that this is not to be waited for.
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
    std::string carried_;     ///< the key of the alert that is being tried
    std::string last_error_;  ///< why the last try failed, as it was logged; empty after one that went through
    int failures_ = 0;        ///< in a row
    bool carrying_ = false;
    bool pausing_ = false;
    bool closed_ = false;
    model::ChannelCounts counts_;
};

}  // namespace dsr::alert
