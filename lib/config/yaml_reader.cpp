// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_reader.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <string>

#include "config/text.hpp"

namespace dsr::config {

namespace {

constexpr std::string_view no_aliases =
    "anchors (&name) and aliases (*name) are not supported; a text that begins with & or * needs quotes";

int line_of(const YAML::Mark& mark) {
    return mark.line + 1;
}

class YamlEvents final : public YAML::EventHandler {
public:
    YamlEvents(TreeBuilder& builder, int last_line) : builder_{builder}, last_line_{last_line} {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (documents_++ > 0)
            throw StopReading{{line(mark), "a second document begins here; a configuration is one document"}};
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { builder_.null(line(mark)); }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        builder_.fault(line(mark), std::string{no_aliases});
        builder_.null(line(mark));
    }

    void OnAnchor(const YAML::Mark& mark, const std::string&) override {
        builder_.fault(line(mark), std::string{no_aliases});
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
        check_tag(mark, tag);
        const bool is_quoted = tag == "!";
        builder_.scalar(value, is_quoted, line(mark));
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        check_tag(mark, tag);
        builder_.start_list(line(mark));
    }
    void OnSequenceEnd() override { builder_.end(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        check_tag(mark, tag);
        builder_.start_map(line(mark));
    }
    void OnMapEnd() override { builder_.end(); }

private:
    [[nodiscard]] int line(const YAML::Mark& mark) const { return std::min(line_of(mark), last_line_); }

    // yaml-cpp gives "?" for plain and "!" for quoted nodes, and the written tag for the others.
    void check_tag(const YAML::Mark& mark, const std::string& tag) {
        if (!tag.empty() && tag != "?" && tag != "!") {
            builder_.fault(line(mark), "tags (!name) are not supported; a text that begins with ! needs quotes");
        }
    }

    TreeBuilder& builder_;
    int last_line_;
    int documents_ = 0;
};

bool is_indented_with_tab(std::string_view text, int line) {
    for (int i = 1; i < line; ++i) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) return false;
        text.remove_prefix(end + 1);
    }
    const auto indentation = text.substr(0, std::min(text.find_first_not_of(" \t"), text.size()));
    return indentation.find('\t') != std::string_view::npos;
}

// Some messages of yaml-cpp show characters of the file behind the colon; these could be part of a password.
std::string without_quotation(const std::string& message) {
    return message.substr(0, message.find(':'));
}

std::string explain(const YAML::Exception& error, std::string_view text) {
    if (is_indented_with_tab(text, line_of(error.mark))) return "YAML is not indented with tabs; use spaces";
    if (error.msg.starts_with(YAML::ErrorMsg::UNKNOWN_ANCHOR)) return std::string{no_aliases};
    std::string message = "is not valid YAML: " + without_quotation(error.msg);
    if (error.msg.starts_with(YAML::ErrorMsg::UNKNOWN_TOKEN))
        message += "; a text that begins with @, % or ` needs quotes";
    if (error.msg.starts_with(YAML::ErrorMsg::INVALID_ESCAPE)) {
        message += "; in double quotes a backslash is written twice, in single quotes once";
    }
    return message;
}

}  // namespace

void read_yaml(std::string_view text, TreeBuilder& builder) {
    // yaml-cpp 0.7 accepts an unclosed quoted text, with the rest of the file, if only white space follows. With a
    // comment at the end there is never only white space.
    std::istringstream stream{std::string{text} + (text.ends_with('\n') ? "#" : "\n#")};
    const int last_line = line_of(text, text.size());  // only the added comment is behind it
    YamlEvents events{builder, last_line};
    try {
        YAML::Parser parser{stream};
        while (parser.HandleNextDocument(events)) {
        }
    } catch (const YAML::Exception& error) {
        throw StopReading{{std::min(line_of(error.mark), last_line), explain(error, text)}};
    } catch (const std::exception&) {
        throw StopReading{{0, "is not valid YAML"}};  // not expected from yaml-cpp, but must not end the process
    }
}

}  // namespace dsr::config
