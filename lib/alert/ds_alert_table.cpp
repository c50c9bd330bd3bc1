// SPDX-License-Identifier: Apache-2.0
#include "alert/ds_alert_table.hpp"

#include "alert/digest.hpp"

namespace dsr::alert {

store::AlertRow alert_row(const Alert& alert, int group) {
    store::AlertRow row;
    row.title = alert.title;
    row.content = alert.content;
    row.sign = sha1_hex(alert.as_master_would ? alert.content : "ds-reconciler:" + alert.key);
    row.alert_group = group;
    return row;
}

void DsAlertTable::send(const Alert& alert, model::Instant now) {
    store_.insert_alert(alert_row(alert, group_), now, suppress_);
}

}  // namespace dsr::alert
