// SPDX-License-Identifier: Apache-2.0
// ZooKeeper servers for tests: the one that the whole suite shares, and private ones that a test may stall and stop.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/zookeeper_process.hpp"

namespace dsr::support {

/// "127.0.0.1:port" of the suite's shared ZooKeeper: DSR_TEST_ZOOKEEPER in the file that the environment variable
/// DSR_TEST_SERVERS names (tests/support/servers/servers writes it). Throws std::runtime_error with what to do.
std::string shared_zookeeper();

/// What the server on that loopback port answers to a four-letter word ("ruok", "wchp"); empty when it does not.
std::string four_letters(const std::string& address, const std::string& word);

/// Class path of Debian's jars of these names (without .jar). Throws std::runtime_error naming the package.
std::string debian_class_path(const std::vector<std::string>& jars, const std::string& packages);

/// A ZooKeeper of Debian's packages on a free loopback port; sessions of 1 s to 60 s; empty containers go within 200
/// ms.
class PrivateZookeeper {
public:
    /// Returns when it answers. options: for the JVM.
    explicit PrivateZookeeper(std::vector<std::string> options = {});
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    void suspend() { process_->suspend(); }
    void resume() { process_->resume(); }
    void stop();   ///< at once, as a crash; data and sessions stay on disk
    void start();  ///< on the same port and data; returns when it answers

private:
    ScratchFolder folder_;
    std::vector<std::string> options_;
    int port_ = 0;
    std::unique_ptr<ChildProcess> process_;
};

}  // namespace dsr::support
