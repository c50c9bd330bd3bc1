// SPDX-License-Identifier: Apache-2.0
#include "support/master_tables.hpp"

#include <stdexcept>

namespace dsr::test {

namespace {
[[noreturn]] void only_in_memory() {
    throw std::logic_error("only the tables in memory can be this");
}
}  // namespace

std::string start_parameters(std::size_t bytes) {
    return R"({"StartParams":"{\"p\":\")" + std::string(bytes, 'x') + R"(\"}"})";
}

void Tables::configure_zone(const std::string&) {
    only_in_memory();
}
void Tables::write_in_zone(const std::string&) {
    only_in_memory();
}
void Tables::keep_copy() {
    only_in_memory();
}
void Tables::go_back() {
    only_in_memory();
}
void Tables::end_task(std::int64_t, std::int64_t, model::Instant) {
    only_in_memory();
}
void Tables::set_parent(std::int64_t, std::int64_t) {
    only_in_memory();
}

}  // namespace dsr::test
