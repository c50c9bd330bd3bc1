// SPDX-License-Identifier: Apache-2.0
// One HTTP request to a daemon: the command line waits for its answer, a daemon that asks others does not.
#pragma once

#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <variant>

namespace dsr::http {

/// Nobody listens, or no complete answer came in time. what() is a sentence that names the address.
class NoAnswer : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// There was no connection: the request was not sent.
class NobodyListens : public NoAnswer {
public:
    using NoAnswer::NoAnswer;
};

/// The listening process is not trusted. Nothing was sent to it.
class StrangerListens : public NobodyListens {
public:
    using NobodyListens::NobodyListens;
};

using ServerAddress = std::variant<boost::asio::ip::tcp::endpoint, std::filesystem::path>;

struct Call {
    std::string method = "GET";
    std::string target{};
    std::string token{};  ///< sent when not empty
    std::string body{};   ///< JSON, sent when not empty
    /// Unix socket: whether the user of the listening process is trusted. Checked before anything is sent.
    std::function<bool(uid_t)> trusts = [](uid_t) { return true; };
};

struct Answer {
    int status = 0;
    std::string cluster;  ///< the header of that name: the daemon's cluster
    std::string body;
};

/// Blocks until the answer, or throws NoAnswer; any thread.
Answer call(const ServerAddress& place, const Call& call, std::chrono::milliseconds limit);

/// Calls `done` once, on the thread of `io`, with what call() would have thrown or returned.
void async_call(boost::asio::io_context& io, const ServerAddress& place, const Call& call,
                std::chrono::milliseconds limit, std::function<void(std::exception_ptr, Answer)> done);

}  // namespace dsr::http
