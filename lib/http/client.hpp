// SPDX-License-Identifier: Apache-2.0
// One HTTP request to a daemon; blocks until the answer or the timeout. For the command line; any thread.
#pragma once

#include <sys/types.h>

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
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

Answer call(const ServerAddress& place, const Call& call, std::chrono::milliseconds limit);

}  // namespace dsr::http
