// SPDX-License-Identifier: Apache-2.0
// Outboxes: tries, pauses, bounds, reloads and the end, over a real event loop and a channel that does as it is told.
#include "alert/delivery.hpp"

#include <spdlog/sinks/ostream_sink.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <mutex>
#include <sstream>

#include "alert/dispatcher.hpp"
#include "model/failure.hpp"
#include "support/builders.hpp"

namespace dsr::delivery_test {

using namespace dsr::alert;
using namespace std::chrono_literals;

namespace {

/// Fails so often, or for one key always; may hang until it is let go.
class Channel final : public AlertChannel {
public:
    explicit Channel(std::string name = "webhook") : name_(std::move(name)) {}
    [[nodiscard]] std::string name() const override { return name_; }
    [[nodiscard]] std::string place() const override { return "https://host"; }
    void send(const Alert& alert, model::Instant) override {
        is_asked = true;
        if (hangs) let_go.get_future().wait();
        const std::lock_guard lock{guard};
        ++tries;
        if (alert.key == poison || fail_times > 0) {
            if (fail_times > 0) --fail_times;
            throw model::Failure(model::ErrorKind::retry, why);
        }
        told.push_back(alert.key);
    }
    std::mutex guard;
    std::vector<std::string> told;
    std::atomic<int> tries = 0;
    std::atomic<int> fail_times = 0;
    std::string poison;
    std::string why = "HTTP 500";
    std::atomic<bool> hangs = false;
    std::atomic<bool> is_asked = false;  ///< send() was called
    std::promise<void> let_go;

private:
    std::string name_;
};

Alert alert_of(const std::string& key) {
    Alert alert;
    alert.key = key;
    alert.title = "title of " + key;
    return alert;
}

struct World {
    explicit World(BackOff back_off = {1ms, 4ms}) : delivery(io, log, back_off) { delivery.use({channel}); }
    std::ostringstream out;
    spdlog::logger log{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(out)};
    boost::asio::io_context io;
    Delivery delivery;
    std::shared_ptr<Channel> channel = std::make_shared<Channel>();

    void enqueue_alert(const std::string& key) { delivery.enqueue_alert("webhook", alert_of(key), test::noon); }
    /// Runs the loop until it is so.
    template <class Condition>
    bool until(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!condition() && std::chrono::steady_clock::now() < deadline) io.run_one_for(20ms), io.restart();
        return condition();
    }
    model::ChannelCounts counts() { return delivery.counts({{.name = "webhook"}})[0]; }
    std::size_t lines_with(const std::string& text) const {
        std::istringstream lines(out.str());
        std::size_t count = 0;
        for (std::string line; std::getline(lines, line);) count += line.find(text) != std::string::npos ? 1 : 0;
        return count;
    }
};

}  // namespace

TEST_CASE("pauses double up to their limit") {
    const BackOff pauses;
    CHECK(pauses.after(1) == 1s);
    CHECK(pauses.after(2) == 2s);
    CHECK(pauses.after(5) == 16s);
    CHECK(pauses.after(9) == 256s);
    CHECK(pauses.after(10) == 5min);
    CHECK(pauses.after(1'000'000) == 5min);
}

TEST_CASE("what fails is tried again until it goes through, and is logged once for each change") {
    World world;
    world.channel->fail_times = 3;
    world.enqueue_alert("a");
    REQUIRE(world.until([&] { return world.counts().sent == 1; }));
    CHECK(world.channel->told == std::vector<std::string>{"a"});
    CHECK(world.counts() == model::ChannelCounts{"webhook", 1, 3, 0});
    CHECK(world.lines_with("cannot be sent through webhook (https://host)") == 1);
    CHECK(world.lines_with("HTTP 500") == 1);
    CHECK(world.lines_with("go through webhook (https://host) again, after 3 failed attempts") == 1);
}

TEST_CASE("one that is never taken holds up no other") {
    World world;
    world.channel->poison = "bad";
    world.enqueue_alert("bad");
    world.enqueue_alert("good");
    world.enqueue_alert("better");
    REQUIRE(world.until([&] { return world.counts().sent == 2; }));
    CHECK(world.channel->told == std::vector<std::string>{"good", "better"});
}

