// SPDX-License-Identifier: Apache-2.0
#include "config/location.hpp"

#include <string_view>
#include <utility>

#include "config/keys.hpp"
#include "config/text.hpp"

namespace dsr::config {

namespace {

bool is_instance_name(std::string_view name) {
    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_.-";  // of systemd.unit(5)
    return !name.empty() && name.front() != '.' && name.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

Checked<Location> locate(const LocationOptions& options, Environment environment) {
    const auto& [file, cluster] = options;
    if (file && cluster) return Fault{"--config and --cluster each name a configuration; give one of them"};
    if (file && file->empty()) return Fault{"--config is empty; name the file, or leave the option out"};
    if (file) return Location{*file, std::move(environment)};
    if (cluster) {
        if (!is_instance_name(*cluster))
            return Fault{"--cluster " + shown(*cluster) +
                         " is not the name of an instance; write blue for the service ds-reconcilerd@blue"};
        const auto folder = "ds-reconciler-" + *cluster;  // as in systemd/ds-reconcilerd@.service
        environment.emplace(environment_name("http.socket"), "/run/" + folder + "/http.sock");
        environment.emplace(environment_name("recording.folder"), "/var/lib/" + folder + "/recordings");
        return Location{"/etc/ds-reconciler/" + *cluster + ".yaml", std::move(environment)};
    }
    const auto named = environment.find(file_variable);
    const bool is_named = named != environment.end() && !named->second.empty();
    const std::filesystem::path found = is_named ? named->second : default_file;
    return Location{found, std::move(environment)};
}

}  // namespace dsr::config
