// SPDX-License-Identifier: Apache-2.0
#include "config/read_tree.hpp"

#include <optional>
#include <string>

#include "config/keys.hpp"
#include "config/text.hpp"
#include "config/values.hpp"

namespace dsr::config {

namespace {

std::string expected(const Key& key) {
    switch (key.kind) {
        case Kind::duration:
            return "a duration such as 30s";
        case Kind::integer:
            return "a whole number";
        case Kind::percent:
            return "a percentage such as 10%";
        case Kind::flag:
            return "true or false";
        case Kind::choice:
            return "one of: " + key.range;
        case Kind::file:
            return "an absolute path";
        case Kind::text:
        case Kind::secret:
            break;
    }
    return "a text";
}

// Numbers and flags must not be quoted and texts must not look like them, so that the file means the same to every YAML
// and JSON reader.
std::optional<std::string> wrong_form(const Key& key, const TreeNode& node) {
    if (node.kind == TreeNode::Kind::map) return "takes " + expected(key) + ", but a section of keys stands here";
    if (node.kind == TreeNode::Kind::list) return "takes " + expected(key) + ", but a list stands here";
    const bool wants_bare = key.kind == Kind::integer || key.kind == Kind::flag;
    if (wants_bare && node.is_quoted) return "takes " + expected(key) + " without quotes";
    const bool wants_text = key.kind == Kind::text || key.kind == Kind::file || key.kind == Kind::secret;
    if (wants_text && !node.is_quoted && reads_as_number_or_flag(node.text)) {
        return "takes " + expected(key) + ", but this reads as a number or as true or false; put it in quotes";
    }
    return std::nullopt;
}

void read_value(const Key& key, const Member& member, ConfigDraft& draft) {
    const ValueOrigin origin = draft.in_file(member.line);
    if (const auto wrong = wrong_form(key, member.value)) {
        draft.error_at(origin, key.path, *wrong);
    } else if (member.value.kind == TreeNode::Kind::null) {
        draft.take_nothing(key, origin);
    } else {
        draft.take(key, member.value.text, origin);
    }
}

void read_unknown(const std::string& path, const Member& member, ConfigDraft& draft) {
    std::string message = "unknown key " + shown(path);
    if (const Key* dotted = find_key(member.key)) {
        message += "; write " + std::string{leaf_of(dotted->path)} + " below " + std::string{section_of(dotted->path)};
    } else if (const auto near = nearest_key(path)) {
        message += "; the nearest known key is " + *near;
    }
    draft.error_at(draft.in_file(member.line), "", message);
}

void read_section(const TreeNode& section, const std::string& prefix, ConfigDraft& draft) {
    for (const auto& member : section.members) {
        if (member.key.empty()) continue;  // already reported as a syntax error
        const std::string path = prefix + member.key;
        const bool is_dotted =
            member.key.find('.') != std::string::npos;  // "sweep.interval:" at the top level is not a key
        const Key* key = is_dotted ? nullptr : find_key(path);
        if (key != nullptr) {
            read_value(*key, member, draft);
        } else if (is_dotted || find_section(path) == nullptr) {
            read_unknown(path, member, draft);
        } else if (member.value.kind == TreeNode::Kind::map) {
            draft.take_section(path, member.line);
            read_section(member.value, path + ".", draft);
        } else if (member.value.kind == TreeNode::Kind::null) {
            draft.take_section(path, member.line);  // a section whose keys are all commented out
        } else {
            draft.error_at(draft.in_file(member.line), path, "is a section; its keys stand below it, indented");
        }
    }
}

}  // namespace

void read_tree(const TreeNode& root, ConfigDraft& draft) {
    read_section(root, "", draft);
}

}  // namespace dsr::config
