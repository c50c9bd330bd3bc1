// SPDX-License-Identifier: Apache-2.0
//
// Builds the tree of a Document from the events of a parser, for the YAML and the JSON reader. Detects keys that are
// given twice and too deep nesting.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/document.hpp"

namespace dsr::config {

/// Thrown to stop a parser; caught by the readers.
struct StopReading {
    DocumentFault fault;
};

/// Call it with the events in their order. Throws StopReading if the nesting is too deep.
class TreeBuilder {
public:
    void start_map(int line) { start(TreeNode::Kind::map, line); }
    void start_list(int line) { start(TreeNode::Kind::list, line); }
    void end();
    /// A value, or a key where a key is expected.
    void scalar(std::string text, bool is_quoted, int line);
    void null(int line);
    void fault(int line, std::string message) { faults_.push_back({line, std::move(message)}); }

    /// The complete tree; call it once, at the end.
    Document finish() &&;

private:
    struct Level {
        TreeNode node;
        Member pending;
        bool has_key = false;
        std::map<std::string, int, std::less<>> lines_of_keys;
    };

    [[nodiscard]] bool is_key_due() const;
    void start(TreeNode::Kind kind, int line);
    void take_key(std::string key, int line);
    void take_value(TreeNode node);

    std::vector<Level> levels_;
    TreeNode root_;
    std::vector<DocumentFault> faults_;
};

}  // namespace dsr::config
