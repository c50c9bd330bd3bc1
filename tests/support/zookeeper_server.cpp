// SPDX-License-Identifier: Apache-2.0
#include "support/zookeeper_server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace dsr::support {

std::string shared_zookeeper() {
    return setting_of_servers("DSR_TEST_ZOOKEEPER");
}

std::string four_letters(const std::string& address, const std::string& word) {
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval timeout{0, 500'000};  // a server that starts may take the connection and never speak
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string answer;
    if (connect(client, reinterpret_cast<sockaddr*>(&server), sizeof server) == 0 &&
        send(client, word.data(), word.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(word.size())) {
        char some[4096];
        for (ssize_t got = 0; (got = recv(client, some, sizeof some, 0)) > 0;)
            answer.append(some, static_cast<std::size_t>(got));
    }
    close(client);
    return answer;
}

std::string debian_class_path(const std::vector<std::string>& jars, const std::string& packages) {
    std::string path;
    for (const auto& jar : jars) {
        const auto file = "/usr/share/java/" + jar + ".jar";
        if (!std::filesystem::exists(file))
            throw std::runtime_error(file + " is not installed: apt-get install " + packages);
        path += (path.empty() ? "" : ":") + file;
    }
    return path;
}

PrivateZookeeper::PrivateZookeeper(std::vector<std::string> options)
    : options_(std::move(options)), port_(free_port()) {
    start();
}

void PrivateZookeeper::start() {
    std::ofstream{folder_.path / "zoo.cfg"} << "dataDir=" << (folder_.path / "data").string()
                                            << "\nclientPort=" << port_
                                            << "\nclientPortAddress=127.0.0.1\ntickTime=500\nminSessionTimeout=1000\n"
                                               "maxSessionTimeout=60000\nmaxClientCnxns=0\nadmin.enableServer=false\n"
                                               "4lw.commands.whitelist=*\n";
    const auto jars = debian_class_path(
        {"zookeeper", "zookeeper-jute", "slf4j-api", "slf4j-simple", "metrics-core", "snappy-java", "commons-io",
         "netty-buffer", "netty-codec", "netty-common", "netty-handler", "netty-resolver", "netty-transport",
         "netty-transport-native-epoll", "netty-transport-native-unix-common"},
        "zookeeper libslf4j-java");
    std::vector<std::string> command{"java",
                                     "-Xms32m",
                                     "-Xmx128m",
                                     "-XX:+UseSerialGC",
                                     "-XX:TieredStopAtLevel=1",
                                     "-Dzookeeper.preAllocSize=1024",
                                     "-Dznode.container.checkIntervalMs=200"};
    command.insert(command.end(), options_.begin(), options_.end());
    command.insert(command.end(),
                   {"-cp", jars, "org.apache.zookeeper.server.ZooKeeperServerMain", folder_.path / "zoo.cfg"});
    process_ = std::make_unique<ChildProcess>(command, folder_.path / "log");
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (four_letters(address(), "ruok") != "imok") {
        if (!process_->running() || std::chrono::steady_clock::now() > until) {
            throw std::runtime_error("the private ZooKeeper did not start: " + text_of(folder_.path / "log"));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
}

void PrivateZookeeper::stop() {
    process_->kill();
}

}  // namespace dsr::support
