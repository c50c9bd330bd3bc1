// SPDX-License-Identifier: Apache-2.0
#include "config/document.hpp"

#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <exception>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <utility>

#include "base/text.hpp"
#include "config/text.hpp"

namespace dsr::config {

namespace {

using Json = nlohmann::ordered_json;
using Faults = std::vector<DocumentFault>;

constexpr std::size_t max_depth = 32;
constexpr const char* too_deep = "is nested too deeply; no key has more than a few levels";
constexpr const char* no_aliases =
    "anchors (&name) and aliases (*name) are not supported; a text that begins with & or * needs quotes";

/// Stops a parser.
struct StopReading {
    DocumentFault fault;
};

int line_at(const YAML::Mark& mark) {
    return mark.line + 1;
}

// Refuses what a configuration has no use for and the nodes do not show: they resolve aliases, forget anchors and end
// with the first document.
class YamlRefusals final : public YAML::EventHandler {
public:
    YamlRefusals(int last_line, Faults& faults) : last_line_{last_line}, faults_{faults} {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (documents_++ > 0)
            throw StopReading{{line(mark), "a second document begins here; a configuration is one document"}};
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        has_alias_ = true;
        fault(mark, no_aliases);
    }
    void OnAnchor(const YAML::Mark& mark, const std::string&) override { fault(mark, no_aliases); }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string&) override {
        check_tag(mark, tag);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        start(mark, tag);
    }
    void OnSequenceEnd() override { --depth_; }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        start(mark, tag);
    }
    void OnMapEnd() override { --depth_; }

    [[nodiscard]] bool has_alias() const { return has_alias_; }

private:
    [[nodiscard]] int line(const YAML::Mark& mark) const { return std::min(line_at(mark), last_line_); }
    void fault(const YAML::Mark& mark, const char* message) { faults_.push_back({line(mark), message}); }

    void start(const YAML::Mark& mark, const std::string& tag) {
        if (depth_++ == max_depth) throw StopReading{{line(mark), too_deep}};
        check_tag(mark, tag);
    }

    // yaml-cpp gives "?" for plain and "!" for quoted nodes, and the written tag for the others.
    void check_tag(const YAML::Mark& mark, const std::string& tag) {
        if (!tag.empty() && tag != "?" && tag != "!")
            fault(mark, "tags (!name) are not supported; a text that begins with ! needs quotes");
    }

    int last_line_;
    Faults& faults_;
    std::size_t depth_ = 0;
    int documents_ = 0;
    bool has_alias_ = false;
};

// Keys that are no names, and keys that are given twice, which the nodes keep.
void check_keys(const YAML::Node& node, int last_line, Faults& faults) {
    if (node.IsSequence()) {
        for (const auto& item : node) check_keys(item, last_line, faults);
    }
    if (!node.IsMap()) return;
    std::map<std::string, int> lines;
    for (const auto& member : node) {
        const int line = std::min(line_of(member.first), last_line);
        if (member.first.IsNull()) {
            faults.push_back({line, "the name of a key is missing before a colon"});
        } else if (!member.first.IsScalar()) {
            faults.push_back({line, "a section or list stands where the name of a key should be"});
        } else if (const auto [first, is_new] = lines.emplace(member.first.Scalar(), line); !is_new) {
            faults.push_back({line, shown(first->first) + " is given twice in the same section: on line " +
                                        std::to_string(first->second) + " and on line " + std::to_string(line) +
                                        "; remove one"});
        }
        check_keys(member.second, last_line, faults);
    }
}

bool is_indented_with_tab(std::string_view text, int line) {
    for (int i = 1; i < line; ++i) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) return false;
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

std::string explain(const YAML::Exception& error, std::string_view text) {
    if (is_indented_with_tab(text, line_at(error.mark))) return "YAML is not indented with tabs; use spaces";
    if (error.msg.starts_with(YAML::ErrorMsg::UNKNOWN_ANCHOR)) return no_aliases;
    // Some messages show characters of the file behind the colon; these could be part of a password.
    std::string message = "is not valid YAML: " + error.msg.substr(0, error.msg.find(':'));
    if (error.msg.starts_with(YAML::ErrorMsg::UNKNOWN_TOKEN))
        message += "; a text that begins with @, % or ` needs quotes";
    if (error.msg.starts_with(YAML::ErrorMsg::INVALID_ESCAPE))
        message += "; in double quotes a backslash is written twice, in single quotes once";
    return message;
}

