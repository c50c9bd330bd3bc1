// SPDX-License-Identifier: Apache-2.0
#include "http/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

namespace dsr::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::size_t max_drained = std::size_t{256} * 1024;

/// Why the end of a request's body is not certain, or null. Beast treats an unknown coding as no body, so the body
/// would be read as another request.
const char* framing_fault(const beast::http::request_header<>& header, unsigned version) {
    namespace http = beast::http;
    const auto codings = header.count(http::field::transfer_encoding);
    if (codings == 0) return nullptr;
    if (codings > 1 || version < 11 || !beast::iequals(header[http::field::transfer_encoding], "chunked"))
        return "the only supported Transfer-Encoding is chunked, alone, in HTTP/1.1";
    if (header.count(http::field::content_length) > 0)
        return "a request has either Transfer-Encoding or Content-Length";
    return nullptr;
}

}  // namespace

Connection::Connection(Socket socket, Arrival from, const Dispatcher& dispatcher, const Limits& limits, Gone gone)
    : socket_(std::move(socket)),
      deadline_(socket_.get_executor()),
      from_(std::move(from)),
      dispatcher_(dispatcher),
      limits_(limits),
      gone_(std::move(gone)),
      buffer_(limits.header + limits.body) {}

void Connection::enter(State state, std::optional<std::chrono::milliseconds> limit) {
    state_ = state;
    since_ = Clock::now();
    if (!limit) {
        deadline_.cancel();
        return;
    }
    deadline_.expires_after(*limit);
    deadline_.async_wait([weak = weak_from_this()](const Error& error) {
        const auto self = weak.lock();
        // A wait that had already fired when the timer was reset also gets here.
        if (!error && self && self->deadline_.expiry() <= Clock::now()) self->on_time_up();
    });
}

void Connection::on_time_up() {
    if (state_ == State::reading) {
        time_up_ = true;
        socket_.cancel();  // the pending read fails, and on_unreadable reports the reason
    } else {
        close();
    }
}

void Connection::close() {
    if (state_ == State::closed) return;
    enter(State::closed, std::nullopt);
    if (events_) events_->unsubscribe(ticket_);
    events_.reset();
    Error ignored;
    socket_.close(ignored);
    if (const auto gone = std::exchange(gone_, nullptr)) gone(this);
}

void Connection::finish() {
    keep_alive_ = false;
    if (state_ == State::idle || state_ == State::reading || state_ == State::streaming) close();
}

void Connection::end_stream_of_token() {
    if (state_ == State::streaming && !from_.open_reading) close();
}

std::optional<Connection::Clock::time_point> Connection::expendable_since() const {
    if (state_ == State::idle || state_ == State::reading) return waiting_since_;
    const bool stalled = state_ == State::writing && Clock::now() - since_ >= limits_.stalled;
    return stalled || state_ == State::closing ? std::optional(since_) : std::nullopt;
}

void Connection::turn_away() {
    keep_alive_ = false;
    write(unavailable("too many connections", 5));
}

void Connection::await_request() {
    if (buffer_.size() == 0) buffer_.shrink_to_fit();
    enter(State::idle, limits_.idle);
    waiting_since_ = since_;
    if (buffer_.size() > 0) return read_header();  // the next request came with the last
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const Error& error) {
        if (self->state_ != State::idle) return;
        if (error) return self->close();
        self->read_header();
    });
}

void Connection::read_header() {
    enter(State::reading, limits_.request);
    ++request_;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits_.header));
    parser_->body_limit(limits_.body);
    beast::http::async_read_header(
        socket_, buffer_, *parser_, [self = shared_from_this()](const Error& error, std::size_t) {
            if (self->state_ != State::reading) return;
            if (error) return self->on_unreadable(error);
            if (const auto* fault = framing_fault(self->parser_->get(), self->parser_->get().version())) {
                self->keep_alive_ = false;
                self->head_ = false;
                return self->write(dsr::http::error(400, fault));
            }
            const bool asks = beast::iequals(self->parser_->get()[beast::http::field::expect], "100-continue");
            if (!asks || self->parser_->is_done()) return self->read_body();
            asio::async_write(self->socket_, asio::buffer(continue_line), [self](const Error& failed, std::size_t) {
                if (self->state_ != State::reading) return;
                if (failed) return self->on_unreadable(failed);
                self->read_body();
            });
        });
}

void Connection::read_body() {
    beast::http::async_read(socket_, buffer_, *parser_, [self = shared_from_this()](const Error& error, std::size_t) {
        if (self->state_ != State::reading) return;
        if (error) return self->on_unreadable(error);
        self->handle();
    });
}

void Connection::on_unreadable(const Error& error_code) {
    namespace http = beast::http;
    keep_alive_ = false;
    head_ = false;
    if (time_up_) return write(error(408, "the request was not received in time; the connection is closed"));
    if (error_code == http::error::header_limit || error_code == http::error::buffer_overflow)
        return write(error(431, "the header of a request may have 8 KiB at most"));
    if (error_code == http::error::body_limit)
        return write(error(413, "the body of a request may have 16 KiB at most"));
    if (error_code == http::error::end_of_stream || error_code == http::error::partial_message ||
        error_code.category() != make_error_code(http::error::bad_method).category())
        return close();
    write(error(400, "this is not an HTTP request: " + error_code.message()));
}

