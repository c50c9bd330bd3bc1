// SPDX-License-Identifier: Apache-2.0
// The IP addresses of hosts that are written as names. Blocks the calling thread.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "model/instant.hpp"

namespace dsr::worker {

/// Returns the IP addresses of each of these names that could be resolved in time; what is an address already is left
/// out. Never throws.
using HostResolver = std::function<std::map<std::string, std::set<std::string>>(const std::set<std::string>&)>;

/// Resolves all names within `wait`.
std::map<std::string, std::set<std::string>> resolved(const std::set<std::string>& hosts, model::Milliseconds wait);

}  // namespace dsr::worker
