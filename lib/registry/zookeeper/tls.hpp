// SPDX-License-Identifier: Apache-2.0
// TLS to ZooKeeper through the C library, which supports it only if built with OpenSSL (Debian's is not). It then
// checks that the server's certificate was signed by the given CA or one that the system trusts, but not the name in
// it, and it requires a certificate of its own.
#pragma once

#include <string>

#include "registry/zookeeper/handle.hpp"

namespace dsr::registry {

/// Whether the C library of this build has TLS.
bool client_has_tls() noexcept;

/// Throws Failure(permanent), which says what to do instead, unless client_has_tls().
void demand_client_tls();

/// zookeeper_init2 over TLS. No path in files may contain a comma. Returns null, and sets errno, when no host can be
/// resolved. Throws as demand_client_tls().
_zhandle* open_with_tls(const std::string& connect, const TlsFiles& files,
                        void (*watcher)(_zhandle*, int type, int state, const char* path, void* context),
                        int session_timeout_ms, void* context);

}  // namespace dsr::registry
