// SPDX-License-Identifier: Apache-2.0
// Runs CuratorPeer.java: Curator's own recipes in a JVM (Debian's libcurator-recipes-java), told what to do line by
// line.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

#include "registry/zookeeper/zookeeper_registry.hpp"
#include "support/zookeeper_client.hpp"
#include "support/zookeeper_process.hpp"
#include "support/zookeeper_server.hpp"

namespace dsr::interop {

class CuratorPeer {
public:
    explicit CuratorPeer(const support::TestNamespace& space)
        : process_({"java", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", class_path(),
                    DSR_SOURCE_DIR "/tests/interop/CuratorPeer.java", space.address(), space.name()},
                   folder_.path / "log") {
        const auto answer = process_.read_line(std::chrono::seconds{90});
        if (answer != "ready") throw std::runtime_error("the Curator peer said: " + answer);
    }

    void tell(const std::string& command) { process_.write_line(command); }
    std::string answer() { return process_.read_line(); }
    std::string ask(const std::string& command) {
        tell(command);
        return answer();
    }
    void die() { process_.kill(); }

private:
    static std::string class_path() {
        return support::debian_class_path(
            {"curator-recipes", "curator-framework", "curator-client", "guava", "zookeeper", "zookeeper-jute",
             "slf4j-api", "slf4j-nop", "netty-buffer", "netty-codec", "netty-common", "netty-handler", "netty-resolver",
             "netty-transport", "netty-transport-native-epoll", "netty-transport-native-unix-common"},
            "libcurator-recipes-java libzookeeper-java libslf4j-java default-jdk-headless");
    }

    support::ScratchFolder folder_;
    support::ChildProcess process_;
};

inline registry::ZookeeperOptions options(const support::TestNamespace& space,
                                          const std::string& identity = "the daemon") {
    registry::ZookeeperOptions options;
    options.connect = space.address();
    options.name_space = space.name();
    options.session_timeout = model::Milliseconds{10'000};
    options.identity = identity;
    return options;
}

}  // namespace dsr::interop
