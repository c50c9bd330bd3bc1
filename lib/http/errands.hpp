// SPDX-License-Identifier: Apache-2.0
// Work for the sweep's thread that somebody waits for: it alone may use the database. One errand at a time, and only
// while no sweep is due, so that a sweep waits for one errand at most; few in the queue, and none waits long. Lives on
// the io_context's thread.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "http/message.hpp"

namespace dsr::http {

class Errands {
public:
    using Clock = std::chrono::steady_clock;
    using Work = std::function<Response()>;

    struct Surroundings {
        std::function<void(std::function<void()>)> post;             ///< to the sweep's thread
        std::function<std::optional<Clock::time_point>()> sweeping;  ///< since when a sweep runs
    };
    struct Bounds {
        std::size_t queue = 8;
        std::chrono::milliseconds patience{10'000};  ///< with a sweep, in the queue, and for the errand itself
    };

    Errands(boost::asio::io_context& io, spdlog::logger& log, Surroundings around, Bounds bounds);

    /// `work` runs on the sweep's thread, or never when this is answered before. What it throws becomes the answer:
    /// Refusal its own, model::Failure 503, anything else 500.
    void run(Work work, const Respond& respond);
    /// To be called behind each sweep, before the next begins.
    void sweep_ended() { next(); }
    /// Answers whoever waits; nothing further begins.
    void stop();

private:
    struct Errand {
        Work work;
        Respond respond;
        Clock::time_point deadline;
    };

    void next();
    void watch();
    void give_up();
    [[nodiscard]] bool sweep_takes_long() const;

    boost::asio::io_context& io_;
    spdlog::logger& log_;
    Surroundings around_;
    Bounds bounds_;
    boost::asio::steady_timer timer_;
    bool watching_ = false;
    bool stopped_ = false;
    std::deque<Errand> queue_;
    std::shared_ptr<Errand> running_;
};

}  // namespace dsr::http
