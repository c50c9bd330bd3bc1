// SPDX-License-Identifier: Apache-2.0
// The optional index on unfinished workflow instances, for who may not let this program make it
// (SociStore::make_unfinished_index). Without it a sweep reads the whole instance table once, history and all. Pure;
// any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "store/connection_settings.hpp"

namespace dsr::store {

/// The SQL that makes it, for a person to run, outside of a transaction; of both generations, as which one a database
/// is of is not asked here.
std::string unfinished_index_statements(DatabaseKind kind);

/// What one sweep's reading of the unfinished rows cost, all pages together.
struct UnfinishedScan {
    bool indexed = false;  ///< the optional index is there
    std::uint64_t rows = 0;
    std::chrono::microseconds took{0};
};

/// A sentence with the cost, when most of it went into walking through the history, which the index would spare; else
/// empty.
std::string index_advice(const UnfinishedScan& scan);

}  // namespace dsr::store
