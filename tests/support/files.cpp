// SPDX-License-Identifier: Apache-2.0
#include "support/files.hpp"

#include <stdlib.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace dsr::support {

namespace {

std::filesystem::path made_folder() {
    auto form = (std::filesystem::temp_directory_path() / "dsr-test-XXXXXX").string();
    if (::mkdtemp(form.data()) == nullptr) throw std::runtime_error("cannot make a folder " + form);
    return form;
}

}  // namespace

ScratchFolder::ScratchFolder() : path(made_folder()) {}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
}

std::vector<std::string> ScratchFolder::names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path))
        found.push_back(entry.path().filename().string());
    std::ranges::sort(found);
    return found;
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path.string());
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string setting_of_servers(const std::string& key) {
    const char* const list = std::getenv("DSR_TEST_SERVERS");
    if (list == nullptr) {
        throw std::runtime_error(
            "DSR_TEST_SERVERS is not set: run `tests/support/servers/servers start DIR`, then set it to "
            "DIR/servers.env (ctest does both)");
    }
    std::ifstream file(list);
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(key + "=")) return line.substr(key.size() + 1);
    }
    throw std::runtime_error(std::string(list) + " has no line " + key + "=...");
}

}  // namespace dsr::support
