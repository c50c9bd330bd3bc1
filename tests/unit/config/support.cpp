// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <stdlib.h>

#include <fstream>
#include <stdexcept>

namespace dsr::config::test {

Folder::Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "dsr-config-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no folder for the test: " + name};
    path = name;
    std::filesystem::permissions(path, std::filesystem::perms{0755});
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
}

std::filesystem::path Folder::write(const std::string& name, std::string_view text) const {
    const auto file = path / name;
    std::ofstream stream{file, std::ios::binary};
    stream << text;
    stream.close();
    if (!stream) throw std::runtime_error{"cannot write " + file.string()};
    std::filesystem::permissions(file, std::filesystem::perms{0600});
    return file;
}

LoadResult load_yaml(std::string_view text) {
    return load_text(text, Syntax::yaml, "test.yaml", zone_variable);
}

LoadResult load_json(std::string_view text) {
    return load_text(text, Syntax::json, "test.json", zone_variable);
}

std::vector<std::string> lines(const std::vector<Problem>& problems) {
    std::vector<std::string> result;
    for (const auto& problem : problems) result.push_back(to_string(problem));
    return result;
}

std::string all_text(const LoadResult& result) {
    std::string text;
    for (const auto& line : lines(result.errors)) text += line + "\n";
    for (const auto& line : lines(result.warnings)) text += line + "\n";
    return text;
}

}  // namespace dsr::config::test
