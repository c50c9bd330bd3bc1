// SPDX-License-Identifier: Apache-2.0
// Feeds a target every file of the folders and files named: the regression test of its corpus, compiled as everything
// else is, and the way to repeat a finding without clang.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/input.hpp"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& place) {
    if (!fs::is_directory(place)) return {place};
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator{place}) files.push_back(entry.path());
    return files;
}

/// A buffer of its exact size, so that a sanitizer sees reads beyond it.
std::vector<std::uint8_t> content(const fs::path& file) {
    std::ifstream stream{file, std::ios::binary};
    std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>{stream}, {}};
    if (!stream) throw std::runtime_error("cannot read " + file.string());
    bytes.shrink_to_fit();
    return bytes;
}

}  // namespace

int main(int count, char** arguments) {
    std::size_t fed = 0;
    for (int i = 1; i < count; ++i) {
        for (const auto& file : files_in(arguments[i])) {
            (void)std::fprintf(stderr, "%s\n", file.c_str());  // the last one named is the one that broke it
            const auto bytes = content(file);
            LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
            ++fed;
        }
    }
    if (fed == 0) (void)std::fputs("nothing to feed: a corpus with nothing in it proves nothing\n", stderr);
    return fed == 0 ? 1 : 0;
}
