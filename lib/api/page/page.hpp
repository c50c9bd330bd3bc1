// SPDX-License-Identifier: Apache-2.0
// The web page at `/`: the files of this folder, as they stood when the program was built. They hold nothing of the
// cluster, so that anybody may load them; what they show they ask the API for, which knows who may read. Pure; any
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
    std::string_view text;
};

std::vector<File> files();

/// A route for each file: with an entity tag, and a policy that lets the page load and ask nothing but this daemon.
void add_routes(http::Router& router);

}  // namespace dsr::page
