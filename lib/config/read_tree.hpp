// SPDX-License-Identifier: Apache-2.0
//
// The tree of a file into the draft: finds each key in the table, checks that what stands there is of its kind, and
// takes it.
#pragma once

#include "config/document.hpp"
#include "config/draft.hpp"

namespace dsr::config {

/// `root` is a map. Everything wrong becomes an error of the draft, with its line.
void read_tree(const TreeNode& root, ConfigDraft& draft);

}  // namespace dsr::config
