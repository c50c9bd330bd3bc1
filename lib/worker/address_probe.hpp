// SPDX-License-Identifier: Apache-2.0
// Whether something accepts TCP connections at the address of a master that is missing from the registry: the master
// may live on, cut off from the registry. Nothing is sent. Blocks the calling thread.
#pragma once

#include <functional>
#include <set>
#include <span>

#include "model/ids.hpp"
#include "model/instant.hpp"

namespace dsr::worker {

/// Returns those of the addresses that accept a connection. One that refuses, or does not answer in time, proves
/// nothing. Never throws.
using AddressProbe = std::function<std::set<model::MasterAddress>(std::span<const model::MasterAddress>)>;

/// Connects to all addresses at once; each gets `wait`.
std::set<model::MasterAddress> accepting(std::span<const model::MasterAddress> addresses, model::Milliseconds wait);

}  // namespace dsr::worker
