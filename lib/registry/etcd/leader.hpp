// SPDX-License-Identifier: Apache-2.0
// Our place in the line of daemons: a queue of its own (QueuedKey) below "<namespace>-reconciler/leader", with the
// identity of each daemon as value; the first leads. The end of a session removes our key; then we enter again at the
// end of the line. Thread: the session's.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "registry/etcd/queued_key.hpp"
#include "registry/registry.hpp"

namespace dsr::registry::etcd {

class Leader {
public:
    /// path: of the line, without a slash at its end.
    Leader(std::shared_ptr<Session> session, std::string path, std::string identity, std::stop_token stop);

    /// As Registry::lead, leadership and resign; the destructor resigns.
    [[nodiscard]] Leadership lead();
    [[nodiscard]] Leadership look();
    void resign() noexcept { key_.reset(); }

private:
    [[nodiscard]] std::vector<KeyValue> read_line();
    [[nodiscard]] Leadership told(const std::vector<KeyValue>& line) const;

    std::shared_ptr<Session> session_;
    std::string path_;
    std::string identity_;
    std::stop_token stop_;
    std::unique_ptr<QueuedKey> key_;  ///< null when we are not in the line
};

}  // namespace dsr::registry::etcd
