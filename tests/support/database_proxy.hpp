// SPDX-License-Identifier: Apache-2.0
// A TCP proxy in front of a database server that makes one chosen statement go wrong on the way: lost before the server
// gets it, done but its answer lost, or nothing heard any more. Thread: runs its own; public functions from any.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>

namespace dsr::support {

class DatabaseProxy {
public:
    enum class Fault {
        lose_request,  ///< the connection ends before the server gets it
        lose_answer,   ///< the server gets it, answers, and then the connection ends
        stall,         ///< the server gets it; nothing it says or does is heard any more, the connection stays
    };

    DatabaseProxy(const std::string& server_host, int server_port);
    ~DatabaseProxy();
    DatabaseProxy(const DatabaseProxy&) = delete;
    DatabaseProxy& operator=(const DatabaseProxy&) = delete;

    [[nodiscard]] int port() const { return port_; }

    /// The next packet from a client that holds this text (upper or lower case) meets the fault.
    void break_next(const std::string& text, Fault fault);
    /// How many did.
    [[nodiscard]] int broken() const { return broken_; }

private:
    struct Link;

    void run();
    bool forward(Link& link, bool from_client);

    std::string server_host_;
    int server_port_;
    int listener_ = -1;
    int port_ = 0;
    std::mutex mutex_;
    std::string text_;  ///< empty: nothing is to be broken
    Fault fault_ = Fault::lose_request;
    std::atomic<int> broken_{0};
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

}  // namespace dsr::support
