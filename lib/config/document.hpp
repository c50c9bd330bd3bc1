// SPDX-License-Identifier: Apache-2.0
//
// A configuration file as written: a tree of sections and values. YAML and JSON become the same tree, of yaml-cpp's
// nodes, so that the loader treats both alike. Knows no keys. No state; any thread.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>
#include <vector>

namespace dsr::config {

struct DocumentFault {
    /// From 1; 0 for the whole file, and in JSON for all but syntax errors: the message then has the path of the key.
    int line = 0;
    std::string message;
};

struct Document {
    /// Without aliases, and at most 32 levels deep. A key may occur twice (already an error in `faults`).
    YAML::Node root;
    /// Empty if the tree is complete and unambiguous. Never contains the text of a value, which may be a secret.
    std::vector<DocumentFault> faults;
    /// The tree must not be used: it is incomplete.
    bool is_broken = false;
};

enum class Syntax { yaml, json };

/// Reads one file's text. Faults: not UTF-8, a control character, a syntax error, no content, several documents, keys
/// given twice, anchors, aliases and tags, over 32 levels. Never throws for any input.
Document read_document(std::string_view text, Syntax syntax);

/// The line of a node, from 1; 0 in JSON.
int line_of(const YAML::Node& node);

/// Whether a scalar was quoted (JSON: a string), so that it is always text.
bool is_quoted(const YAML::Node& scalar);

}  // namespace dsr::config
