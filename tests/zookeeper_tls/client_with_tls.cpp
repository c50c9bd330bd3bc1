// SPDX-License-Identifier: Apache-2.0
// The registry's code for a ZooKeeper client library that has TLS, which Debian's has not: compiled for such a library,
// whose one function stands here. What it does on a wire is shown by no test, but where the build finds a library that
// has it, e2e zookeeper_tls goes through it.
#define HAVE_OPENSSL_H
#include <zookeeper/zookeeper.h>

#include <catch2/catch.hpp>
#include <string>

#include "registry/zookeeper/tls.hpp"

namespace {

std::string asked_for;

void watch(zhandle_t*, int, int, const char*, void*) {}

}  // namespace

zhandle_t* zookeeper_init_ssl(const char* host, const char* cert, watcher_fn watcher, int timeout, const clientid_t* id,
                              void* context, int flags) {
    asked_for = std::string(host) + " " + cert + " " + std::to_string(timeout);
    return zookeeper_init2(host, watcher, timeout, id, context, flags, nullptr);
}

TEST_CASE("where the library has TLS, it is given the three files in its order", "[registry]") {
    CHECK(dsr::registry::client_has_tls());
    CHECK_NOTHROW(dsr::registry::demand_client_tls());
    auto* handle =
        dsr::registry::open_with_tls("127.0.0.1:1", {"/ca.pem", "/client.pem", "/client.key"}, watch, 4000, nullptr);
    REQUIRE(handle != nullptr);
    CHECK(zoo_get_log_callback(handle) != nullptr);
    CHECK(asked_for == "127.0.0.1:1 /ca.pem,/client.pem,/client.key 4000");
    zookeeper_close(handle);
}
