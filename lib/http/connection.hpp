// SPDX-License-Identifier: Apache-2.0
// One connection: one request after another, each within its limits, or a stream of events. Lives on the io_context's
// thread; keeps itself alive while an operation is pending.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <deque>
#include <memory>
#include <optional>

#include "http/dispatcher.hpp"
#include "http/event_hub.hpp"
#include "http/limits.hpp"

namespace dsr::http {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    using Socket = boost::asio::generic::stream_protocol::socket;
    using Clock = std::chrono::steady_clock;
    using Gone = std::function<void(Connection*)>;

    /// `from`: what its listener knows of each request. `gone` is called once, when the socket is closed.
    Connection(Socket socket, Arrival from, const Dispatcher& dispatcher, const Limits& limits, Gone gone);

    void start() { await_request(); }
    /// Too many connections: answers so and closes.
    void turn_away();
    void close();
    /// Closes at once if nothing is under way, else after the current response.
    void finish();
    /// Closes a stream of events that was authorised by a token.
    void end_stream_of_token();

    /// Since when it may be closed for a new connection: no complete request came, or its response is not taken.
    /// Nothing while it is served.
    [[nodiscard]] std::optional<Clock::time_point> expendable_since() const;

private:
    enum class State { idle, reading, handling, writing, streaming, closing, closed };
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    using Reply = boost::beast::http::response<boost::beast::http::string_body>;
    using Error = boost::system::error_code;

    void enter(State state, std::optional<std::chrono::milliseconds> limit);
    void on_time_up();
    void await_request();
    void read_header();
    void read_body();
    void on_unreadable(const Error& error);
    void handle();
    void respond(std::uint64_t request, Response response);
    void write(Response response);
    void stream(const std::shared_ptr<EventHub>& events);
    void push(const EventHub::Frame& frame);
    void write_events();
    void watch_reader();
    /// Sends nothing more and reads the rest from the peer, because a reset would discard the last response.
    void linger();
    void drain();

    Socket socket_;
    boost::asio::steady_timer deadline_;
    Arrival from_;
    const Dispatcher& dispatcher_;
    const Limits& limits_;
    Gone gone_;
    State state_ = State::idle;
    Clock::time_point since_ = Clock::now();
    Clock::time_point waiting_since_ = since_;  ///< for a complete request
    boost::beast::flat_buffer buffer_;
    std::optional<Parser> parser_;
    std::optional<Reply> reply_;
    std::uint64_t request_ = 0;  ///< the number of the current one
    bool head_ = false;
    bool keep_alive_ = true;
    bool time_up_ = false;
    std::size_t drained_ = 0;
    std::deque<EventHub::Frame> queue_;  ///< of a stream; the first one is being written
    std::size_t queued_bytes_ = 0;
    std::shared_ptr<EventHub> events_;
    EventHub::Ticket ticket_ = 0;
};

}  // namespace dsr::http
