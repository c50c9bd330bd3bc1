// SPDX-License-Identifier: Apache-2.0
#include "config/document.hpp"

#include <utility>

#include "config/json_reader.hpp"
#include "config/text.hpp"
#include "config/tree_builder.hpp"
#include "config/yaml_reader.hpp"

namespace dsr::config {

namespace {

Document broken(int line, std::string message) {
    Document document;
    document.faults.push_back({line, std::move(message)});
    document.is_broken = true;
    return document;
}

}  // namespace

Document read_document(std::string_view text, Syntax syntax) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (const auto bad = find_invalid_utf8(text))
        return broken(line_of(text, *bad), "is not UTF-8; save the file in that encoding");
    if (const auto bad = find_control_character(text)) {
        return broken(line_of(text, *bad),
                      "has a control character in it (" + shown(text.substr(*bad, 1)) + "); remove it");
    }
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        return broken(0, "is empty; write {} if everything comes from the environment");
    }

    TreeBuilder builder;
    try {
        syntax == Syntax::json ? read_json(text, builder) : read_yaml(text, builder);
    } catch (const StopReading& stop) {
        Document document = std::move(builder).finish();
        document.faults.push_back(stop.fault);
        document.is_broken = true;
        return document;
    }
    Document document = std::move(builder).finish();
    if (document.root.kind == TreeNode::Kind::null && document.faults.empty()) {
        return broken(0, "has nothing in it; write {} if everything comes from the environment");
    }
    if (document.root.kind != TreeNode::Kind::map && document.faults.empty()) {
        return broken(document.root.line, "is not a list of sections such as \"database:\"");
    }
    document.is_broken = document.root.kind != TreeNode::Kind::map;
    return document;
}

}  // namespace dsr::config
