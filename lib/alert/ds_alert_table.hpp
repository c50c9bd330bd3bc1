// SPDX-License-Identifier: Apache-2.0
// Alerts as rows of t_ds_alert, delivered by DolphinScheduler's own alert server to the group's channels.
#pragma once

#include <string>
#include <utility>

#include "alert/channel.hpp"
#include "store/workflow_store.hpp"

namespace dsr::alert {

class DsAlertTable final : public AlertChannel {
public:
    /// group: t_ds_alertgroup.id. suppress: applies across processes, by the row's sign. origin: for title and content.
    DsAlertTable(store::AlertWriter& store, int group, model::Milliseconds suppress, AlertOrigin origin = {})
        : store_(store), group_(group), suppress_(suppress), origin_(std::move(origin)) {}
    [[nodiscard]] std::string name() const override { return "table"; }
    void send(const Alert& alert, model::Instant now) override;

private:
    store::AlertWriter& store_;
    int group_;
    model::Milliseconds suppress_;
    AlertOrigin origin_;
};

/// The row for an alert. sign: SHA-1, as in `AlertDao.sendServerStoppedAlert` over the content for alerts in a master's
/// own form, else over the key. An alert in a master's own form has neither link nor cluster: they would change its
/// sign.
store::AlertRow alert_row(const Alert& alert, int group, const AlertOrigin& origin = {});

}  // namespace dsr::alert
