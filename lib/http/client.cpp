// SPDX-License-Identifier: Apache-2.0
#include "http/client.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

#include "http/message.hpp"

namespace dsr::http {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Error = boost::system::error_code;

namespace {

constexpr std::uint64_t max_answer = 64UL << 20U;

std::string name_of(const ServerAddress& place) {
    if (const auto* path = std::get_if<std::filesystem::path>(&place)) return path->string();
    std::ostringstream name;
    name << std::get<asio::ip::tcp::endpoint>(place);
    return name.str();
}

asio::generic::stream_protocol::endpoint endpoint_of(const ServerAddress& place) {
    if (const auto* path = std::get_if<std::filesystem::path>(&place))
        return asio::local::stream_protocol::endpoint(path->string());
    return std::get<asio::ip::tcp::endpoint>(place);
}

http::request<http::string_body> request_of(const Call& call) {
    http::request<http::string_body> request;
    request.method_string(call.method);
    request.target(call.target);
    request.set(http::field::host, "localhost");
    request.set(http::field::connection, "close");
    if (!call.token.empty()) request.set(http::field::authorization, "Bearer " + call.token);
    if (!call.body.empty()) {
        request.set(http::field::content_type, "application/json");
        request.body() = call.body;
    }
    request.prepare_payload();
    return request;
}

/// The user of the process that created the listening Unix socket; nothing where the system does not say it.
std::optional<uid_t> owner_of_listener(asio::generic::stream_protocol::socket& socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
    return peer.uid;
}

/// One call: connects, checks who listens, writes, reads. Keeps itself alive until it called `done`.
class Conversation : public std::enable_shared_from_this<Conversation> {
public:
    using Done = std::function<void(std::exception_ptr, Answer)>;

    Conversation(asio::io_context& io, ServerAddress place, Call call, Done done)
        : socket_(io), timer_(io), place_(std::move(place)), call_(std::move(call)), done_(std::move(done)) {
        parser_.body_limit(max_answer);
    }

    void start(std::chrono::milliseconds limit) {
        timer_.expires_after(limit);
        timer_.async_wait([self = shared_from_this(), limit](const Error& cancelled) {
            if (!cancelled)
                self->fail(NoAnswer(self->daemon() + fmt::format(" did not answer within {} s", limit.count() / 1000)));
        });
        try {
            socket_.async_connect(endpoint_of(place_), [self = shared_from_this()](const Error& refused) {
                if (refused) return self->fail(NobodyListens(self->nobody(refused)));
                self->send();
            });
        } catch (const boost::system::system_error& error) {  // the path is too long for a socket
            fail(NobodyListens(nobody(error.code())));
        }
    }

private:
    void send() {
        if (std::holds_alternative<std::filesystem::path>(place_)) {
            const auto owner = owner_of_listener(socket_);
            if (!owner)
                return fail(
                    NoAnswer("the owner of the process that listens at " + name_of(place_) + " cannot be determined"));
            if (!call_.trusts(*owner))
                return fail(StrangerListens(
                    fmt::format("the process that listens at {} belongs to user id {}, which is neither root nor the "
                                "daemon's user",
                                name_of(place_), *owner)));
        }
        request_ = request_of(call_);
        http::async_write(socket_, request_, [self = shared_from_this()](const Error& failed, std::size_t) {
            if (failed) return self->fail(NoAnswer(self->closed(failed)));
            http::async_read(self->socket_, self->buffer_, self->parser_, [self](const Error& error, std::size_t) {
                if (error) return self->fail(NoAnswer(self->closed(error)));
                self->succeed();
            });
        });
    }

    void succeed() {
        const auto& answer = parser_.get();
        end(nullptr,
            {static_cast<int>(answer.result_int()), std::string(answer[std::string(cluster_header)]), answer.body()});
    }

    template <class Problem>
    void fail(const Problem& problem) {
        end(std::make_exception_ptr(problem), {});
    }

    /// Only the first end counts: closing ends what is under way, too.
    void end(const std::exception_ptr& problem, Answer answer) {
        const auto done = std::exchange(done_, nullptr);
        if (!done) return;
        timer_.cancel();
        Error ignored;
        socket_.close(ignored);
        done(problem, std::move(answer));
    }

    std::string daemon() const { return "the daemon at " + name_of(place_); }
    std::string closed(const Error& error) const { return daemon() + " closed the connection: " + error.message(); }
    std::string nobody(const Error& error) const {
        return "no daemon answers at " + name_of(place_) + ": " + error.message();
    }

    asio::generic::stream_protocol::socket socket_;
    asio::steady_timer timer_;
    ServerAddress place_;
    Call call_;
    Done done_;
    http::request<http::string_body> request_;
    boost::beast::flat_buffer buffer_;
    http::response_parser<http::string_body> parser_;
};

}  // namespace

void async_call(asio::io_context& io, const ServerAddress& place, const Call& call, std::chrono::milliseconds limit,
                std::function<void(std::exception_ptr, Answer)> done) {
    std::make_shared<Conversation>(io, place, call, std::move(done))->start(limit);
}

Answer call(const ServerAddress& place, const Call& call, std::chrono::milliseconds limit) {
    asio::io_context io;
    std::exception_ptr problem;
    Answer answer;
    async_call(io, place, call, limit, [&](const std::exception_ptr& thrown, Answer received) {
        problem = thrown;
        answer = std::move(received);
    });
    io.run();
    if (problem) std::rethrow_exception(problem);
    return answer;
}

}  // namespace dsr::http
