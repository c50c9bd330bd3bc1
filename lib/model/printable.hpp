// SPDX-License-Identifier: Apache-2.0
// Makes text from rows, nodes and other processes safe for a terminal and for a log of one line per message. Pure.
#pragma once

#include <string>
#include <string_view>

namespace dsr::model {

/// `text` with each control character (C0, DEL, C1) as a question mark.
std::string printable(std::string_view text);

}  // namespace dsr::model
