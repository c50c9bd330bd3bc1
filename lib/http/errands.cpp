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

void Errands::Errand::answer(const Response& response) {
    for (const auto& one : std::exchange(respond, {})) one(response);
}

void Errands::run(Work work, const Respond& respond, Kind kind) {
    if (stopped_) return respond(unavailable("the daemon is stopping", 10));
    if (sweep_takes_long()) return respond(unavailable(sweep_busy, 10));
    if (kind == Kind::shared_question && join(respond)) return;
    auto& queue = kind == Kind::change ? changes_ : questions_;
    if (queue.size() >= bounds_.queue) return respond(unavailable("too many ask at once", 5));
    queue.push_back({std::move(work), {respond}, Clock::now() + bounds_.patience, kind});
    next();
    watch();
}

bool Errands::join(const Respond& respond) {
    const auto waiting =
        std::ranges::find_if(questions_, [](const Errand& errand) { return errand.kind == Kind::shared_question; });
    if (waiting == questions_.end()) return false;
    waiting->respond.push_back(respond);
    return true;
}

void Errands::next() {
    auto& queue = changes_.empty() ? questions_ : changes_;
    if (running_ || stopped_ || queue.empty() || around_.sweeping()) return;
    running_ = std::make_shared<Errand>(std::move(queue.front()));
    queue.pop_front();
    running_->deadline = Clock::now() + bounds_.patience;
    around_.post([this, errand = running_] {
        auto response = std::make_shared<Response>(outcome_of(errand->work, log_));
        asio::post(io_, [this, errand, response] {
            errand->answer(*response);
            running_.reset();
            next();
        });
    });
}

void Errands::watch() {
    if (watching_ || stopped_ || (changes_.empty() && questions_.empty() && !running_)) return;
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
    give_up(changes_, now);
    give_up(questions_, now);
    // It goes on: whether a change was written, its row in the journal tells.
    if (running_ && running_->deadline <= now)
        running_->answer(
            unavailable("the database did not answer in time; whether a change was made, the journal tells", 10));
}

void Errands::give_up(Queue& queue, Clock::time_point now) {
    const bool long_sweep = sweep_takes_long();
    while (!queue.empty() && (long_sweep || queue.front().deadline <= now)) {
        auto errand = std::move(queue.front());
        queue.pop_front();
        errand.answer(unavailable(long_sweep ? sweep_busy : "others were served first, for too long", 10));
    }
}

void Errands::stop() {
    stopped_ = true;
    timer_.cancel();
    for (auto* queue : {&changes_, &questions_}) {
        for (auto& errand : std::exchange(*queue, {})) errand.answer(unavailable("the daemon is stopping", 10));
    }
}

bool Errands::sweep_takes_long() const {
    const auto since = around_.sweeping();
    return since && Clock::now() - *since >= bounds_.patience;
}

}  // namespace dsr::http
