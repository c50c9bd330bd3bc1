// SPDX-License-Identifier: Apache-2.0
// An etcd of Debian's packages on a free loopback port, and a plain client of it: it puts keys as DolphinScheduler's
// servers do, and looks at what the daemon left. The client shares no code with the daemon's own. Every call throws
// std::runtime_error when it fails.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/zookeeper_process.hpp"
#include "support/zookeeper_server.hpp"

namespace dsr::support {

class PrivateEtcd {
public:
    /// Returns when it answers. options: further flags.
    explicit PrivateEtcd(std::vector<std::string> options = {});
    [[nodiscard]] std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] int port() const { return port_; }
    void suspend() { process_->suspend(); }
    void resume() { process_->resume(); }
    void stop();   ///< at once, as a crash; its data stay on disk
    void start();  ///< on the same port and data; returns when it answers

private:
    ScratchFolder folder_;
    std::vector<std::string> options_;
    int port_ = 0;
    int peer_port_ = 0;
    std::unique_ptr<ChildProcess> process_;
};

/// One for all tests of this process.
PrivateEtcd& shared_etcd();

class EtcdClient {
public:
    explicit EtcdClient(int port) : port_(port) {}

    /// Posts to the gateway. Throws when the answer is not 200.
    nlohmann::json post(const std::string& path, const nlohmann::json& body) const;
    void set_token(const std::string& token) { token_ = token; }

    void put(const std::string& key, const std::string& value, std::int64_t lease = 0) const;
    void remove(const std::string& key) const;
    void remove_prefix(const std::string& prefix) const;
    [[nodiscard]] std::optional<std::string> get(const std::string& key) const;
    /// Sorted.
    [[nodiscard]] std::vector<std::string> keys(const std::string& prefix) const;
    [[nodiscard]] std::int64_t grant(int ttl_s) const;
    void revoke(std::int64_t lease) const;

    static std::string base64(const std::string& bytes);
    static std::string from_base64(const std::string& text);

private:
    int port_;
    std::string token_;
};

/// A namespace of its own, with what DolphinScheduler's servers put when they start; removed when destroyed, and what a
/// daemon put beside it.
class EtcdNamespace {
public:
    explicit EtcdNamespace(const PrivateEtcd& server);
    ~EtcdNamespace();
    EtcdNamespace(const EtcdNamespace&) = delete;
    EtcdNamespace& operator=(const EtcdNamespace&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::string at(const std::string& below) const { return name_ + below; }
    [[nodiscard]] EtcdClient& client() { return client_; }
    /// Registers as a master or worker of 3.1 and later does.
    void add_master(const std::string& host_and_port, long long startup_ms, int process_id);
    void add_worker(const std::string& host_and_port, long long startup_ms, int process_id);

private:
    std::string name_;
    EtcdClient client_;
};

}  // namespace dsr::support
