// SPDX-License-Identifier: Apache-2.0
// The optional indexes on unfinished workflow instances and on tasks, for operators who do not let this program create
// them (SociStore::make_unfinished_index, make_task_index). Without the first a sweep reads the whole instance table
// once, with all its history; without the second, while an owner is missing, the whole task table. Pure; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "store/sql/connection_settings.hpp"

namespace dsr::store {

/// The SQL that creates them, to be run outside of a transaction. It covers both generations, because the generation is
/// not determined here.
std::string index_statements(DatabaseKind kind);

/// The cost of reading the unfinished rows in one sweep, for all pages.
struct UnfinishedScan {
    bool indexed = false;  ///< the optional index exists
    std::uint64_t rows = 0;
    std::chrono::microseconds took{0};
    bool ran_out = false;  ///< a statement reached its limit: not all was read
};

/// The cost of one sweep's search for tasks that continued.
struct TaskScan {
    bool indexed = false;  ///< an index finds the tasks of an instance
    std::chrono::microseconds took{0};
    bool ran_out = false;  ///< it reached its limit
};

/// A sentence with the cost, when most of it went into scanning the history, which the index would avoid; else empty.
std::string index_advice(const UnfinishedScan& scan);

/// The same for tasks.
std::string index_advice(const TaskScan& scan);

}  // namespace dsr::store
