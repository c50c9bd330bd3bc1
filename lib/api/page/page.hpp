// SPDX-License-Identifier: Apache-2.0
// The web page at `/`: the files of this folder, embedded at build time, and openapi.json's texts. They contain no data
// of the cluster, so anybody may load them; the page gets its data from the API, which checks permissions. Pure; any
// thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/router.hpp"

namespace dsr::page {

/// One file.
struct File {
    std::string path;  ///< where it is served
    std::string_view content_type;
    std::string text;
};

std::vector<File> files();

/// A route for each file: with an entity tag, and a policy that allows loads and requests only from this daemon.
void add_routes(http::Router& router);

}  // namespace dsr::page
