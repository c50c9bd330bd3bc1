// SPDX-License-Identifier: Apache-2.0
// An HTTP server on a free loopback port that answers as a test says, one request after the other. Thread: runs its
// own; the answer function is called there.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace dsr::support {

class FakeGateway {
public:
    struct Request {
        std::string path;
        std::string body;
        std::string authorization;
    };
    struct Answer {
        int status = 200;
        std::string body;
        bool cut = false;  ///< closes the connection without an answer
    };

    explicit FakeGateway(std::function<Answer(const Request&)> answer);
    ~FakeGateway();
    FakeGateway(const FakeGateway&) = delete;
    FakeGateway& operator=(const FakeGateway&) = delete;

    [[nodiscard]] std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] std::vector<Request> requests() const;

private:
    void serve();

    std::function<Answer(const Request&)> answer_;
    int listener_ = -1;
    int port_ = 0;
    std::atomic<bool> stopping_{false};
    mutable std::mutex mutex_;
    std::vector<Request> requests_;
    std::thread thread_;
};

}  // namespace dsr::support
