// SPDX-License-Identifier: Apache-2.0
#include "config/tree_builder.hpp"

#include <utility>

#include "config/text.hpp"

namespace dsr::config {

namespace {

constexpr std::size_t deepest = 32;

}  // namespace

bool TreeBuilder::is_key_due() const {
    return !levels_.empty() && levels_.back().node.kind == TreeNode::Kind::map && !levels_.back().has_key;
}

void TreeBuilder::start(TreeNode::Kind kind, int line) {
    if (levels_.size() == deepest) throw StopReading{{line, "is nested too deeply; no key has more than a few levels"}};
    Level level;
    level.node.kind = kind;
    level.node.line = line;
    levels_.push_back(std::move(level));
}

void TreeBuilder::end() {
    TreeNode node = std::move(levels_.back().node);
    levels_.pop_back();
    if (is_key_due()) {
        fault(node.line, "a section or list stands where the name of a key should be");
        take_key("", node.line);
    } else {
        take_value(std::move(node));
    }
}

void TreeBuilder::scalar(std::string text, bool is_quoted, int line) {
    if (is_key_due()) {
        take_key(std::move(text), line);
        return;
    }
    TreeNode node;
    node.kind = TreeNode::Kind::scalar;
    node.text = std::move(text);
    node.is_quoted = is_quoted;
    node.line = line;
    take_value(std::move(node));
}

void TreeBuilder::null(int line) {
    if (is_key_due()) {
        fault(line, "the name of a key is missing before a colon");
        take_key("", line);
        return;
    }
    TreeNode node;
    node.line = line;
    take_value(std::move(node));
}

void TreeBuilder::take_key(std::string key, int line) {
    Level& level = levels_.back();
    const auto [first, is_new] = level.lines_of_keys.emplace(key, line);
    if (!is_new && !key.empty()) {
        fault(line, shown(key) + " is given twice in the same section: on line " + std::to_string(first->second) +
                        " and on line " + std::to_string(line) + "; remove one");
    }
    level.pending.key = std::move(key);
    level.pending.line = line;
    level.has_key = true;
}

void TreeBuilder::take_value(TreeNode node) {
    if (levels_.empty()) {
        root_ = std::move(node);
        return;
    }
    Level& level = levels_.back();
    if (level.node.kind == TreeNode::Kind::list) {
        level.node.items.push_back(std::move(node));
        return;
    }
    level.pending.value = std::move(node);
    level.node.members.push_back(std::exchange(level.pending, Member{}));
    level.has_key = false;
}

Document TreeBuilder::finish() && {
    Document document;
    document.root = std::move(root_);
    document.faults = std::move(faults_);
    return document;
}

}  // namespace dsr::config
