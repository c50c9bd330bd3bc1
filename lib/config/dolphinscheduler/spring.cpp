// SPDX-License-Identifier: Apache-2.0
#include "config/dolphinscheduler/spring.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <utility>

#include "base/text.hpp"

namespace dsr::config::dolphinscheduler {

namespace {

constexpr int max_depth = 32;
constexpr int max_nodes = 100'000;

std::string source_of(const std::string& file, const YAML::Node& node) {
    return file + ":" + std::to_string(node.Mark().line + 1);
}

// "a,b" of a list of scalars: as Spring takes a list for a text.
std::string joined(const YAML::Node& list) {
    std::string all;
    for (const auto& item : list) {
        if (item.IsScalar()) all += (all.empty() ? "" : ",") + item.Scalar();
    }
    return all;
}

// The limits end a tree that aliases make endless or huge.
void flatten(const YAML::Node& node, const std::string& path, int depth, int& visited, const std::string& file,
             Settings& into) {
    if (depth == max_depth || ++visited > max_nodes) return;
    if (node.IsMap()) {
        for (const auto& member : node) {
            if (!member.first.IsScalar()) continue;
            flatten(member.second, path + "." + member.first.Scalar(), depth + 1, visited, file, into);
        }
    } else if (node.IsScalar() || node.IsSequence()) {
        into.insert_or_assign(normal_name(path),
                              Setting{node.IsScalar() ? node.Scalar() : joined(node), source_of(file, node)});
    }
}

std::string profile_of_name(const std::string& file) {
    constexpr std::string_view prefix = "application-";
    const auto stem = std::filesystem::path{file}.stem().string();
    return stem.starts_with(prefix) ? stem.substr(prefix.size()) : "";
}

}  // namespace

Checked<std::vector<SpringDocument>> read_spring_yaml(std::string_view text, const std::string& file) {
    std::vector<SpringDocument> documents;
    try {
        for (const auto& root : YAML::LoadAll(std::string{text})) {
            if (!root.IsMap()) continue;
            SpringDocument document{{}, {}, source_of(file, root)};
            int visited = 0;
            flatten(root, "", 0, visited, file, document.properties);
            for (const auto* key : {"spring.config.activate.on-profile", "spring.profiles"}) {
                const auto found = document.properties.find(normal_name(key));
                if (found != document.properties.end()) document.profiles = profile_names(found->second.value);
            }
            if (const auto profile = profile_of_name(file); !profile.empty()) document.profiles = {profile};
            documents.push_back(std::move(document));
        }
    } catch (const YAML::Exception& error) {
        return Fault{file + ":" + std::to_string(error.mark.line + 1) + ": is not valid YAML"};
    } catch (const std::exception&) {
        return Fault{file + ": is not valid YAML"};
    }
    return documents;
}

SpringDocument read_properties(std::string_view text, const std::string& file) {
    SpringDocument document{{}, {}, file + ":1"};
    int number = 0;
    for (const auto line : base::split(text, '\n')) {
        ++number;
        const auto trimmed = base::trimmed(line, " \t\r");
        const auto end = trimmed.find_first_of("=:");
        if (trimmed.starts_with('#') || trimmed.starts_with('!') || end == std::string_view::npos) continue;
        std::string value{base::trimmed(trimmed.substr(end + 1))};
        std::erase(value, '\\');  // before : and =, which the format allows to escape
        const auto name = normal_name(base::trimmed(trimmed.substr(0, end)));
        if (!value.empty())
            document.properties.insert_or_assign(name, Setting{value, file + ":" + std::to_string(number)});
    }
    return document;
}

std::vector<std::string> profile_names(std::string_view list) {
    std::vector<std::string> names;
    for (const auto part : base::split(list, ',')) {
        if (const auto name = base::trimmed(part); !name.empty()) names.emplace_back(name);
    }
    return names;
}

}  // namespace dsr::config::dolphinscheduler
