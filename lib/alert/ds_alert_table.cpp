// SPDX-License-Identifier: Apache-2.0
#include "alert/ds_alert_table.hpp"

#include <nlohmann/json.hpp>

#include "alert/digest.hpp"

namespace dsr::alert {

namespace {

/// `content`, an array of one object, with the cluster and the address of the page in it, if they are known.
std::string with_origin(const std::string& content, const AlertOrigin& origin) {
    if (origin.cluster.empty() && origin.page.empty()) return content;
    auto rows = nlohmann::ordered_json::parse(content, nullptr, false);
    if (!rows.is_array() || rows.size() != 1 || !rows.front().is_object()) return content;
    if (!origin.cluster.empty()) rows.front()["cluster"] = origin.cluster;
    if (!origin.page.empty()) rows.front()["link"] = origin.page;
    return rows.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

store::AlertRow alert_row(const Alert& alert, int group, const AlertOrigin& origin) {
    store::AlertRow row;
    row.title = alert.as_master_would ? alert.title : headline(alert, origin.cluster);
    row.content = alert.as_master_would ? alert.content : with_origin(alert.content, origin);
    row.sign = sha1_hex(alert.as_master_would ? alert.content : "ds-reconciler:" + alert.key + alert.recurs_after);
    row.alert_group = group;
    return row;
}

void DsAlertTable::send(const Alert& alert, model::Instant now) {
    store_.insert_alert(alert_row(alert, group_, origin_), now, suppress_);
}

}  // namespace dsr::alert
