// SPDX-License-Identifier: Apache-2.0
#include "api/sweep_thread_queue.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "model/failure.hpp"

namespace dsr::api {

using http::Respond;
using http::Response;
using http::unavailable;

namespace asio = boost::asio;

namespace {

constexpr std::string_view sweep_busy =
    "a sweep is still running and uses the database session that this request needs";

Response outcome_of(const SweepThreadQueue::Work& work, spdlog::logger& log) {
    try {
        return work();
    } catch (const http::Refusal& refusal) {
        return http::error(refusal.status(), refusal.what());
    } catch (const model::Failure& failure) {
        return unavailable(failure.what(), 10);
    } catch (const std::exception& fault) {
        log.error("internal error; please report it: {}", fault.what());
        return http::error(500, "internal error; see the log of the daemon");
    }
}

}  // namespace

SweepThreadQueue::SweepThreadQueue(asio::io_context& io, spdlog::logger& log, Dependencies dependencies, Bounds bounds)
    : io_(io), log_(log), dependencies_(std::move(dependencies)), bounds_(bounds), timer_(io) {}

void SweepThreadQueue::Job::answer(const Response& response) {
    for (const auto& one : std::exchange(respond, {})) one(response);
}

void SweepThreadQueue::run(Work work, const Respond& respond, Kind kind) {
    if (stopped_) return respond(unavailable("the daemon is stopping", 10));
    if (sweep_takes_long()) return respond(unavailable(sweep_busy, 10));
    if (kind == Kind::shared_question && join(respond)) return;
    auto& queue = kind == Kind::change ? changes_ : questions_;
    if (queue.size() >= bounds_.queue) return respond(unavailable("too many requests at once", 5));
    queue.push_back({std::move(work), {respond}, Clock::now() + bounds_.timeout, kind});
    next();
    watch();
}

bool SweepThreadQueue::join(const Respond& respond) {
    const auto waiting =
        std::ranges::find_if(questions_, [](const Job& job) { return job.kind == Kind::shared_question; });
    if (waiting == questions_.end()) return false;
    waiting->respond.push_back(respond);
    return true;
}

void SweepThreadQueue::next() {
    auto& queue = changes_.empty() ? questions_ : changes_;
    if (running_ || stopped_ || queue.empty() || dependencies_.sweeping()) return;
    running_ = std::make_shared<Job>(std::move(queue.front()));
    queue.pop_front();
    running_->deadline = Clock::now() + bounds_.timeout;
    dependencies_.post([this, job = running_] {
        auto response = std::make_shared<Response>(outcome_of(job->work, log_));
        asio::post(io_, [this, job, response] {
            job->answer(*response);
            running_.reset();
            next();
        });
    });
}

void SweepThreadQueue::watch() {
    if (watching_ || stopped_ || (changes_.empty() && questions_.empty() && !running_)) return;
    watching_ = true;
    timer_.expires_after(std::min<std::chrono::milliseconds>(std::chrono::milliseconds{250}, bounds_.timeout));
    timer_.async_wait([this](const boost::system::error_code& failed) {
        if (failed) return;
        watching_ = false;
        give_up();
        watch();
    });
}

void SweepThreadQueue::give_up() {
    const auto now = Clock::now();
    give_up(changes_, now);
    give_up(questions_, now);
    // The job continues: its row in the journal shows whether a change was written.
    if (running_ && running_->deadline <= now)
        running_->answer(
            unavailable("the database did not answer in time; the journal shows whether a change was made", 10));
}

void SweepThreadQueue::give_up(Queue& queue, Clock::time_point now) {
    const bool long_sweep = sweep_takes_long();
    while (!queue.empty() && (long_sweep || queue.front().deadline <= now)) {
        auto job = std::move(queue.front());
        queue.pop_front();
        job.answer(unavailable(long_sweep ? sweep_busy : "the request waited too long for others", 10));
    }
}

void SweepThreadQueue::stop() {
    stopped_ = true;
    timer_.cancel();
    for (auto* queue : {&changes_, &questions_}) {
        for (auto& job : std::exchange(*queue, {})) job.answer(unavailable("the daemon is stopping", 10));
    }
}

bool SweepThreadQueue::sweep_takes_long() const {
    const auto since = dependencies_.sweeping();
    return since && Clock::now() - *since >= bounds_.timeout;
}

}  // namespace dsr::api
