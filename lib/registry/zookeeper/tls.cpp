// SPDX-License-Identifier: Apache-2.0
// The build sets DSR_ZOOKEEPER_TLS where the library has zookeeper_init_ssl, which the header declares only with
// HAVE_OPENSSL_H.
#ifdef DSR_ZOOKEEPER_TLS
#define HAVE_OPENSSL_H
#endif
#include "registry/zookeeper/tls.hpp"

#include <zookeeper/zookeeper.h>

#include "model/failure.hpp"
#include "registry/zookeeper/log.hpp"

namespace dsr::registry {

#ifdef DSR_ZOOKEEPER_TLS

bool client_has_tls() noexcept {
    return true;
}

zhandle_t* open_with_tls(const std::string& connect, const TlsFiles& files, watcher_fn watcher, int session_timeout_ms,
                         void* context) {
    const std::string list = files.ca + "," + files.certificate + "," + files.key;
    auto* handle = zookeeper_init_ssl(connect.c_str(), list.c_str(), watcher, session_timeout_ms, nullptr, context,
                                      ZOO_NO_LOG_CLIENTENV);
    if (handle != nullptr) zoo_set_log_callback(handle, zookeeper_log_line);
    return handle;
}

#else

bool client_has_tls() noexcept {
    return false;
}

zhandle_t* open_with_tls(const std::string&, const TlsFiles&, watcher_fn, int, void*) {
    demand_client_tls();
    return nullptr;
}

#endif

void demand_client_tls() {
    if (client_has_tls()) return;
    throw model::Failure(
        model::ErrorKind::permanent,
        "registry.tls.enabled is true, but the ZooKeeper client library that this program was built with has no TLS "
        "(Debian's has none), and an unencrypted connection is not used instead. Set it to false and point "
        "registry.connect at a TLS tunnel on this machine: docs/transport-security.md");
}

}  // namespace dsr::registry
