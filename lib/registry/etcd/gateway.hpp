// SPDX-License-Identifier: Apache-2.0
// etcd as this project uses it: range, transaction, lease, authentication. Speaks to the JSON gateway that every etcd
// serves beside gRPC (/v3/...), so that nothing but libcurl is needed. Every read is linearizable: it contains every
// write that was answered before, whichever member is asked.
//
// Failures are translated by kind. retry: no member answered, or etcd has no leader. unknown_outcome: a write may have
// been done. conflict: etcd refused because of its state (the lease is gone, the revision was compacted). permanent: an
// operator must act (wrong password, missing permission, the gateway is off, the members belong to two clusters).
// Thread: one at a time; calls block, bounded by the time limit and the number of endpoints.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "registry/etcd/http_post.hpp"
#include "registry/etcd/messages.hpp"

namespace dsr::registry::etcd {

struct GatewayOptions {
    std::vector<std::string> endpoints;     ///< "http://host:port" or "https://host:port", at least one
    std::string user;                       ///< empty: without authentication
    std::string password;                   ///< a secret, never shown
    EtcdTls tls{};                          ///< for https
    model::Milliseconds time_limit{5'000};  ///< of one request to one member
};

class Gateway {
public:
    /// shutdown: when requested, a request is given up after 1 s.
    Gateway(GatewayOptions options, std::stop_token shutdown);

    /// One range, read at one revision.
    [[nodiscard]] TxnAnswer range(const Range& range);
    /// Several reads at one revision.
    [[nodiscard]] TxnAnswer read(std::vector<Range> ranges);
    /// A transaction that may write.
    [[nodiscard]] TxnAnswer txn(const Txn& txn);

    /// A new lease. etcd may grant a longer time than asked for.
    [[nodiscard]] LeaseAnswer grant(std::int64_t ttl_s);
    /// Renews the lease; ttl_s is 0 when it is gone.
    [[nodiscard]] LeaseAnswer keep_alive(std::int64_t id);
    /// Ends the lease, and deletes its keys. No error when it is gone.
    void revoke(std::int64_t id);

    /// The member that answered last, for messages.
    [[nodiscard]] const std::string& member() const { return options_.endpoints[current_]; }

private:
    enum class Access { read, write };

    /// Posts to the members, the last one that answered first, until one answers. A write that may have arrived is not
    /// repeated.
    std::string post(const std::string& path, const std::string& json, Access access);
    std::string post_to_member(const std::string& path, const std::string& json, Access access);
    void authenticate();
    /// Requires that the answer comes from the same cluster as all before.
    void check(const Header& header);
    template <class Answer>
    Answer checked(std::optional<Answer> answer, Access access);

    GatewayOptions options_;
    std::stop_token shutdown_;
    HttpPost http_;
    std::size_t current_ = 0;
    std::string token_;
    std::uint64_t cluster_id_ = 0;  ///< 0: not known yet
};

}  // namespace dsr::registry::etcd
