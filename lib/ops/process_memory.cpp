// SPDX-License-Identifier: Apache-2.0
#include "ops/process_memory.hpp"

#include <unistd.h>

#include <fstream>

namespace dsr::ops {

std::uint64_t resident_memory() {
    std::ifstream pages{"/proc/self/statm"};
    std::uint64_t all = 0;
    std::uint64_t resident = 0;
    if (!(pages >> all >> resident)) return 0;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace dsr::ops
