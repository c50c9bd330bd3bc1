// SPDX-License-Identifier: Apache-2.0
#include "alert/ds_alert_table.hpp"

#include <nlohmann/json.hpp>

#include "alert/digest.hpp"

namespace dsr::alert {

namespace {

/// `content`, an array of one object, with the address of the page in it.
std::string with_link(const std::string& content, const std::string& page) {
    auto rows = nlohmann::ordered_json::parse(content, nullptr, false);
    if (!rows.is_array() || rows.size() != 1 || !rows.front().is_object()) return content;
    rows.front()["link"] = page;
    return rows.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

store::AlertRow alert_row(const Alert& alert, int group, const std::string& page) {
    store::AlertRow row;
    row.title = alert.title;
    row.content = page.empty() || alert.as_master_would ? alert.content : with_link(alert.content, page);
    row.sign = sha1_hex(alert.as_master_would ? alert.content : "ds-reconciler:" + alert.key + alert.recurs_after);
    row.alert_group = group;
    return row;
}

void DsAlertTable::send(const Alert& alert, model::Instant now) {
    store_.insert_alert(alert_row(alert, group_, page_), now, suppress_);
}

}  // namespace dsr::alert
