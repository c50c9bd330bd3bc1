// SPDX-License-Identifier: Apache-2.0
// Asks a daemon over HTTP, once, and blocks until it answered or the time is up. For the command line; any thread.
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

/// Nobody listens, or no whole answer came in time. what() is a sentence that names the place.
class NoAnswer : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Not even a connection: it was not asked.
class NobodyListens : public NoAnswer {
public:
    using NoAnswer::NoAnswer;
};

/// A process listens there that may not be asked. Nothing was sent to it.
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
    /// Of a Unix socket: whether the user whose process listens there may be asked. Checked before anything is sent.
    std::function<bool(uid_t)> trusts = [](uid_t) { return true; };
};

struct Answer {
    int status = 0;
    std::string cluster;  ///< the header of that name: whose daemon it is
    std::string body;
};

Answer call(const ServerAddress& place, const Call& call, std::chrono::milliseconds limit);

}  // namespace dsr::http
