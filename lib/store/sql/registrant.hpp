// SPDX-License-Identifier: Apache-2.0
// Who registered a row of the JDBC registry of DolphinScheduler 3.2, which knows no clients: a number for the startup
// time and the process in its value. A master whose row was purged puts it again under a new id, and keeps the number;
// one that registers where another did may keep the id, and has another number. The number is the same in every process
// and build, because it is saved with the state of a sweep. Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace dsr::store {

/// By the id of its row where the value tells neither.
[[nodiscard]] std::int64_t registrant(std::string_view key, std::string_view value, std::int64_t row);

}  // namespace dsr::store
