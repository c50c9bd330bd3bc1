// SPDX-License-Identifier: Apache-2.0
//
// The formats of text keys, one function a kind of text. Each returns the text as it is kept.
#pragma once

#include <string>
#include <string_view>

#include "config/values.hpp"

namespace dsr::config {

/// Any text that is not empty.
Checked<std::string> check_any(std::string_view text);

/// Names of plugins of MySQL's client library, separated by commas.
Checked<std::string> check_plugin_names(std::string_view text);

/// ZooKeeper path without its leading slash, as Curator takes a namespace: `dolphinscheduler`, `teams/a`.
Checked<std::string> check_namespace(std::string_view text);

/// Absolute, so that it means the same under systemd, in a container and in a shell.
Checked<std::string> check_path(std::string_view text);

/// The same of a folder, without the slash that may end it.
Checked<std::string> check_folder(std::string_view text);

/// A checked path without a comma, which separates files for ZooKeeper's client library.
Checked<std::string> check_listed_path(std::string_view text);

/// `user:password` of ZooKeeper's digest scheme. The fault never contains the text.
Checked<std::string> check_digest(std::string_view text);

/// A bearer token: 16 to 1024 printable ASCII characters without a space. The fault never contains the text.
Checked<std::string> check_token(std::string_view text);

/// A JSON text with placeholders for an alert's values (model/alert_template.hpp).
Checked<std::string> check_alert_body(std::string_view text);

/// The name of a zone in the system's IANA time zone database (`date::locate_zone`); the fault names the nearest one.
Checked<std::string> check_time_zone(std::string_view text);

}  // namespace dsr::config
