// SPDX-License-Identifier: Apache-2.0
#include "registry/etcd/gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/failure.hpp"

namespace dsr::registry::etcd {

using model::ErrorKind;
using model::Failure;

namespace {

constexpr model::Milliseconds while_stopping{1'000};

/// The codes of gRPC that etcd answers with.
enum Code : int {
    invalid_argument = 3,
    deadline_exceeded = 4,
    not_found = 5,
    permission_denied = 7,
    resource_exhausted = 8,
    failed_precondition = 9,
    out_of_range = 11,
    unavailable = 14,
    unauthenticated = 16
};

bool mentions(const GatewayError& error, std::string_view text) {
    return error.text.find(text) != std::string::npos;
}

/// Another member may answer: this one is cut off from the others, or stops.
class MemberUnavailable : public Failure {
    using Failure::Failure;
};

class TokenRefused : public Failure {
    using Failure::Failure;
};

}  // namespace

Gateway::Gateway(GatewayOptions options, std::stop_token shutdown)
    : options_(std::move(options)), shutdown_(std::move(shutdown)), http_(options_.tls) {
    if (options_.endpoints.empty()) throw Failure(ErrorKind::permanent, "registry.endpoints names no member of etcd");
}

std::string Gateway::post(const std::string& path, const std::string& json, Access access) {
    std::string why;
    for (std::size_t tried = 0; tried < options_.endpoints.size(); ++tried) {
        try {
            try {
                if (!options_.user.empty() && token_.empty()) authenticate();
                return post_to_member(path, json, access);
            } catch (const TokenRefused&) {
                authenticate();  // tokens end after some minutes without use, and with the member's process
                return post_to_member(path, json, access);
            }
        } catch (const MemberUnavailable& failure) {
            why += (why.empty() ? "" : "; ") + std::string(failure.what());
            current_ = (current_ + 1) % options_.endpoints.size();
        }
    }
    throw Failure(ErrorKind::retry, why);
}

std::string Gateway::post_to_member(const std::string& path, const std::string& json, Access access) {
    const auto doubt = access == Access::write ? ErrorKind::unknown_outcome : ErrorKind::retry;
    const auto told = [&](const std::string& what) { return fmt::format("etcd at {}: {}", member(), what); };
    HttpAnswer answer;
    try {
        const auto limit =
            shutdown_.stop_requested() ? std::min(while_stopping, options_.time_limit) : options_.time_limit;
        answer = http_.post(member() + path, json, token_, limit);
    } catch (const HttpFailure& failure) {
        if (failure.needs_operator()) throw Failure(ErrorKind::permanent, told(failure.what()));
        if (access == Access::write && failure.maybe_arrived()) {
            current_ = (current_ + 1) % options_.endpoints.size();  // for what follows
            throw Failure(doubt, told(std::string(failure.what()) + "; the outcome is unknown"));
        }
        throw MemberUnavailable(ErrorKind::retry, told(failure.what()));
    }
    if (answer.status == 200) return std::move(answer.body);
    const auto error = parse_error(answer.body);
    if (error.code == 0) {
        if (answer.status == 404)
            throw Failure(
                ErrorKind::permanent,
                told("it does not serve " + path +
                     ": its gateway is switched off; start etcd with --enable-grpc-gateway=true (an etcd with "
                     "a configuration file needs `enable-grpc-gateway: true` in it), or it is older than 3.4"));
        if (answer.status < 500)
            throw Failure(ErrorKind::permanent,
                          told(fmt::format("status {} without a reason: is this an etcd?", answer.status)));
        if (access == Access::write)
            throw Failure(doubt, told(fmt::format("status {} without a reason", answer.status)));
        throw MemberUnavailable(ErrorKind::retry, told(fmt::format("status {} without a reason", answer.status)));
    }
    const auto text = told(error.text);
    switch (error.code) {
        case unauthenticated:
            if (!options_.user.empty() && path != "/v3/auth/authenticate")
                throw TokenRefused(ErrorKind::permanent, text);
            throw Failure(ErrorKind::permanent, text + "; check registry.user and registry.password_file");
        case invalid_argument:
            if (mentions(error, "user name is empty"))
                throw Failure(ErrorKind::permanent,
                              text + "; this etcd asks for a user: set registry.user and registry.password_file");
            if (mentions(error, "authentication failed") || mentions(error, "revision of auth store is old")) {
                if (path != "/v3/auth/authenticate" && !options_.user.empty())
                    throw TokenRefused(ErrorKind::permanent, text);
                throw Failure(ErrorKind::permanent, text + "; check registry.user and registry.password_file");
            }
            throw Failure(ErrorKind::permanent, text);
        case permission_denied:
            throw Failure(ErrorKind::permanent,
                          text +
                              "; grant registry.user a role that may read and write all keys that begin with "
                              "registry.namespace");
        case failed_precondition:
            if (mentions(error, "authentication is not enabled"))
                throw Failure(ErrorKind::permanent, text + "; remove registry.user, or enable authentication");
            throw Failure(ErrorKind::permanent, text);
        case not_found:
        case out_of_range:
            throw Failure(ErrorKind::conflict, text);
        case resource_exhausted:
            throw Failure(ErrorKind::retry, text + "; nothing can be written until etcd has room again");
        case unavailable:
            if (access == Access::read || mentions(error, "no leader"))
                throw MemberUnavailable(ErrorKind::retry, text + "; most of its members must be up and connected");
            throw Failure(doubt, text + "; the outcome is unknown");
        case deadline_exceeded:
        default:
            throw Failure(doubt, text);
    }
}

void Gateway::authenticate() {
    token_.clear();
    auto token = parse_token(
        post_to_member("/v3/auth/authenticate", authenticate_json(options_.user, options_.password), Access::read));
    if (!token)
        throw Failure(ErrorKind::retry,
                      fmt::format("etcd at {}: an answer without a token to the login of {}", member(), options_.user));
    token_ = *std::move(token);
}

void Gateway::check(const Header& header) {
    if (cluster_id_ == 0) cluster_id_ = header.cluster_id;
    if (header.cluster_id == cluster_id_) return;
    throw Failure(ErrorKind::permanent,
                  fmt::format("etcd at {} belongs to cluster {:x}, but this daemon works with cluster {:x}: correct "
                              "registry.endpoints; if the cluster was rebuilt, restart this daemon",
                              member(), header.cluster_id, cluster_id_));
}

template <class Answer>
Answer Gateway::checked(std::optional<Answer> answer, Access access) {
    if (!answer)
        throw Failure(access == Access::write ? ErrorKind::unknown_outcome : ErrorKind::retry,
                      fmt::format("etcd at {}: an answer that is not etcd's; check registry.endpoints", member()));
    check(answer->header);
    return *std::move(answer);
}

TxnAnswer Gateway::range(const Range& range) {
    return checked(parse_range(post("/v3/kv/range", to_json(range), Access::read)), Access::read);
}

TxnAnswer Gateway::read(std::vector<Range> ranges) {
    Txn txn;
    txn.then.assign(std::make_move_iterator(ranges.begin()), std::make_move_iterator(ranges.end()));
    auto answer = checked(parse_txn(post("/v3/kv/txn", to_json(txn), Access::read)), Access::read);
    if (answer.answers.size() != txn.then.size())
        throw Failure(ErrorKind::retry, fmt::format("etcd at {}: an answer with parts missing", member()));
    return answer;
}

TxnAnswer Gateway::txn(const Txn& txn) {
    auto answer = checked(parse_txn(post("/v3/kv/txn", to_json(txn), Access::write)), Access::write);
    if (answer.answers.size() != (answer.succeeded ? txn.then : txn.otherwise).size())
        throw Failure(ErrorKind::unknown_outcome, fmt::format("etcd at {}: an answer with parts missing", member()));
    return answer;
}

LeaseAnswer Gateway::grant(std::int64_t ttl_s) {
    // A lease whose answer is lost holds no key and ends by itself, so the grant may be repeated.
    auto answer = checked(parse_lease(post("/v3/lease/grant", grant_json(ttl_s), Access::read)), Access::read);
    if (answer.id == 0 || answer.ttl_s <= 0)
        throw Failure(ErrorKind::retry, fmt::format("etcd at {}: a lease without id or time", member()));
    return answer;
}

LeaseAnswer Gateway::keep_alive(std::int64_t id) {
    return checked(parse_lease(post("/v3/lease/keepalive", lease_json(id), Access::read)), Access::read);
}

void Gateway::revoke(std::int64_t id) {
    try {
        (void)post("/v3/lease/revoke", lease_json(id), Access::read);  // may be repeated
    } catch (const Failure& failure) {
        if (failure.kind() != ErrorKind::conflict) throw;
    }
}

}  // namespace dsr::registry::etcd