TEST_CASE("one that could not be delivered for too long is given up") {
    World world({1ms, 4ms, 0ms});
    world.channel->fail_times = 1'000'000;
    world.enqueue_alert("old");
    REQUIRE(world.until([&] { return world.counts().dropped == 1; }));
    CHECK(world.channel->tries == 1);
    CHECK(world.lines_with("alert 'title of old' is dropped: webhook did not accept it") == 1);
}

TEST_CASE("what waits when everything is taken down is at least named in the log") {
    World world;
    world.channel->fail_times = 1'000'000;
    world.enqueue_alert("a");
    REQUIRE(world.until([&] { return world.counts().failed >= 1; }));
    auto other = std::make_unique<Delivery>(world.io, world.log, BackOff{1h, 1h});
    other->use({world.channel});
    other->enqueue_alert("webhook", alert_of("b"), test::noon);
    REQUIRE(world.until([&] { return other->counts({{.name = "webhook"}})[0].failed == 1; }));
    other.reset();
    CHECK(world.lines_with("1 alert(s) for webhook are dropped: this process ends; the first: 'title of b'") == 1);
}

TEST_CASE("an alert that recurs while it is being sent withdraws the end that waits behind it") {
    World world;
    world.channel->hangs = true;
    world.enqueue_alert("held");
    REQUIRE(world.until([&] { return world.channel->is_asked.load(); }));
    auto end = alert_of("end");
    end.resolves = {"held"};
    world.delivery.enqueue_alert("webhook", end, test::noon);
    auto again = alert_of("held");
    again.recurs_after = "noon";
    world.delivery.enqueue_alert("webhook", again, test::noon);
    world.delivery.enqueue_alert("webhook", alert_of("last"), test::noon);
    world.io.poll();
    world.channel->hangs = false;
    world.channel->let_go.set_value();
    REQUIRE(world.until([&] { return world.counts().sent == 3; }));
    CHECK(world.channel->told == std::vector<std::string>{"held", "held", "last"});
}

TEST_CASE("a backlog is sent no faster than chat services accept") {
    BackOff limits{1ms, 4ms};
    limits.most_in_window = 2;
    SECTION("what is beyond the limit waits") {
        limits.window = 1h;
        World world(limits);
        for (const auto* key : {"a", "b", "c"}) world.enqueue_alert(key);
        REQUIRE(world.until([&] { return world.counts().sent == 2; }));
        world.io.poll();
        CHECK(world.channel->tries == 2);
    }
    SECTION("and is sent later") {
        limits.window = 20ms;
        World world(limits);
        for (const auto* key : {"a", "b", "c", "d", "e"}) world.enqueue_alert(key);
        REQUIRE(world.until([&] { return world.counts().sent == 5; }));
        CHECK(world.channel->told == std::vector<std::string>{"a", "b", "c", "d", "e"});
    }
}

TEST_CASE("handing over returns at once while a channel hangs, and beyond the bound the oldest go") {
    World world({1ms, 4ms, 24h, 1000});
    world.channel->hangs = true;
    world.enqueue_alert("first");
    for (std::size_t i = 0; i < AlertQueue::max_waiting + 2; ++i) world.enqueue_alert(std::to_string(i));
    world.enqueue_alert("first");  // it is on its way
    world.enqueue_alert("7");      // it waits
    REQUIRE(world.until([&] { return world.counts().dropped == 2; }));
    CHECK(world.lines_with("is dropped: too many alerts wait for webhook") == 2);
    world.channel->hangs = false;
    world.channel->let_go.set_value();
    REQUIRE(world.until([&] { return world.counts().sent == AlertQueue::max_waiting + 1; }));
    CHECK(world.channel->told[0] == "first");
    CHECK(world.channel->told[1] == "2");  // 0 and 1 were the oldest
    CHECK(world.counts().dropped == 2);
}

