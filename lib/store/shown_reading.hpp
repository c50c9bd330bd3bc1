// SPDX-License-Identifier: Apache-2.0
// Data for display besides the judged rows: running tasks, projects, queues, an instance's times. `dialect` is filled
// for the schema. All throw what SOCI throws.
#pragma once

#include <soci/soci.h>

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/task_instance.hpp"
#include "model/zone.hpp"
#include "store/dialect.hpp"
#include "store/workflow_store.hpp"

namespace dsr::store {

/// The links in app_link, of which at most link_characters + 1 characters were read; a possibly cut link is left out.
std::vector<std::string> listed_links(std::string column);

std::vector<model::RunningTask> read_running_tasks(soci::session& connection, const Dialect& dialect,
                                                   const model::Zone& zone,
                                                   std::span<const model::WorkflowInstanceId> ids, std::size_t limit);

std::map<std::int64_t, model::Project> read_projects(soci::session& connection, const Dialect& dialect,
                                                     std::span<const std::int64_t> definition_codes);

/// The stuck serial queues among the oldest `limit` rows. Throws where the table does not exist.
std::vector<model::StuckQueue> read_stuck_queues(soci::session& connection, const Dialect& dialect, std::size_t limit);

/// The oldest `limit` commands.
std::vector<model::WaitingCommand> read_waiting_commands(soci::session& connection, const Dialect& dialect,
                                                         const model::Zone& zone, std::size_t limit);

/// The columns (table.column) that read_stuck_queues() and read_waiting_commands() need and this user may not read.
std::vector<std::string> read_unread_of_queues(soci::session& connection, const Dialect& dialect);

std::optional<InstanceTimes> read_times(soci::session& connection, const Dialect& dialect, const model::Zone& zone,
                                        model::Generation generation, model::WorkflowInstanceId id);

}  // namespace dsr::store
