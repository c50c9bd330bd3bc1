// SPDX-License-Identifier: Apache-2.0
#include "registry/etcd/messages.hpp"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/base64.hpp"

namespace dsr::registry::etcd {
namespace {

using Json = nlohmann::json;

/// Thrown inside this file only: the text is no answer of etcd.
struct Malformed {};

/// A field that is left out when it is zero. etcd writes 64-bit integers as text; a number is accepted too.
template <class Integer>
Integer integer(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) return 0;
    if (found->is_number_unsigned() || found->is_number_integer()) {
        const auto fitting = [](auto number) {
            if (!std::in_range<Integer>(number)) throw Malformed{};
            return static_cast<Integer>(number);
        };
        return found->is_number_unsigned() ? fitting(found->get<std::uint64_t>()) : fitting(found->get<std::int64_t>());
    }
    if (!found->is_string()) throw Malformed{};
    const auto& text = found->get_ref<const std::string&>();
    Integer number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) throw Malformed{};
    return number;
}

std::string bytes(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) return {};
    if (!found->is_string()) throw Malformed{};
    auto decoded = base::from_base64(found->get_ref<const std::string&>());
    if (!decoded) throw Malformed{};
    return *std::move(decoded);
}

const Json& member(const Json& object, const char* name) {
    static const Json none = Json::object();
    const auto found = object.find(name);
    if (found == object.end()) return none;
    if (!found->is_object()) throw Malformed{};
    return *found;
}

const Json& list(const Json& object, const char* name) {
    static const Json none = Json::array();
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) return none;
    if (!found->is_array()) throw Malformed{};
    return *found;
}

/// Every answer carries a header with the cluster's id and revision: without it, the answer is not etcd's.
Header header(const Json& answer) {
    const auto& found = member(answer, "header");
    const Header header{integer<std::uint64_t>(found, "cluster_id"), integer<std::int64_t>(found, "revision")};
    if (header.cluster_id == 0) throw Malformed{};
    return header;
}

RangeAnswer range_answer(const Json& answer) {
    RangeAnswer range;
    range.count = integer<std::int64_t>(answer, "count");
    for (const auto& kv : list(answer, "kvs")) {
        if (!kv.is_object()) throw Malformed{};
        range.found.push_back({bytes(kv, "key"), bytes(kv, "value"), integer<std::int64_t>(kv, "create_revision"),
                               integer<std::int64_t>(kv, "mod_revision"), integer<std::int64_t>(kv, "version"),
                               integer<std::int64_t>(kv, "lease")});
        if (range.found.back().create_revision <= 0 || range.found.back().mod_revision <= 0) throw Malformed{};
    }
    return range;
}

template <class Answer, class Read>
std::optional<Answer> parse(std::string_view json, Read read) {
    const auto parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
    if (!parsed.is_object()) return std::nullopt;
    try {
        return read(parsed);
    } catch (const Malformed&) {
        return std::nullopt;
    }
}

Json json_of(const Range& range) {
    Json json{{"key", base::base64(range.key)}};
    if (!range.range_end.empty()) json["range_end"] = base::base64(range.range_end);
    if (range.revision != 0) json["revision"] = std::to_string(range.revision);
    if (range.keys_only) json["keys_only"] = true;
    if (range.limit != 0) json["limit"] = std::to_string(range.limit);
    if (range.by_creation) {
        json["sort_target"] = "CREATE";
        json["sort_order"] = "ASCEND";
    }
    return json;
}

Json json_of(const Put& put) {
    Json json{{"key", base::base64(put.key)}, {"value", base::base64(put.value)}};
    if (put.lease != 0) json["lease"] = std::to_string(put.lease);
    return json;
}

Json json_of(const Compare& compare) {
    const bool create = compare.target == Compare::Target::create;
    return {{"key", base::base64(compare.key)},
            {"target", create ? "CREATE" : "MOD"},
            {"result", "EQUAL"},
            {create ? "create_revision" : "mod_revision", std::to_string(compare.revision)}};
}

Json json_of(const std::vector<Step>& steps) {
    auto json = Json::array();
    for (const auto& step : steps) {
        if (const auto* range = std::get_if<Range>(&step))
            json.push_back({{"request_range", json_of(*range)}});
        else if (const auto* put = std::get_if<Put>(&step))
            json.push_back({{"request_put", json_of(*put)}});
        else
            json.push_back({{"request_delete_range", {{"key", base::base64(std::get<Delete>(step).key)}}}});
    }
    return json;
}

}  // namespace

std::string prefix_end(std::string prefix) {
    ++prefix.back();  // '/' + 1 is '0'
    return prefix;
}

std::string to_json(const Range& range) {
    return json_of(range).dump();
}

std::string to_json(const Txn& txn) {
    Json json = Json::object();
    auto when = Json::array();
    for (const auto& compare : txn.when) when.push_back(json_of(compare));
    if (!when.empty()) json["compare"] = std::move(when);
    if (!txn.then.empty()) json["success"] = json_of(txn.then);
    if (!txn.otherwise.empty()) json["failure"] = json_of(txn.otherwise);
    return json.dump();
}

std::string authenticate_json(const std::string& user, const std::string& password) {
    return Json{{"name", user}, {"password", password}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string grant_json(std::int64_t ttl_s) {
    return Json{{"TTL", std::to_string(ttl_s)}}.dump();
}

std::string lease_json(std::int64_t id) {
    return Json{{"ID", std::to_string(id)}}.dump();
}

std::optional<TxnAnswer> parse_txn(std::string_view json) {
    return parse<TxnAnswer>(json, [](const Json& answer) {
        TxnAnswer txn;
        txn.header = header(answer);
        const auto succeeded = answer.find("succeeded");
        txn.succeeded = succeeded != answer.end() && succeeded->is_boolean() && succeeded->get<bool>();
        for (const auto& step : list(answer, "responses")) {
            if (!step.is_object()) throw Malformed{};
            txn.answers.push_back(range_answer(member(step, "response_range")));
        }
        return txn;
    });
}

std::optional<TxnAnswer> parse_range(std::string_view json) {
    return parse<TxnAnswer>(json, [](const Json& answer) {
        return TxnAnswer{header(answer), true, {range_answer(answer)}};
    });
}

std::optional<LeaseAnswer> parse_lease(std::string_view json) {
    return parse<LeaseAnswer>(json, [](const Json& answer) {
        const auto& lease = answer.contains("result") ? member(answer, "result") : answer;
        return LeaseAnswer{header(lease), integer<std::int64_t>(lease, "ID"), integer<std::int64_t>(lease, "TTL")};
    });
}

std::optional<std::string> parse_token(std::string_view json) {
    return parse<std::string>(json, [](const Json& answer) {
        const auto token = answer.find("token");
        if (token == answer.end() || !token->is_string()) throw Malformed{};
        return token->get<std::string>();
    });
}

GatewayError parse_error(std::string_view json) {
    // etcd 3.4 and 3.5: {"error": text, "code": n}; 3.6: {"message": text, "code": n}; within a stream {"error":
    // {...}}.
    const auto read = [](const Json& answer) {
        const auto nested = answer.find("error");
        const auto& error = nested != answer.end() && nested->is_object() ? *nested : answer;
        for (const auto* const name : {"error", "message"}) {
            const auto text = error.find(name);
            if (text == error.end() || !text->is_string()) continue;
            return GatewayError{integer<int>(error, error.contains("grpc_code") ? "grpc_code" : "code"), *text};
        }
        throw Malformed{};
    };
    return parse<GatewayError>(json, read).value_or(GatewayError{});
}

}  // namespace dsr::registry::etcd
