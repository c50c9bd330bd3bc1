// SPDX-License-Identifier: Apache-2.0
#include "support/zookeeper_client.hpp"

#include <unistd.h>
#include <zookeeper/zookeeper.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <stdexcept>

namespace dsr::support {
namespace {

void check(int code, const std::string& what) {
    if (code != ZOK) throw std::runtime_error(what + ": " + zerror(code));
}

void no_log(const char*) {}

/// A one-shot signal from the library's threads.
class Event {
public:
    void set(int value) {
        const std::lock_guard lock{guard_};
        value_ = value;
        told_.notify_all();
    }
    int wait(const std::string& what) {
        std::unique_lock lock{guard_};
        if (!told_.wait_for(lock, std::chrono::seconds{30}, [&] { return value_.has_value(); }))
            throw std::runtime_error(what + ": no answer within 30 s");
        return *value_;
    }

private:
    std::mutex guard_;
    std::condition_variable told_;
    std::optional<int> value_;
};

void on_session(zhandle_t*, int type, int state, const char*, void* context) {
    if (type == ZOO_SESSION_EVENT && (state == ZOO_CONNECTED_STATE || state == ZOO_EXPIRED_SESSION_STATE) && context)
        static_cast<Event*>(context)->set(state);
}

void on_auth(int code, const void* context) {
    static_cast<Event*>(const_cast<void*>(context))->set(code);
}

/// Connects; null when the session to join has expired. `connected` must outlive the handle, whose events it gets.
zhandle_t* open(const std::string& address, int timeout_ms, const clientid_t* session, Event& connected) {
    auto* const handle =
        zookeeper_init2(address.c_str(), on_session, timeout_ms, session, &connected, ZOO_NO_LOG_CLIENTENV, no_log);
    if (handle == nullptr) throw std::runtime_error("zookeeper_init2 " + address);
    try {
        if (connected.wait("connecting to " + address) == ZOO_CONNECTED_STATE) return handle;
    } catch (const std::exception&) {
        zookeeper_close(handle);
        throw;
    }
    zookeeper_close(handle);
    return nullptr;
}

/// java.util.Random.nextBytes of 16 bytes: how ZooKeeperServer makes a session's password of its id.
void fill_password(std::int64_t session_id, char (&password)[16]) {
    constexpr std::uint64_t multiplier = 0x5DEECE66DULL;
    constexpr std::uint64_t mask = (1ULL << 48) - 1;
    constexpr std::uint64_t server_secret = 0xB3415C00ULL;
    auto seed = ((static_cast<std::uint64_t>(session_id) ^ server_secret) ^ multiplier) & mask;
    for (std::size_t i = 0; i < sizeof password;) {
        seed = (seed * multiplier + 0xB) & mask;
        auto number = static_cast<std::uint32_t>(seed >> 16);
        for (int n = 0; n < 4; ++n, number >>= 8) password[i++] = static_cast<char>(number & 0xff);
    }
}

}  // namespace

ZookeeperClient::ZookeeperClient(const std::string& address, const std::string& digest, int session_timeout_ms)
    : connected_(std::make_shared<Event>()), creator_only_(!digest.empty()) {
    handle_ = open(address, session_timeout_ms, nullptr, *std::static_pointer_cast<Event>(connected_));
    if (!creator_only_) return;
    Event done;
    check(zoo_add_auth(handle_, "digest", digest.data(), static_cast<int>(digest.size()), on_auth, &done),
          "zoo_add_auth");
    check(done.wait("authenticating"), "authenticating");
}

ZookeeperClient::~ZookeeperClient() {
    zookeeper_close(handle_);
}

std::string ZookeeperClient::create(const std::string& path, const std::string& data, Kind kind) {
    const auto* acl = creator_only_ ? &ZOO_CREATOR_ALL_ACL : &ZOO_OPEN_ACL_UNSAFE;
    for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        const auto parent = path.substr(0, slash);
        const auto code = zoo_create(handle_, parent.c_str(), nullptr, -1, acl, ZOO_PERSISTENT, nullptr, 0);
        if (code != ZNODEEXISTS) check(code, "creating " + parent);
    }
    const int flags = kind == Kind::persistent  ? ZOO_PERSISTENT
                      : kind == Kind::ephemeral ? ZOO_EPHEMERAL
                                                : ZOO_EPHEMERAL_SEQUENTIAL;
    std::string made(path.size() + 16, '\0');
    check(zoo_create(handle_, path.c_str(), data.data(), static_cast<int>(data.size()), acl, flags, made.data(),
                     static_cast<int>(made.size())),
          "creating " + path);
    made.resize(std::strlen(made.c_str()));
    return made;
}

