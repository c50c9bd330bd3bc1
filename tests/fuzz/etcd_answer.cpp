// SPDX-License-Identifier: Apache-2.0
// Any bytes as the body of what etcd's gateway answers, whatever was asked. Promises: an answer has its cluster's id,
// and keys that exist; numbers and bytes stand in the text, or are none; a range is the same within a transaction; a
// key that a later release adds changes nothing.
#include <string>

#include "base/base64.hpp"
#include "fuzz/input.hpp"
#include "fuzz/require.hpp"
#include "registry/etcd/messages.hpp"

namespace {

using dsr::fuzz::require;
using namespace dsr::registry::etcd;

/// Neither JSON nor a number as text has another way to write a whole number than its digits.
template <class Integer>
void check_number(std::string_view body, Integer number) {
    if (number == 0 || body.find('\\') != std::string_view::npos) return;
    require(body.find(std::to_string(number)) != std::string_view::npos, "a number stands in the text");
}

void check_bytes(std::string_view body, const std::string& bytes) {
    if (bytes.empty() || body.find('\\') != std::string_view::npos) return;
    const auto text = dsr::base::base64(bytes);
    // The bits behind the last byte may be any.
    require(body.find(text.substr(0, text.size() - 4)) != std::string_view::npos, "bytes stand in the text");
}

void check_header(std::string_view body, const Header& header) {
    require(header.cluster_id != 0, "an answer has its cluster's id");
    check_number(body, header.cluster_id);
    check_number(body, header.revision);
}

void check_range(std::string_view body, const RangeAnswer& range) {
    check_number(body, range.count);
    for (const auto& found : range.found) {
        require(found.create_revision > 0 && found.mod_revision > 0, "a key that was found exists");
        for (const auto number : {found.create_revision, found.mod_revision, found.version, found.lease})
            check_number(body, number);
        check_bytes(body, found.key);
        check_bytes(body, found.value);
    }
}

void check_equal(const RangeAnswer& one, const std::optional<TxnAnswer>& other, const char* promise) {
    require(other && other->answers.size() == 1, promise);
    require(other->answers[0].found == one.found && other->answers[0].count == one.count, promise);
}

/// `body` is an object that was parsed.
void check_elsewhere(const std::string& body, const RangeAnswer& range) {
    const auto brace = body.find('{');
    std::string later = body;
    later.insert(brace + 1, R"("later":{"deep":[1]},)");  // not empty: it has a header
    check_equal(range, parse_range(later), "an unknown key in front changes nothing");
    if (body.find('\0') != std::string::npos) return;  // it ends the text
    const auto txn = R"({"header":{"cluster_id":"1"},"responses":[{"response_range":)" + body.substr(brace) + "}]}";
    check_equal(range, parse_txn(txn), "a range is the same within a transaction");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto body = dsr::fuzz::text(bytes, size);
    if (const auto range = parse_range(body)) {
        check_header(body, range->header);
        require(range->answers.size() == 1, "a range is one answer");
        check_range(body, range->answers[0]);
        check_elsewhere(std::string{body}, range->answers[0]);
    }
    if (const auto txn = parse_txn(body)) {
        check_header(body, txn->header);
        for (const auto& range : txn->answers) check_range(body, range);
    }
    if (const auto lease = parse_lease(body)) {
        check_header(body, lease->header);
        check_number(body, lease->id);
        check_number(body, lease->ttl_s);
    }
    const auto token = parse_token(body);
    require(!token || token->size() <= body.size(), "a token stands in the text");
    const auto error = parse_error(body);
    check_number(body, error.code);
    require(error.code == 0 || body.find("message") != std::string_view::npos ||
                body.find("error") != std::string_view::npos || body.find('\\') != std::string_view::npos,
            "a code has its text");
    return 0;
}
