// SPDX-License-Identifier: Apache-2.0
#include "http/client.hpp"

#include <sys/socket.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <sstream>

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

/// The user of the process that created the listening socket; nothing over TCP.
std::optional<uid_t> owner_of_listener(asio::generic::stream_protocol::socket& socket, const ServerAddress& place) {
    if (!std::holds_alternative<std::filesystem::path>(place)) return std::nullopt;
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        throw NoAnswer("the owner of the process that listens at " + name_of(place) + " cannot be determined");
    return peer.uid;
}

}  // namespace

Answer call(const ServerAddress& place, const Call& call, std::chrono::milliseconds limit) {
    asio::io_context io;
    asio::generic::stream_protocol::socket socket(io);
    const auto request = request_of(call);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(max_answer);
    std::optional<Error> ended;
    const auto end = [&ended](const Error& error, std::size_t = 0) { ended = error; };
    bool connected = false;
    std::optional<uid_t> stranger;
    try {
        socket.async_connect(endpoint_of(place), [&](const Error& refused) {
            if (refused) return end(refused);
            connected = true;
            const auto owner = owner_of_listener(socket, place);
            if (owner && !call.trusts(*owner)) {
                stranger = owner;
                return end({});
            }
            http::async_write(socket, request, [&](const Error& failed, std::size_t) {
                if (failed) return end(failed);
                http::async_read(socket, buffer, parser, end);
            });
        });
    } catch (const boost::system::system_error& error) {  // the path is too long for a socket
        throw NobodyListens("no daemon answers at " + name_of(place) + ": " + error.code().message());
    }
    io.run_for(limit);
    if (stranger)
        throw StrangerListens("the process that listens at " + name_of(place) + " belongs to user id " +
                              std::to_string(*stranger) + ", which is neither root nor the daemon's user");
    if (!ended) {
        Error ignored;
        socket.close(ignored);
        io.run();
        throw NoAnswer("the daemon at " + name_of(place) + " did not answer within " +
                       std::to_string(limit.count() / 1000) + " s");
    }
    if (*ended && !connected) throw NobodyListens("no daemon answers at " + name_of(place) + ": " + ended->message());
    if (*ended) throw NoAnswer("the daemon at " + name_of(place) + " closed the connection: " + ended->message());
    const auto& answer = parser.get();
    return {static_cast<int>(answer.result_int()), std::string(answer[std::string(cluster_header)]), answer.body()};
}

}  // namespace dsr::http
