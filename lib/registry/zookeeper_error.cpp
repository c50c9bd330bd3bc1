// SPDX-License-Identifier: Apache-2.0
#include "registry/zookeeper_error.hpp"

#include <zookeeper/zookeeper.h>

namespace dsr::registry {
namespace {

using model::Meaning;

Meaning meaning_of(int code, Access access) {
    switch (code) {
        // The request may have been on its way, or done, when the connection went. ZOPERATIONTIMEOUT comes from a
        // stalled server, ZCONNECTIONLOSS from a reset, ZSESSIONMOVED from a reconnect to another server.
        case ZCONNECTIONLOSS:
        case ZOPERATIONTIMEOUT:
        case ZSESSIONMOVED:
        case ZCLOSING:
            return access == Access::write ? Meaning::unknown_outcome : Meaning::retry;
        // Never taken up: the session was over, or the server turned the request away.
        case ZSESSIONEXPIRED:
        case ZINVALIDSTATE:
        case ZNOTREADONLY:
        case ZTHROTTLEDOP:
        case ZRECONFIGINPROGRESS:
        case ZNEWCONFIGNOQUORUM:
            return Meaning::retry;
        case ZNONODE:
        case ZNODEEXISTS:
        case ZBADVERSION:
        case ZNOTEMPTY:
        case ZNOCHILDRENFOREPHEMERALS:
            return Meaning::conflict;
        default:
            return Meaning::refused;
    }
}

std::string advice(int code, Meaning meaning) {
    switch (code) {
        case ZNOAUTH:
        case ZAUTHFAILED:
        case ZSESSIONCLOSEDREQUIRESASLAUTH:
            return "; the nodes belong to another user: set registry.digest_file to the digest that the masters use";
        case ZBADARGUMENTS:
            return "; this is no path that ZooKeeper takes";
        default:
            return meaning == Meaning::unknown_outcome ? "; it may or may not have been done" : "";
    }
}

}  // namespace

model::Failure zookeeper_failure(int code, Access access, const std::string& what) {
    const auto meaning = meaning_of(code, access);
    return {meaning, "ZooKeeper: " + std::string{zerror(code)} + " (" + std::to_string(code) + ") while " + what +
                         advice(code, meaning)};
}

}  // namespace dsr::registry
