// SPDX-License-Identifier: Apache-2.0
#include "store/statement.hpp"

#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

namespace dsr::store {

Statement::Statement(soci::session& session, const Dialect& dialect, std::string sql)
    : lists_(dialect.lists), sql_(std::move(sql)), statement_(session) {}

Statement& Statement::use_ids(std::span<const long long> ids) {
    switch (lists_) {
        case ListForm::array:
            use("ids", texts_.emplace_back(array_literal(ids)));
            break;
        case ListForm::json:
            use("ids", texts_.emplace_back(nlohmann::json(std::vector<long long>(ids.begin(), ids.end())).dump()));
            break;
        case ListForm::placeholders:
            expand("ids", ids.size());
            for (std::size_t i = 0; i < ids.size(); ++i) {
                use("ids" + std::to_string(i), std::as_const(numbers_.emplace_back(ids[i])));
            }
            break;
    }
    return *this;
}

Statement& Statement::use_batch(std::span<const long long> ids, std::span<const std::string> texts) {
    switch (lists_) {
        case ListForm::array:
            use_ids(ids);
            use("params", texts_.emplace_back(array_literal(texts)));
            break;
        case ListForm::json: {
            auto batch = nlohmann::json::array();
            for (std::size_t i = 0; i < ids.size(); ++i) batch.push_back({ids[i], texts[i]});
            use("batch", texts_.emplace_back(batch.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
            break;
        }
        case ListForm::placeholders:
            use_ids(ids);
            expand("params", texts.size());
            for (std::size_t i = 0; i < texts.size(); ++i) {
                use("params" + std::to_string(i), std::as_const(texts_.emplace_back(texts[i])));
            }
            break;
    }
    return *this;
}

bool Statement::run() {
    statement_.alloc();
    statement_.prepare(sql_, soci::details::st_one_time_query);
    statement_.define_and_bind();
    return statement_.execute(true);
}

/// :name becomes :name0, :name1, ... wherever it stands.
void Statement::expand(const std::string& name, std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) list += (i == 0 ? ":" : ", :") + name + std::to_string(i);
    const std::string mark = ":" + name;
    for (std::size_t at = sql_.find(mark); at != std::string::npos; at = sql_.find(mark, at)) {
        const std::size_t end = at + mark.size();
        if (end < sql_.size() && (std::isalnum(static_cast<unsigned char>(sql_[end])) != 0 || sql_[end] == '_')) {
            at = end;
            continue;
        }
        sql_.replace(at, mark.size(), list);
        at += list.size();
    }
}

std::string array_literal(std::span<const long long> values) {
    std::string result = "{";
    for (const long long value : values) {
        if (result.size() > 1) result += ',';
        result += std::to_string(value);
    }
    return result + "}";
}

std::string array_literal(std::span<const std::string> values) {
    std::string result = "{";
    for (const std::string& value : values) {
        result += result.size() > 1 ? ",\"" : "\"";
        for (const char character : value) {
            if (character == '"' || character == '\\') result += '\\';
            result += character;
        }
        result += '"';
    }
    return result + "}";
}

}  // namespace dsr::store
