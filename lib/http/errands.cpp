// SPDX-License-Identifier: Apache-2.0
#include "http/errands.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "http/refusal.hpp"
#include "model/failure.hpp"

namespace dsr::http {

namespace asio = boost::asio;

namespace {

constexpr std::string_view sweep_busy =
    "a sweep takes long, and what you ask for needs the database session that it uses";

Response outcome_of(const Errands::Work& work, spdlog::logger& log) {
    try {
        return work();
    } catch (const Refusal& refusal) {
        return error(refusal.status(), refusal.what());
    } catch (const model::Failure& failure) {
        return unavailable(failure.what(), 10);
    } catch (const std::exception& fault) {
        log.error("a fault of this program, please report it: {}", fault.what());
        return error(500, "a fault of the daemon; its log says more");
    }
}

}  // namespace

Errands::Errands(asio::io_context& io, spdlog::logger& log, Surroundings around, Bounds bounds)
    : io_(io), log_(log), around_(std::move(around)), bounds_(bounds), timer_(io) {}

void Errands::run(Work work, const Respond& respond) {
    if (stopped_) return respond(unavailable("the daemon is stopping", 10));
    if (sweep_takes_long()) return respond(unavailable(sweep_busy, 10));
    if (queue_.size() >= bounds_.queue) return respond(unavailable("too many ask at once", 5));
    queue_.push_back({std::move(work), respond, Clock::now() + bounds_.patience});
    next();
    watch();
}

void Errands::next() {
    if (running_ || stopped_ || queue_.empty() || around_.sweeping()) return;
    running_ = std::make_shared<Errand>(std::move(queue_.front()));
    queue_.pop_front();
    running_->deadline = Clock::now() + bounds_.patience;
    around_.post([this, errand = running_] {
        auto response = std::make_shared<Response>(outcome_of(errand->work, log_));
        asio::post(io_, [this, errand, response] {
            if (const auto respond = std::exchange(errand->respond, nullptr)) respond(std::move(*response));
            running_.reset();
            next();
        });
    });
}

void Errands::watch() {
    if (watching_ || stopped_ || (queue_.empty() && !running_)) return;
    watching_ = true;
    timer_.expires_after(std::min<std::chrono::milliseconds>(std::chrono::milliseconds{250}, bounds_.patience));
    timer_.async_wait([this](const boost::system::error_code& failed) {
        if (failed) return;
        watching_ = false;
        give_up();
        watch();
    });
}

void Errands::give_up() {
    const auto now = Clock::now();
    const bool long_sweep = sweep_takes_long();
    while (!queue_.empty() && (long_sweep || queue_.front().deadline <= now)) {
        const auto respond = std::move(queue_.front().respond);
        queue_.pop_front();
        respond(unavailable(long_sweep ? sweep_busy : "others were served first, for too long", 10));
    }
    if (running_ && running_->respond && running_->deadline <= now) {
        // It goes on: whether a change was written, its row in the journal tells.
        std::exchange(running_->respond, nullptr)(
            unavailable("the database did not answer in time; whether a change was made, the journal tells", 10));
    }
}

void Errands::stop() {
    stopped_ = true;
    timer_.cancel();
    while (!queue_.empty()) {
        const auto respond = std::move(queue_.front().respond);
        queue_.pop_front();
        respond(unavailable("the daemon is stopping", 10));
    }
}

bool Errands::sweep_takes_long() const {
    const auto since = around_.sweeping();
    return since && Clock::now() - *since >= bounds_.patience;
}

}  // namespace dsr::http
