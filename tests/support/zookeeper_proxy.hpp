// SPDX-License-Identifier: Apache-2.0
// A proxy in front of a ZooKeeper that loses one request or one answer of a chosen kind, and the connection with it:
// the only way to make "it was done, but nobody was told" happen on purpose. It reads the frames of ZooKeeper's
// protocol: four bytes of length, then, but for the very first frame, four bytes of xid (and four of the operation in a
// request). Thread: runs its own; the public functions may be called from any.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace dsr::support {

class ZookeeperProxy {
public:
    /// Numbers of ZooKeeper's operations.
    enum Operation : std::int32_t {
        create = 1,
        remove = 2,
        get_data = 4,
        sync = 9,
        get_children = 12,
        multi = 14,
        create_container = 19
    };

    explicit ZookeeperProxy(const std::string& server);  ///< "127.0.0.1:port"
    ~ZookeeperProxy();
    ZookeeperProxy(const ZookeeperProxy&) = delete;
    ZookeeperProxy& operator=(const ZookeeperProxy&) = delete;
    [[nodiscard]] std::string address() const;

    /// The next request of that kind reaches the server; its answer, and the connection, are lost.
    void lose_next_answer(Operation operation) { lose_answer_of_ = operation; }
    /// The next request of that kind, and the connection, are lost before the server gets it.
    void lose_next_request(Operation operation) { lose_request_of_ = operation; }
    /// How many were lost.
    [[nodiscard]] int lost() const { return lost_; }
    /// How many requests of the present connections have no answer yet that was passed on.
    [[nodiscard]] int awaited() const { return awaited_; }
    /// Closes every connection before it returns.
    void cut();
    /// While set, connections are taken and closed at once.
    void refuse(bool yes) { refusing_ = yes; }

private:
    class Link;
    void accept();

    boost::asio::io_context io_;
    boost::asio::ip::tcp::endpoint server_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::atomic<std::int32_t> lose_answer_of_{0};
    std::atomic<std::int32_t> lose_request_of_{0};
    std::atomic<int> lost_{0};
    std::atomic<int> awaited_{0};
    std::atomic<bool> refusing_{false};
    std::vector<std::weak_ptr<Link>> links_;  ///< the thread's own
    std::thread thread_;
};

}  // namespace dsr::support
