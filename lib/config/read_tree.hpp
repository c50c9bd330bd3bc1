// SPDX-License-Identifier: Apache-2.0
//
// Reads the tree of a file into the draft: finds each key in the table, checks the kind of its value, and stores it.
#pragma once

#include "config/document.hpp"
#include "config/draft.hpp"

namespace dsr::config {

/// `root` is a map. Every fault becomes an error of the draft, with its line.
void read_tree(const TreeNode& root, ConfigDraft& draft);

}  // namespace dsr::config
