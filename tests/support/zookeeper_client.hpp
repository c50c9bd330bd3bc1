// SPDX-License-Identifier: Apache-2.0
// A plain, synchronous ZooKeeper client for tests: it makes nodes as DolphinScheduler's servers do, and looks at what
// the daemon left. It shares no code with the daemon's own. Every call throws std::runtime_error when it fails.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct _zhandle;

namespace dsr::support {

class ZookeeperClient {
public:
    /// Returns when connected. digest: "user:password"; nodes then belong to that user alone, as DolphinScheduler does
    /// it.
    explicit ZookeeperClient(const std::string& address, const std::string& digest = {},
                             int session_timeout_ms = 30'000);
    ~ZookeeperClient();  ///< ends the session: its ephemeral nodes go
    ZookeeperClient(const ZookeeperClient&) = delete;
    ZookeeperClient& operator=(const ZookeeperClient&) = delete;

    enum class Kind { persistent, ephemeral, ephemeral_sequential };
    /// Makes missing parents too (persistent). The path, with its sequence number.
    std::string create(const std::string& path, const std::string& data = {}, Kind kind = Kind::persistent);
    /// Many persistent nodes of one existing parent, all of the same data; 1,000 a round trip.
    void create_many(const std::vector<std::string>& paths, const std::string& data);
    void set(const std::string& path, const std::string& data);
    void remove(const std::string& path);
    void remove_tree(const std::string& path);  ///< no error when it is not there

    [[nodiscard]] std::optional<std::string> get(const std::string& path) const;
    [[nodiscard]] std::vector<std::string> children(const std::string& path) const;  ///< sorted; empty without the node
    [[nodiscard]] std::vector<std::string> acl(const std::string& path) const;       ///< "scheme:id:permissions"
    [[nodiscard]] std::int64_t session_id() const;

private:
    std::shared_ptr<void> connected_;  ///< what the library's callbacks lead to; outlives the handle
    _zhandle* handle_ = nullptr;
    bool creator_only_ = false;
};

/// Ends another client's session, as an administrator might: the server computes a session's password from its id
/// alone, so any client can join it and close it.
void end_session(const std::string& address, std::int64_t session_id);

/// A namespace of its own on a server, with what DolphinScheduler's servers make when they start; removed when
/// destroyed, and what a daemon made beside it.
class TestNamespace {
public:
    explicit TestNamespace(const std::string& address, const std::string& digest = {});
    ~TestNamespace();
    TestNamespace(const TestNamespace&) = delete;
    TestNamespace& operator=(const TestNamespace&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& address() const { return address_; }
    [[nodiscard]] std::string at(const std::string& below) const { return "/" + name_ + below; }
    [[nodiscard]] ZookeeperClient& client() { return client_; }

    /// Registers as a master or worker of 3.1 and later does, from the namespace's own client.
    void add_master(const std::string& host_and_port, long long startup_ms, int process_id);
    void add_worker(const std::string& host_and_port, long long startup_ms, int process_id);
    static std::string heartbeat(long long startup_ms, int process_id);

private:
    std::string address_;
    std::string name_;
    ZookeeperClient client_;
};

}  // namespace dsr::support
