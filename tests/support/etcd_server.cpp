// SPDX-License-Identifier: Apache-2.0
#include "support/etcd_server.hpp"

#include <openssl/evp.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "support/zookeeper_client.hpp"

namespace dsr::support {

namespace beast = boost::beast;
namespace http = beast::http;
using nlohmann::json;

PrivateEtcd::PrivateEtcd(std::vector<std::string> options)
    : options_(std::move(options)), port_(free_port()), peer_port_(free_port()) {
    start();
}

void PrivateEtcd::start() {
    if (!std::filesystem::exists("/usr/bin/etcd"))
        throw std::runtime_error("/usr/bin/etcd is not installed: apt-get install etcd-server");
    const auto peer = "http://127.0.0.1:" + std::to_string(peer_port_);
    std::vector<std::string> command{"/usr/bin/etcd",
                                     "--data-dir",
                                     (folder_.path / "data").string(),
                                     "--listen-client-urls",
                                     endpoint(),
                                     "--advertise-client-urls",
                                     endpoint(),
                                     "--listen-peer-urls",
                                     peer,
                                     "--initial-advertise-peer-urls",
                                     peer,
                                     "--initial-cluster",
                                     "default=" + peer};
    command.insert(command.end(), options_.begin(), options_.end());
    process_ = std::make_unique<ChildProcess>(command, folder_.path / "log");
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    for (;;) {
        boost::asio::io_context io;
        beast::tcp_stream stream(io);
        stream.expires_after(std::chrono::seconds{2});
        try {
            stream.connect({boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port_)});
            http::request<http::empty_body> request{http::verb::get, "/health", 11};
            request.set(http::field::host, "127.0.0.1");
            http::write(stream, request);
            beast::flat_buffer buffer;
            http::response<http::string_body> answer;
            http::read(stream, buffer, answer);
            if (answer.result_int() == 200 && answer.body().find("\"true\"") != std::string::npos) return;
        } catch (const boost::system::system_error&) {
            // not yet
        }
        if (!process_->running() || std::chrono::steady_clock::now() > until) {
            throw std::runtime_error("the private etcd did not start: " + text_of(folder_.path / "log"));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
}

void PrivateEtcd::stop() {
    process_->kill();
}

PrivateEtcd& shared_etcd() {
    static PrivateEtcd server;
    return server;
}

json EtcdClient::post(const std::string& path, const json& body) const {
    boost::asio::io_context io;
    beast::tcp_stream stream(io);
    stream.expires_after(std::chrono::seconds{10});
    stream.connect({boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port_)});
    http::request<http::string_body> request{http::verb::post, path, 11};
    request.set(http::field::host, "127.0.0.1");
    if (!token_.empty()) request.set(http::field::authorization, token_);
    request.body() = body.dump();
    request.prepare_payload();
    http::write(stream, request);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> answer;
    answer.body_limit(std::uint64_t{256} * 1024 * 1024);
    http::read(stream, buffer, answer);
    if (answer.get().result_int() != 200)
        throw std::runtime_error(path + ": " + std::to_string(answer.get().result_int()) + " " + answer.get().body());
    return json::parse(answer.get().body());
}

std::string EtcdClient::base64(const std::string& bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                    static_cast<int>(bytes.size()));
    text.pop_back();
    return text;
}

std::string EtcdClient::from_base64(const std::string& text) {
    std::string bytes(text.size() / 4 * 3 + 1, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) throw std::runtime_error("no base64: " + text);
    auto padding = 0;
    for (auto c = text.rbegin(); c != text.rend() && *c == '='; ++c) ++padding;
    bytes.resize(static_cast<std::size_t>(size - padding));
    return bytes;
}

void EtcdClient::put(const std::string& key, const std::string& value, std::int64_t lease) const {
    (void)post("/v3/kv/put", {{"key", base64(key)}, {"value", base64(value)}, {"lease", std::to_string(lease)}});
}

void EtcdClient::remove(const std::string& key) const {
    (void)post("/v3/kv/deleterange", {{"key", base64(key)}});
}

void EtcdClient::remove_prefix(const std::string& prefix) const {
    auto end = prefix;
    ++end.back();
    (void)post("/v3/kv/deleterange", {{"key", base64(prefix)}, {"range_end", base64(end)}});
}

std::optional<std::string> EtcdClient::get(const std::string& key) const {
    const auto answer = post("/v3/kv/range", {{"key", base64(key)}});
    if (!answer.contains("kvs")) return std::nullopt;
    return from_base64(answer["kvs"][0].value("value", ""));
}

std::vector<std::string> EtcdClient::keys(const std::string& prefix) const {
    auto end = prefix;
    ++end.back();
    const auto answer =
        post("/v3/kv/range", {{"key", base64(prefix)}, {"range_end", base64(end)}, {"keys_only", true}});
    std::vector<std::string> all;
    if (answer.contains("kvs"))
        for (const auto& kv : answer["kvs"]) all.push_back(from_base64(kv["key"]));
    return all;
}

std::int64_t EtcdClient::grant(int ttl_s) const {
    return std::stoll(post("/v3/lease/grant", {{"TTL", std::to_string(ttl_s)}})["ID"].get<std::string>());
}

void EtcdClient::revoke(std::int64_t lease) const {
    (void)post("/v3/lease/revoke", {{"ID", std::to_string(lease)}});
}

EtcdNamespace::EtcdNamespace(const PrivateEtcd& server) : client_(server.port()) {
    static std::atomic<int> count{0};
    name_ = "test-" + std::to_string(getpid()) + "-" + std::to_string(++count);
    client_.put(at("/nodes/master"), "");
    client_.put(at("/nodes/worker"), "");
}

EtcdNamespace::~EtcdNamespace() {
    try {
        client_.remove_prefix(name_ + "/");
        client_.remove_prefix(name_ + "-reconciler/");
    } catch (const std::exception&) {
        // its server may be gone by now
    }
}

void EtcdNamespace::add_master(const std::string& host_and_port, long long startup_ms, int process_id) {
    client_.put(at("/nodes/master/" + host_and_port), TestNamespace::heartbeat(startup_ms, process_id),
                client_.grant(60));
}

void EtcdNamespace::add_worker(const std::string& host_and_port, long long startup_ms, int process_id) {
    client_.put(at("/nodes/worker/" + host_and_port), TestNamespace::heartbeat(startup_ms, process_id),
                client_.grant(60));
}

}  // namespace dsr::support