YAML::Node read_yaml(std::string_view text, Document& document) {
    // yaml-cpp 0.7 accepts an unclosed quoted text, with the rest of the file, if only white space follows. With a
    // comment at the end there is never only white space.
    const std::string closed = std::string{text} + (text.ends_with('\n') ? "#" : "\n#");
    const int last_line = line_of(text, text.size());  // only the added comment is behind it
    try {
        YamlRefusals refusals{last_line, document.faults};
        std::istringstream stream{closed};
        for (YAML::Parser parser{stream}; parser.HandleNextDocument(refusals);) {
        }
        // A tree with aliases may contain itself, or be far larger than its text.
        if (refusals.has_alias()) return {};
        YAML::Node root = YAML::Load(closed);
        check_keys(root, last_line, document.faults);
        return root;
    } catch (const YAML::Exception& error) {
        throw StopReading{{std::min(line_at(error.mark), last_line), explain(error, text)}};
    }
}

YAML::Node node_of(const Json& value) {
    if (value.is_object()) {
        YAML::Node map{YAML::NodeType::Map};
        for (const auto& [key, member] : value.items()) map.force_insert(key, node_of(member));
        return map;
    }
    if (value.is_array()) {
        YAML::Node list{YAML::NodeType::Sequence};
        for (const auto& item : value) list.push_back(node_of(item));
        return list;
    }
    if (value.is_null()) return YAML::Node{YAML::NodeType::Null};
    YAML::Node scalar{value.is_string() ? value.get<std::string>() : value.dump()};
    if (value.is_string()) scalar.SetTag("!");
    return scalar;
}

// Follows the parser through the objects: the path of the present key, and keys that are given twice, of which the
// nodes keep one.
class JsonKeys {
public:
    explicit JsonKeys(Faults& faults) : faults_{faults} {}

    void operator()(std::size_t depth, Json::parse_event_t event, const Json& parsed) {
        if (event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start) {
            if (depth == max_depth) throw StopReading{{0, too_deep}};
            levels_.resize(depth);
            levels_.emplace_back();
        } else if (event == Json::parse_event_t::key) {
            levels_.resize(depth);
            auto& [key, seen] = levels_.back();
            key = parsed.get<std::string>();
            if (!seen.insert(key).second)
                faults_.push_back({0, shown(path()) + " is given twice in the same section; remove one"});
        }
    }

    [[nodiscard]] std::string path() const {
        std::string path;
        for (const auto& level : levels_) path += (path.empty() || level.key.empty() ? "" : ".") + level.key;
        return path;
    }

private:
    struct Level {
        std::string key;  ///< the last one; empty in a list
        std::set<std::string> seen;
    };

    Faults& faults_;
    std::vector<Level> levels_;
};

YAML::Node read_json(std::string_view text, Document& document) {
    JsonKeys keys{document.faults};
    try {
        return node_of(Json::parse(text, [&](int depth, Json::parse_event_t event, Json& parsed) {
            keys(static_cast<std::size_t>(depth), event, parsed);
            return true;
        }));
    } catch (const Json::parse_error& error) {
        const std::size_t at = error.byte > 0 ? error.byte - 1 : 0;
        const auto column = at - (text.substr(0, at).rfind('\n') + 1) + 1;  // npos + 1 is 0
        // Without the text last read, which could be part of a password.
        const std::string what = error.what();
        const auto reason = std::min(what.find("syntax error"), what.size());
        throw StopReading{{line_of(text, at), "is not valid JSON, column " + std::to_string(column) + ": " +
                                                  what.substr(reason, what.find("; last read") - reason)}};
    } catch (const Json::out_of_range&) {
        throw StopReading{{0, "is not valid JSON: a number is out of range, of " + shown(keys.path())}};
    }
}

Document broken(int line, std::string message) {
    return {{}, {{line, std::move(message)}}, true};
}

}  // namespace

Document read_document(std::string_view text, Syntax syntax) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (const auto bad = base::find_invalid_utf8(text))
        return broken(line_of(text, *bad), "is not UTF-8; save the file in that encoding");
    if (const auto bad = find_control_character(text)) {
        return broken(line_of(text, *bad),
                      "contains a control character (" + shown(text.substr(*bad, 1)) + "); remove it");
    }
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return broken(0, "is empty; write {} if everything comes from the environment");

    Document document;
    try {
        document.root.reset(syntax == Syntax::json ? read_json(text, document) : read_yaml(text, document));
    } catch (const StopReading& stop) {
        document.faults.push_back(stop.fault);
    } catch (const std::exception&) {  // not expected, but must not end the process
        document.faults.push_back({0, "is not valid YAML or JSON"});
    }
    if (document.root.IsNull() && document.faults.empty())
        return broken(0, "has nothing in it; write {} if everything comes from the environment");
    if (!document.root.IsMap() && document.faults.empty())
        return broken(line_of(document.root), "is not a list of sections such as \"database:\"");
    document.is_broken = !document.root.IsMap();
    return document;
}

int line_of(const YAML::Node& node) {
    return line_at(node.Mark());  // null_mark(), of a node that no file has, is line -1
}

bool is_quoted(const YAML::Node& scalar) {
    return scalar.Tag() == "!";
}

}  // namespace dsr::config