void Connection::handle() {
    enter(State::handling, std::nullopt);
    const auto& message = parser_->get();
    namespace http = beast::http;
    Arrival arrival = from_;
    arrival.method = std::string(message.method_string());
    arrival.target = std::string(message.target());
    arrival.host = std::string(message[http::field::host]);
    arrival.authorization = std::string(message[http::field::authorization]);
    arrival.content_type = std::string(message[http::field::content_type]);
    arrival.if_none_match = std::string(message[http::field::if_none_match]);
    arrival.fetch_site = std::string(message["Sec-Fetch-Site"]);
    arrival.fetch_mode = std::string(message["Sec-Fetch-Mode"]);
    arrival.fetch_dest = std::string(message["Sec-Fetch-Dest"]);
    head_ = message.method() == http::verb::head;
    keep_alive_ = keep_alive_ && message.keep_alive();
    const bool two_hosts = message.count(http::field::host) > 1;
    arrival.body = std::move(parser_->get().body());
    parser_.reset();
    if (two_hosts) {
        keep_alive_ = false;
        return write(error(400, "a request has one Host header"));
    }
    dispatcher_.handle(std::move(arrival), [self = shared_from_this(), request = request_](Response response) {
        self->respond(request, std::move(response));
    });
}

void Connection::respond(std::uint64_t request, Response response) {
    if (state_ != State::handling || request != request_) return;  // already answered, or the connection is gone
    if (!response.events) return write(std::move(response));
    if (response.events->followers() >= limits_.streams)
        return write(unavailable("too many clients follow the events", 30));
    if (!head_) return stream(response.events);
    response.content_type = "text/event-stream";
    write(std::move(response));
}

void Connection::write(Response response) {
    enter(State::writing, limits_.write);
    namespace http = beast::http;
    auto& reply = reply_.emplace(static_cast<http::status>(response.status), 11);
    const bool not_modified = response.status == 304;  // has no body, and no header that describes one
    if (!not_modified) reply.set(http::field::content_type, response.content_type);
    reply.set(http::field::cache_control, "no-store");
    reply.set("X-Content-Type-Options", "nosniff");
    reply.set(std::string(cluster_header), dispatcher_.cluster());
    for (const auto& [name, value] : response.headers) reply.set(name, value);
    reply.keep_alive(keep_alive_);
    if (!not_modified) reply.content_length(response.body.size());
    if (!head_) reply.body() = std::move(response.body);
    http::async_write(socket_, reply, [self = shared_from_this()](const Error& error, std::size_t) {
        self->reply_.reset();
        if (self->state_ != State::writing) return;
        if (error) return self->close();
        if (!self->keep_alive_) return self->linger();
        self->await_request();
    });
}

void Connection::stream(const std::shared_ptr<EventHub>& events) {
    enter(State::streaming, limits_.write);
    push(std::make_shared<const std::string>(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"));
    events_ = events;
    ticket_ = events->subscribe([weak = weak_from_this()](const EventHub::Frame& frame) {
        if (const auto self = weak.lock()) self->push(frame);
    });
    if (state_ != State::streaming) return events->unsubscribe(ticket_);  // the greeting exceeded a limit
    watch_reader();
}

void Connection::push(const EventHub::Frame& frame) {
    if (state_ != State::streaming) return;
    queue_.push_back(frame);
    queued_bytes_ += frame->size();
    if (queue_.size() == 1) return write_events();
    // Of any size, one event may be under way and one may wait.
    if (queue_.size() > limits_.queued_events || (queue_.size() > 2 && queued_bytes_ > limits_.queued_bytes)) close();
}

void Connection::write_events() {
    enter(State::streaming, limits_.write);
    asio::async_write(socket_, asio::buffer(*queue_.front()),
                      [self = shared_from_this()](const Error& error, std::size_t) {
                          if (self->state_ != State::streaming) return;
                          if (error) return self->close();
                          self->queued_bytes_ -= self->queue_.front()->size();
                          self->queue_.pop_front();
                          if (self->queue_.empty()) return self->enter(State::streaming, std::nullopt);
                          self->write_events();
                      });
}

void Connection::watch_reader() {
    // A follower of events sends nothing: a readable socket is its end.
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const Error&) {
        if (self->state_ == State::streaming) self->close();
    });
}

void Connection::linger() {
    enter(State::closing, limits_.linger);
    Error ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    buffer_.consume(buffer_.size());
    drain();
}

void Connection::drain() {
    socket_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](const Error& error, std::size_t size) {
        if (self->state_ != State::closing) return;
        self->drained_ += size;
        if (error || self->drained_ > max_drained) return self->close();
        self->drain();
    });
}

}  // namespace dsr::http
