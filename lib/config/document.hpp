// SPDX-License-Identifier: Apache-2.0
//
// A configuration file as written: a tree of sections and values, each with its line. One tree for YAML and JSON, so
// that the loader treats both alike. Knows no keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dsr::config {

struct Member;

struct TreeNode {
    enum class Kind { null, scalar, map, list };

    Kind kind = Kind::null;
    /// Of a scalar.
    std::string text;
    /// Whether the scalar was quoted (JSON: a string), so that it is always text.
    bool is_quoted = false;
    /// From 1.
    int line = 0;
    /// Of a map, in the order of the file; a key may occur twice (already an error in `Document::faults`).
    std::vector<Member> members;
    /// Of a list.
    std::vector<TreeNode> items;
};

struct Member {
    std::string key;
    int line = 0;
    TreeNode value;
};

struct DocumentFault {
    /// From 1; 0 for the whole file.
    int line = 0;
    std::string message;
};

struct Document {
    TreeNode root;
    /// Empty if the tree is complete and unambiguous. Never contains the text of a value, which may be a secret.
    std::vector<DocumentFault> faults;
    /// A fault stopped reading: the tree must not be used.
    bool is_broken = false;
};

enum class Syntax { yaml, json };

/// Reads one file's text. Faults: not UTF-8, a control character, a syntax error, no content, several documents, keys
/// given twice, anchors, aliases and tags, over 32 levels. Never throws for any input.
Document read_document(std::string_view text, Syntax syntax);

}  // namespace dsr::config
