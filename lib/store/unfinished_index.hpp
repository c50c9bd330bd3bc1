// SPDX-License-Identifier: Apache-2.0
// The optional indexes on unfinished workflow instances and on tasks, for who may not let this program make them
// (SociStore::make_unfinished_index, make_task_index). Without the first a sweep reads the whole instance table once,
// history and all; without the second, while an owner is missing, the whole task table. Pure; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "store/connection_settings.hpp"

namespace dsr::store {

/// The SQL that makes them, for a person to run, outside of a transaction; of both generations, as which one a database
/// is of is not asked here.
std::string unfinished_index_statements(DatabaseKind kind);

/// What one sweep's reading of the unfinished rows cost, all pages together.
struct UnfinishedScan {
    bool indexed = false;  ///< the optional index is there
    std::uint64_t rows = 0;
    std::chrono::microseconds took{0};
    bool ran_out = false;  ///< a statement ran into its limit: not all was read
};

/// What one sweep's look for tasks that went on cost.
struct TaskScan {
    bool indexed = false;  ///< an index finds the tasks of an instance
    std::chrono::microseconds took{0};
    bool ran_out = false;  ///< it ran into its limit
};

/// A sentence with the cost, when most of it went into walking through the history, which the index would spare; else
/// empty.
std::string index_advice(const UnfinishedScan& scan);

/// The same of tasks.
std::string index_advice(const TaskScan& scan);

}  // namespace dsr::store
