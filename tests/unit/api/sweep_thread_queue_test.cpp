// SPDX-License-Identifier: Apache-2.0
// The queue: one at a time, never before a sweep that is due, and nobody waits for ever.
#include "api/sweep_thread_queue.hpp"

#include <spdlog/sinks/null_sink.h>

#include <catch2/catch.hpp>

#include "model/failure.hpp"

namespace dsr::sweep_thread_queue_test {

using namespace dsr::api;
using namespace dsr::http;
using namespace std::chrono_literals;

namespace {

struct Desk {
    boost::asio::io_context io;
    spdlog::logger log{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
    std::vector<std::function<void()>> posted;  ///< to the sweep's thread; the tests run it
    std::optional<SweepThreadQueue::Clock::time_point> sweeping;
    std::vector<int> answers;
    SweepThreadQueue sweep_queue{
        io,
        log,
        {[this](std::function<void()> work) { posted.push_back(std::move(work)); }, [this] { return sweeping; }},
        {2, 100ms}};

    void ask(
        SweepThreadQueue::Work work = [] { return json("{}"); },
        SweepThreadQueue::Kind kind = SweepThreadQueue::Kind::question) {
        sweep_queue.run(
            std::move(work),
            [this](const Response& response) {
                answers.push_back(response.status);
                if (response.status == 503) CHECK(value_of(response.headers, "Retry-After"));
            },
            kind);
    }
    void work_off() {
        const auto works = std::exchange(posted, {});
        for (const auto& work : works) work();
        turn();
    }
    void turn() {
        io.restart();
        io.poll();
    }
    void wait(std::chrono::milliseconds time) {
        io.restart();
        io.run_for(time);
    }
};

}  // namespace

TEST_CASE("one job at a time") {
    Desk desk;
    desk.ask();
    desk.ask();
    CHECK(desk.posted.size() == 1);
    CHECK(desk.answers.empty());
    desk.work_off();
    CHECK(desk.answers == std::vector{200});
    CHECK(desk.posted.size() == 1);
    desk.work_off();
    CHECK(desk.answers == std::vector{200, 200});
}

TEST_CASE("jobs wait for a sweep, and go on behind it") {
    Desk desk;
    desk.sweeping = SweepThreadQueue::Clock::now();
    desk.ask();
    CHECK(desk.posted.empty());
    desk.sweeping.reset();
    desk.sweep_queue.sweep_ended();
    CHECK(desk.posted.size() == 1);
}

TEST_CASE("a sweep that takes long is not waited for") {
    Desk desk;
    desk.sweeping = SweepThreadQueue::Clock::now();
    desk.ask();
    desk.wait(300ms);
    CHECK(desk.answers == std::vector{503});
    desk.ask();
    CHECK(desk.answers == std::vector{503, 503});
    CHECK(desk.posted.empty());
}

TEST_CASE("the queue is short") {
    Desk desk;
    desk.sweeping = SweepThreadQueue::Clock::now();
    for (int i = 0; i < 3; ++i) desk.ask();
    CHECK(desk.answers == std::vector{503});
}

TEST_CASE("a job that hangs is answered for, once, and the next waits until it is through") {
    Desk desk;
    desk.ask();
    desk.ask();
    desk.wait(300ms);
    CHECK(desk.answers == std::vector{503, 503});
    CHECK(desk.posted.size() == 1);
    desk.work_off();
    CHECK(desk.answers.size() == 2);
    desk.ask();
    desk.work_off();
    CHECK(desk.answers == std::vector{503, 503, 200});
}

TEST_CASE("what a job throws") {
    Desk desk;
    desk.ask([]() -> Response { throw Refusal(404, "none"); });
    desk.work_off();
    desk.ask([]() -> Response { throw model::Failure(model::ErrorKind::retry, "unreachable"); });
    desk.work_off();
    desk.ask([]() -> Response { throw std::runtime_error("broken"); });
    desk.work_off();
    CHECK(desk.answers == std::vector{404, 503, 500});
}

TEST_CASE("stopping answers whoever waits") {
    Desk desk;
    desk.sweeping = SweepThreadQueue::Clock::now();
    desk.ask();
    desk.sweep_queue.stop();
    desk.ask();
    CHECK(desk.answers == std::vector{503, 503});
}

TEST_CASE("a change goes before questions and has a place when they have all taken theirs") {
    Desk desk;
    std::string order;
    const auto work = [&order](char name) {
        return [&order, name] {
            order += name;
            return json("{}");
        };
    };
    for (const char name : {'a', 'b', 'c', 'd'}) desk.ask(work(name));
    CHECK(desk.answers == std::vector{503});
    desk.ask(work('X'), SweepThreadQueue::Kind::change);
    desk.ask(work('Y'), SweepThreadQueue::Kind::change);
    CHECK(desk.answers == std::vector{503});
    for (int i = 0; i < 5; ++i) desk.work_off();
    CHECK(order == "aXYbc");
    CHECK(desk.answers == std::vector{503, 200, 200, 200, 200, 200});
}

TEST_CASE("of a question that takes long one waits at a time, and whoever asks meanwhile gets its answer") {
    Desk desk;
    int done = 0;
    const auto work = [&done] {
        ++done;
        return json("{}");
    };
    for (int i = 0; i < 14; ++i) desk.ask(work, SweepThreadQueue::Kind::shared_question);
    desk.ask();  // the other place is free
    CHECK(desk.answers.empty());
    for (int i = 0; i < 3; ++i) desk.work_off();
    CHECK(done == 2);
    CHECK(desk.answers == std::vector<int>(15, 200));
}

TEST_CASE("all who share a question are told when it waits too long") {
    Desk desk;
    desk.sweeping = SweepThreadQueue::Clock::now();
    desk.ask([] { return json("{}"); }, SweepThreadQueue::Kind::shared_question);
    desk.ask([] { return json("{}"); }, SweepThreadQueue::Kind::shared_question);
    desk.wait(300ms);
    CHECK(desk.answers == std::vector{503, 503});
}

}  // namespace dsr::sweep_thread_queue_test