TEST_CASE("a reload keeps what waits for the channel of the same name and tries it at once") {
    World world;
    world.channel->fail_times = 1'000'000;
    world.enqueue_alert("a");
    REQUIRE(world.until([&] { return world.counts().failed >= 2; }));
    auto repaired = std::make_shared<Channel>();
    world.delivery.use({repaired});
    REQUIRE(world.until([&] { return world.counts().sent == 1; }));
    CHECK(repaired->told == std::vector<std::string>{"a"});

    world.channel->fail_times = 1'000'000;
    world.delivery.use({world.channel});
    world.enqueue_alert("b");
    REQUIRE(world.until([&] { return world.channel->tries >= 3; }));
    world.delivery.use({});
    REQUIRE(world.until([&] { return world.counts().dropped == 1; }));
    world.enqueue_alert("c");
    world.io.poll();
    CHECK(world.counts().dropped == 1);
}

TEST_CASE("at the end what waits gets its tries, and then the process goes") {
    World world;
    bool done = false;
    SECTION("nothing waits") {
        world.delivery.finish(1, 1h, [&] { done = true; });
        CHECK(done);
    }
    SECTION("it goes through at the third try") {
        world.channel->fail_times = 2;
        world.enqueue_alert("a");
        world.io.poll_one();
        world.delivery.finish(3, 1h, [&] { done = true; });
        REQUIRE(world.until([&] { return done; }));
        CHECK(world.counts().sent == 1);
    }
    SECTION("it fails too often") {
        world.channel->fail_times = 100;
        world.enqueue_alert("a");
        world.io.poll_one();
        world.delivery.finish(2, 1h, [&] { done = true; });
        REQUIRE(world.until([&] { return done; }));
        CHECK(world.channel->tries == 2);
        CHECK(world.counts().dropped == 1);
        CHECK(world.lines_with("1 alert(s) for webhook are dropped: this process ends") == 1);
    }
    SECTION("it hangs") {
        world.channel->hangs = true;
        world.enqueue_alert("a");
        world.io.poll_one();
        CHECK_FALSE(world.delivery.abandoned().stop_requested());
        world.delivery.finish(1, 30ms, [&] { done = true; });
        REQUIRE(world.until([&] { return done; }));
        CHECK(world.delivery.abandoned().stop_requested());  // by which a real channel ends
        CHECK(world.counts().dropped == 1);
        world.channel->let_go.set_value();
    }
}

TEST_CASE("each channel has its own outbox") {
    World world;
    auto mail = std::make_shared<Channel>("email");
    world.delivery.use({world.channel, mail});
    world.channel->fail_times = 1'000'000;
    world.enqueue_alert("a");
    world.delivery.enqueue_alert("email", alert_of("a"), test::noon);
    REQUIRE(world.until([&] { return mail->tries == 1; }));
    REQUIRE(world.until([&] { return world.counts().failed >= 2; }));
    const auto counts = world.delivery.counts({{"table", 3, 2, 1}, {"email", 9, 9, 9}});
    CHECK(counts == std::vector<model::ChannelCounts>{{"table", 3, 2, 1}, {"email", 1, 0, 0}});
}

TEST_CASE("the dispatcher counts what its channels took, and says once why one fails") {
    World world;
    world.channel->fail_times = 2;
    AlertDispatcher dispatcher({world.channel.get()}, 60min, world.log);
    dispatcher.dispatch({alert_of("a")}, test::noon);
    dispatcher.dispatch({alert_of("a")}, test::noon);
    CHECK(dispatcher.counts() == std::vector<model::ChannelCounts>{{"webhook", 0, 2, 0}});
    CHECK(world.lines_with("could not be sent through webhook") == 1);
    AlertDispatcher next({world.channel.get()}, 60min, world.log);
    next.inherit(dispatcher);
    next.dispatch({}, test::noon);
    CHECK(next.counts() == std::vector<model::ChannelCounts>{{"webhook", 1, 2, 0}});
    CHECK(world.lines_with("alerts go through webhook again") == 1);
}

}  // namespace dsr::delivery_test