void ZookeeperClient::create_many(const std::vector<std::string>& paths, const std::string& data) {
    const auto* acl = creator_only_ ? &ZOO_CREATOR_ALL_ACL : &ZOO_OPEN_ACL_UNSAFE;
    for (std::size_t begin = 0; begin < paths.size();) {
        const auto count = std::min<std::size_t>(1'000, paths.size() - begin);
        std::vector<zoo_op_t> operations(count);
        std::vector<zoo_op_result_t> results(count);
        for (std::size_t i = 0; i < count; ++i)
            zoo_create_op_init(&operations[i], paths[begin + i].c_str(), data.data(), static_cast<int>(data.size()),
                               acl, ZOO_PERSISTENT, nullptr, 0);
        check(zoo_multi(handle_, static_cast<int>(count), operations.data(), results.data()), "zoo_multi");
        begin += count;
    }
}

void ZookeeperClient::set(const std::string& path, const std::string& data) {
    check(zoo_set(handle_, path.c_str(), data.data(), static_cast<int>(data.size()), -1), "setting " + path);
}

void ZookeeperClient::remove(const std::string& path) {
    check(zoo_delete(handle_, path.c_str(), -1), "removing " + path);
}

void ZookeeperClient::remove_tree(const std::string& path) {
    auto leaves = children(path);
    for (auto& leaf : leaves) leaf.insert(0, path + "/");
    for (std::size_t begin = 0; begin < leaves.size();) {
        const auto count = std::min<std::size_t>(1'000, leaves.size() - begin);
        std::vector<zoo_op_t> operations(count);
        std::vector<zoo_op_result_t> results(count);
        for (std::size_t i = 0; i < count; ++i) zoo_delete_op_init(&operations[i], leaves[begin + i].c_str(), -1);
        if (zoo_multi(handle_, static_cast<int>(count), operations.data(), results.data()) != ZOK)  // no leaf, or gone
            for (std::size_t i = 0; i < count; ++i) remove_tree(leaves[begin + i]);
        begin += count;
    }
    const auto code = zoo_delete(handle_, path.c_str(), -1);
    if (code == ZNOTEMPTY) return remove_tree(path);
    if (code != ZNONODE) check(code, "removing " + path);
}

std::optional<std::string> ZookeeperClient::get(const std::string& path) const {
    std::string data(1 << 20, '\0');
    auto size = static_cast<int>(data.size());
    const auto code = zoo_get(handle_, path.c_str(), 0, data.data(), &size, nullptr);
    if (code == ZNONODE) return {};
    check(code, "reading " + path);
    data.resize(static_cast<std::size_t>(std::max(size, 0)));
    return data;
}

std::vector<std::string> ZookeeperClient::children(const std::string& path) const {
    String_vector names{};
    const auto code = zoo_get_children(handle_, path.c_str(), 0, &names);
    if (code == ZNONODE) return {};
    check(code, "listing " + path);
    std::vector<std::string> sorted(names.data, names.data + names.count);
    deallocate_String_vector(&names);
    std::sort(sorted.begin(), sorted.end());
    return sorted;
}

std::vector<std::string> ZookeeperClient::acl(const std::string& path) const {
    ACL_vector entries{};
    Stat stat{};
    check(zoo_get_acl(handle_, path.c_str(), &entries, &stat), "acl of " + path);
    std::vector<std::string> all;
    for (int i = 0; i < entries.count; ++i)
        all.push_back(std::string{entries.data[i].id.scheme} + ":" + entries.data[i].id.id + ":" +
                      std::to_string(entries.data[i].perms));
    deallocate_ACL_vector(&entries);
    return all;
}

std::int64_t ZookeeperClient::session_id() const {
    return zoo_client_id(handle_)->client_id;
}

void end_session(const std::string& address, std::int64_t session_id) {
    clientid_t session{};
    session.client_id = session_id;
    fill_password(session_id, session.passwd);
    // Its owner reconnects as soon as we join, and may win: until the server knows the session no more.
    for (int tries = 0; tries < 100; ++tries) {
        Event connected;
        auto* const handle = open(address, 30'000, &session, connected);
        if (handle == nullptr) return;
        zookeeper_close(handle);
    }
    throw std::runtime_error("the session does not end");
}

TestNamespace::TestNamespace(const std::string& address, const std::string& digest)
    : address_(address), client_(address, digest) {
    static std::atomic<int> count{0};
    name_ = "test-" + std::to_string(getpid()) + "-" + std::to_string(++count);
    client_.create(at("/nodes/master"));
    client_.create(at("/nodes/worker"));
}

TestNamespace::~TestNamespace() {
    try {
        client_.remove_tree("/" + name_);
        client_.remove_tree("/" + name_ + "-reconciler");
    } catch (const std::exception&) {
        // its server may be gone by now
    }
}

std::string TestNamespace::heartbeat(long long startup_ms, int process_id) {
    return R"({"startupTime":)" + std::to_string(startup_ms) + R"(,"reportTime":)" +
           std::to_string(startup_ms + 10'000) + R"(,"cpuUsage":0.1,"processId":)" + std::to_string(process_id) + "}";
}

void TestNamespace::add_master(const std::string& host_and_port, long long startup_ms, int process_id) {
    client_.create(at("/nodes/master/" + host_and_port), heartbeat(startup_ms, process_id),
                   ZookeeperClient::Kind::ephemeral);
}

void TestNamespace::add_worker(const std::string& host_and_port, long long startup_ms, int process_id) {
    client_.create(at("/nodes/worker/" + host_and_port), heartbeat(startup_ms, process_id),
                   ZookeeperClient::Kind::ephemeral);
}

}  // namespace dsr::support
