// SPDX-License-Identifier: Apache-2.0
// The requests and answers of etcd's API v3 that this project needs, as values, and their JSON form in the gateway
// (docs/dolphinscheduler-protocol.md, section 3.6): bytes in base64, 64-bit integers as text, fields that are zero or
// empty left out. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dsr::registry::etcd {

struct KeyValue {
    std::string key;
    std::string value;
    std::int64_t create_revision = 0;  ///< of the cluster when the key was created; kept by later puts
    std::int64_t mod_revision = 0;     ///< of the cluster when it was last put
    std::int64_t version = 0;          ///< number of puts since it was created
    std::int64_t lease = 0;            ///< 0: none
    bool operator==(const KeyValue&) const = default;
};

/// Reads one key, or with range_end all keys from key to before range_end.
struct Range {
    std::string key;
    std::string range_end{};
    std::int64_t revision = 0;  ///< 0: now
    bool keys_only = false;
    bool by_creation = false;  ///< ordered by create_revision instead of by key
    std::int64_t limit = 0;    ///< 0: all
};

struct Put {
    std::string key;
    std::string value;
    std::int64_t lease = 0;
};

/// Deletes exactly this key.
struct Delete {
    std::string key;
};

using Step = std::variant<Range, Put, Delete>;

/// A condition of a transaction: the revision of the key equals `revision`. The creation revision of a key that does
/// not exist is 0.
struct Compare {
    enum class Target { create, mod };
    std::string key;
    Target target = Target::create;
    std::int64_t revision = 0;
};

/// If all of `when` hold, does `then`, else `otherwise`; in order, at one revision.
struct Txn {
    std::vector<Compare> when{};
    std::vector<Step> then{};
    std::vector<Step> otherwise{};
};

/// The header of every answer.
struct Header {
    std::uint64_t cluster_id = 0;
    std::int64_t revision = 0;
};

struct RangeAnswer {
    std::vector<KeyValue> found;
    std::int64_t count = 0;  ///< number of keys in the range, whatever the limit
};

struct TxnAnswer {
    Header header;
    bool succeeded = false;            ///< all conditions held
    std::vector<RangeAnswer> answers;  ///< one for each step that was done; empty for a put or a delete
};

struct LeaseAnswer {
    Header header;
    std::int64_t id = 0;
    std::int64_t ttl_s = 0;  ///< 0: there is no such lease
};

/// An error that the gateway answers: gRPC's code and text. Code 0 when the text is no answer of the gateway.
struct GatewayError {
    int code = 0;
    std::string text;
};

/// The range_end that makes a Range of all keys with that prefix; the prefix must end in '/'.
std::string prefix_end(std::string prefix);

std::string to_json(const Range& range);
std::string to_json(const Txn& txn);
std::string authenticate_json(const std::string& user, const std::string& password);
std::string grant_json(std::int64_t ttl_s);
std::string lease_json(std::int64_t id);

/// Each parses one answer. Nothing when the text is no such answer.
std::optional<TxnAnswer> parse_txn(std::string_view json);
/// As a transaction of one step.
std::optional<TxnAnswer> parse_range(std::string_view json);
/// Of a grant, or of a keep-alive.
std::optional<LeaseAnswer> parse_lease(std::string_view json);
std::optional<std::string> parse_token(std::string_view json);
GatewayError parse_error(std::string_view json);

}  // namespace dsr::registry::etcd
