// SPDX-License-Identifier: Apache-2.0
#include "config/json_reader.hpp"

#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "config/text.hpp"

namespace dsr::config {

namespace {

// The position of the parser. nlohmann's events carry none, so the iterator that it reads through counts lines. An
// event comes when the last character of its token was read (of a number: the character behind it), so the line of that
// character is the token's.
struct Position {
    int line_of_last = 1;
    int line_of_next = 1;
};

class CountingIterator {
public:
    using difference_type = std::ptrdiff_t;
    using value_type = char;
    using pointer = const char*;
    using reference = const char&;
    using iterator_category = std::input_iterator_tag;

    CountingIterator(const char* at, Position& position) : at_{at}, position_{&position} {}

    reference operator*() const { return *at_; }
    CountingIterator& operator++() {
        position_->line_of_last = position_->line_of_next;
        if (*at_ == '\n') ++position_->line_of_next;
        ++at_;
        return *this;
    }
    CountingIterator operator++(int) {
        CountingIterator before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const CountingIterator& left, const CountingIterator& right) {
        return left.at_ == right.at_;
    }

private:
    const char* at_;
    Position* position_;
};

// Extracts "syntax error while parsing value - unexpected ..." from the message, without the text last read, which
// could be part of a password.
std::string reason_of(const std::string& what) {
    const auto begin = what.find("syntax error");
    if (begin == std::string::npos) return "a number is out of range";
    return what.substr(begin, what.find("; last read") - begin);
}

class JsonEvents final : public nlohmann::json_sax<nlohmann::json> {
public:
    JsonEvents(TreeBuilder& builder, const Position& position, std::string_view whole)
        : builder_{builder}, position_{position}, whole_{whole} {}

    bool null() override { return builder_.null(line()), true; }
    bool boolean(bool value) override { return builder_.scalar(value ? "true" : "false", false, line()), true; }
    bool number_integer(number_integer_t value) override {
        return builder_.scalar(std::to_string(value), false, line()), true;
    }
    bool number_unsigned(number_unsigned_t value) override {
        return builder_.scalar(std::to_string(value), false, line()), true;
    }
    bool number_float(number_float_t, const string_t& written) override {
        return builder_.scalar(written, false, line()), true;
    }
    bool string(string_t& value) override { return builder_.scalar(value, true, line()), true; }
    bool binary(binary_t&) override { return false; }  // not in JSON
    bool start_object(std::size_t) override { return builder_.start_map(line()), true; }
    bool key(string_t& value) override { return builder_.scalar(value, true, line()), true; }
    bool end_object() override { return builder_.end(), true; }
    bool start_array(std::size_t) override { return builder_.start_list(line()), true; }
    bool end_array() override { return builder_.end(), true; }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
        const std::size_t at = position > 0 ? position - 1 : 0;
        const auto line_begin = whole_.substr(0, at).rfind('\n');
        const std::size_t column = at - (line_begin == std::string_view::npos ? 0 : line_begin + 1) + 1;
        throw StopReading{{line_of(whole_, at),
                           "is not valid JSON, column " + std::to_string(column) + ": " + reason_of(error.what())}};
    }

private:
    [[nodiscard]] int line() const { return position_.line_of_last; }

    TreeBuilder& builder_;
    const Position& position_;
    std::string_view whole_;
};

}  // namespace

void read_json(std::string_view text, TreeBuilder& builder) {
    Position position;
    JsonEvents events{builder, position, text};
    const CountingIterator begin{text.data(), position};
    const CountingIterator end{text.data() + text.size(), position};
    nlohmann::json::sax_parse(begin, end, &events);
}

}  // namespace dsr::config
