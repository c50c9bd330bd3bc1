// SPDX-License-Identifier: Apache-2.0
// Reads rows for display besides those that are judged: running tasks, projects, queues, an instance's times.
#pragma once

#include <soci/soci.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/queues.hpp"
#include "model/task_instance.hpp"
#include "model/zone.hpp"
#include "store/sql/dialect.hpp"
#include "store/workflow_store.hpp"

namespace dsr::store {

/// Must not outlive the connection, the SQL and the zone. Every call throws what SOCI throws.
class ShownRowReader {
public:
    ShownRowReader(soci::session& connection, const SchemaSql& sql, const model::Zone& zone)
        : connection_(connection), sql_(sql), zone_(zone) {}

    /// The stuck serial queues among the oldest `max_serial` rows and the oldest `max_commands` commands, without what
    /// this user may not read.
    [[nodiscard]] model::QueuesRead queues(std::size_t max_serial, std::size_t max_commands) const;

    [[nodiscard]] std::vector<model::RunningTask> running_tasks(std::span<const model::WorkflowInstanceId> ids,
                                                                std::size_t limit) const;
    [[nodiscard]] std::map<std::int64_t, model::Project> projects(std::span<const std::int64_t> definition_codes) const;
    [[nodiscard]] std::optional<InstanceTimes> times(model::WorkflowInstanceId id) const;

private:
    /// The stuck serial queues among the oldest `limit` rows. Throws where the table does not exist.
    [[nodiscard]] std::vector<model::StuckQueue> stuck_queues(std::size_t limit) const;
    /// The oldest `limit` commands.
    [[nodiscard]] std::vector<model::WaitingCommand> waiting_commands(std::size_t limit) const;
    /// The columns (table.column) that these two need and that this user may not read.
    [[nodiscard]] std::vector<std::string> unread_of_queues() const;
    [[nodiscard]] std::optional<model::Instant> instant(const std::optional<std::string>& wall) const {
        return wall ? zone_.instant(*wall) : std::nullopt;
    }

    soci::session& connection_;
    const SchemaSql& sql_;
    const model::Zone& zone_;
};

/// The links in app_link, of which at most link_characters + 1 characters were read; a possibly cut link is left out.
std::vector<std::string> listed_links(std::string column);

}  // namespace dsr::store
