// SPDX-License-Identifier: Apache-2.0
// Who follows the events over a real socket: one that reads gets all, one that does not is dropped and holds nobody up.
#include <spdlog/sinks/null_sink.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>
#include <filesystem>

#include "http/dispatcher.hpp"
#include "http/event_hub.hpp"
#include "http/server.hpp"

namespace dsr::followers_test {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using Local = asio::local::stream_protocol;

namespace {

struct Desk {
    asio::io_context io;
    spdlog::logger log{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
    std::shared_ptr<http::EventHub> events = std::make_shared<http::EventHub>(io, 1h);
    std::filesystem::path folder = make_folder();
    http::Dispatcher dispatcher{router(events), log};
    http::Server server;

    explicit Desk(const http::Limits& limits) : server(io, log, dispatcher, limits) { server.listen({{}, place()}); }
    ~Desk() {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    [[nodiscard]] std::filesystem::path place() const { return folder / "http.sock"; }

    static std::filesystem::path make_folder() {
        auto path = (std::filesystem::temp_directory_path() / "dsr-followers-XXXXXX").string();
        REQUIRE(::mkdtemp(path.data()) != nullptr);
        return path;
    }
    static http::Router router(const std::shared_ptr<http::EventHub>& events) {
        http::Router made;
        made.add({"GET", "/events", http::Access::read, [events](const http::Request&, const http::Respond& respond) {
                      http::Response response;
                      response.events = events;
                      respond(std::move(response));
                  }});
        return made;
    }

    /// Runs what is ready, until `holds` or a second of nothing.
    template <class Condition>
    bool until(const Condition& holds) {
        const auto deadline = std::chrono::steady_clock::now() + 5s;
        while (!holds() && std::chrono::steady_clock::now() < deadline) {
            io.restart();
            io.run_one_for(50ms);
        }
        return holds();
    }

    Local::socket follow() {
        Local::socket socket(io);
        socket.connect(Local::endpoint(place().string()));
        const std::size_t before = events->followers();
        asio::write(socket, asio::buffer(std::string("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")));
        REQUIRE(until([&] { return events->followers() == before + 1; }));
        return socket;
    }

    /// What comes until `end` was seen.
    std::string read_until(Local::socket& socket, const std::string& end) {
        asio::streambuf buffer;
        bool done = false;
        asio::async_read_until(socket, buffer, end,
                               [&](const boost::system::error_code&, std::size_t) { done = true; });
        REQUIRE(until([&] { return done; }));
        return {asio::buffers_begin(buffer.data()), asio::buffers_end(buffer.data())};
    }
};

http::Limits small() {
    http::Limits limits;
    limits.queued_events = 4;
    limits.queued_bytes = 100'000;
    return limits;
}

}  // namespace

TEST_CASE("a follower that reads gets each event") {
    Desk desk(small());
    auto reader = desk.follow();
    for (int i = 0; i < 20; ++i) {
        desk.events->publish("status", "event number " + std::to_string(i));
        CHECK(desk.read_until(reader, "number " + std::to_string(i) + "\n\n").find("event: status\n") !=
              std::string::npos);
    }
    CHECK(desk.events->followers() == 1);
}

TEST_CASE("a follower that does not read is dropped, and the others are told on") {
    Desk desk(small());
    auto sleeper = desk.follow();
    auto reader = desk.follow();
    const std::string much(50'000, 'x');
    for (int i = 0; i < 100 && desk.events->followers() == 2; ++i) {
        desk.events->publish("status", much + std::to_string(i));
        (void)desk.read_until(reader, "x" + std::to_string(i) + "\n\n");
    }
    CHECK(desk.events->followers() == 1);
    desk.events->publish("status", "still here");
    CHECK(desk.read_until(reader, "still here\n\n").find("still here") != std::string::npos);
}

TEST_CASE("one event longer than the queue may be still arrives") {
    Desk desk(small());
    desk.events->greet_with("status", [] { return std::string(300'000, 'y'); });
    auto reader = desk.follow();
    CHECK(desk.read_until(reader, "y\n\n").size() >= 300'000);
    CHECK(desk.events->followers() == 1);
}

}  // namespace dsr::followers_test
