// SPDX-License-Identifier: Apache-2.0
// Work for the sweep's thread, which alone may use the database, with a waiting caller. One job at a time, and only
// while no sweep is due, so that a sweep waits for one job at most; the queue is short, and the waiting time limited.
// Changes go first and have places of their own, so that questions cannot block a pause. Lives on the io_context's
// thread.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "http/message.hpp"

namespace dsr::api {

class SweepThreadQueue {
public:
    using Clock = std::chrono::steady_clock;
    using Work = std::function<http::Response()>;

    enum class Kind {
        question,
        shared_question,  ///< a long one: callers that ask while one waits in the queue get its answer
        change,           ///< before all questions
    };

    struct Dependencies {
        std::function<void(std::function<void()>)> post;             ///< to the sweep's thread
        std::function<std::optional<Clock::time_point>()> sweeping;  ///< since when a sweep runs
    };
    struct Bounds {
        std::size_t queue = 8;                      ///< waiting questions, and as many changes
        std::chrono::milliseconds timeout{10'000};  ///< during a sweep, in the queue, and for the job itself
    };

    SweepThreadQueue(boost::asio::io_context& io, spdlog::logger& log, Dependencies dependencies, Bounds bounds);

    /// `work` runs on the sweep's thread, or never if it was answered before. Its exception becomes the answer: Refusal
    /// its own, model::Failure 503, anything else 500.
    void run(Work work, const http::Respond& respond, Kind kind = Kind::question);
    /// Call it after each sweep, before the next begins.
    void sweep_ended() { next(); }
    /// Answers all waiting callers; no further job starts.
    void stop();

private:
    struct Job {
        Work work;
        std::vector<http::Respond> respond;  ///< empty once answered
        Clock::time_point deadline;
        Kind kind;

        void answer(const http::Response& response);
    };
    using Queue = std::deque<Job>;

    void next();
    void watch();
    void give_up();
    void give_up(Queue& queue, Clock::time_point now);
    [[nodiscard]] bool join(const http::Respond& respond);
    [[nodiscard]] bool sweep_takes_long() const;

    boost::asio::io_context& io_;
    spdlog::logger& log_;
    Dependencies dependencies_;
    Bounds bounds_;
    boost::asio::steady_timer timer_;
    bool watching_ = false;
    bool stopped_ = false;
    Queue changes_;
    Queue questions_;
    std::shared_ptr<Job> running_;
};

}  // namespace dsr::api
