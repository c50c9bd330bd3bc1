// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper/error.hpp"

#include <zookeeper/zookeeper.h>

namespace dsr::registry {
namespace {

using model::ErrorKind;

ErrorKind error_kind_of(int code, Access access) {
    switch (code) {
        // The request may have been sent, or done, when the connection was lost. ZOPERATIONTIMEOUT comes from a stalled
        // server, ZCONNECTIONLOSS from a reset, ZSESSIONMOVED from a reconnect to another server.
        case ZCONNECTIONLOSS:
        case ZOPERATIONTIMEOUT:
        case ZSESSIONMOVED:
        case ZCLOSING:
            return access == Access::write ? ErrorKind::unknown_outcome : ErrorKind::retry;
        // Not executed: the session was over, or the server refused the request.
        case ZSESSIONEXPIRED:
        case ZINVALIDSTATE:
        case ZNOTREADONLY:
        case ZTHROTTLEDOP:
        case ZRECONFIGINPROGRESS:
        case ZNEWCONFIGNOQUORUM:
            return ErrorKind::retry;
        case ZNONODE:
        case ZNODEEXISTS:
        case ZBADVERSION:
        case ZNOTEMPTY:
        case ZNOCHILDRENFOREPHEMERALS:
            return ErrorKind::conflict;
        default:
            return ErrorKind::permanent;
    }
}

std::string advice(int code, ErrorKind error_kind) {
    switch (code) {
        case ZNOAUTH:
        case ZAUTHFAILED:
        case ZSESSIONCLOSEDREQUIRESASLAUTH:
            return "; the nodes belong to another user: set registry.digest_file to the digest that the masters use";
        case ZBADARGUMENTS:
            return "; this is not a valid ZooKeeper path";
        default:
            return error_kind == ErrorKind::unknown_outcome ? "; the outcome is unknown" : "";
    }
}

}  // namespace

model::Failure zookeeper_failure(int code, Access access, const std::string& what) {
    const auto error_kind = error_kind_of(code, access);
    return {error_kind, "ZooKeeper: " + std::string{zerror(code)} + " (" + std::to_string(code) + ") while " + what +
                            advice(code, error_kind)};
}

}  // namespace dsr::registry
