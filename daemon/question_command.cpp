// SPDX-License-Identifier: Apache-2.0
#include "question_command.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>

#include "ask_daemon.hpp"
#include "engine.hpp"
#include "query/query_service.hpp"
#include "query/text.hpp"

namespace dsr {

using query::Json;
using About = Question::About;

namespace {

/// Encodes as RFC 3986 requires in a query.
std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= 'a' && byte <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
        result += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
    }
    return result;
}

std::optional<model::WorkflowInstanceId> instance_of(const Question& question) {
    if (!question.instance) return std::nullopt;
    return model::WorkflowInstanceId{*question.instance};
}

Json look_for_it(const config::Config& config, spdlog::logger& log, const Question& question) {
    auto quiet = config;  // no watch, no recordings
    quiet.sweep.watch = false;
    quiet.recording.enabled = false;
    if (log.level() < spdlog::level::warn) log.set_level(spdlog::level::warn);  // only the answer matters
    boost::asio::io_context io;
    alert::Delivery nobody(io, log);
    const Engine engine(quiet, Dependencies{log, io, [] {}, {}, nobody}, nullptr);
    const auto query_service = engine.query_service(query::QueryService::Role::observer, {});
    switch (question.about) {
        case About::status:
            return status(query_service.daemon_status(), engine.now());
        case About::verdicts:
            return to_json(
                query_service.verdicts({question.verdicts, question.host}, {question.after}, question.limit));
        case About::explain:
            return to_json(query_service.explain(instance_of(question).value()));
        case About::history:
            return to_json(query_service.history(instance_of(question), question.limit));
        case About::impact:
            return to_json(query_service.impact());
    }
    return nullptr;
}

void print(std::ostream& out, About about, const Json& answer, query::Style style) {
    switch (about) {
        case About::status:
            return print_status(out, answer, style);
        case About::verdicts:
            return print_verdicts(out, answer, style);
        case About::explain:
            return print_explanation(out, answer, style);
        case About::history:
            return print_history(out, answer, style);
        case About::impact:
            return print_impact(out, answer, style);
    }
}

}  // namespace

std::string path_of(const Question& question) {
    switch (question.about) {
        case About::status:
            return "/api/v1/status";
        case About::verdicts: {
            std::string path = fmt::format("/api/v1/verdicts?after={}&limit={}", question.after, question.limit);
            for (const auto verdict : question.verdicts) path += fmt::format("&verdict={}", name(verdict));
            if (question.host) path += "&host=" + escaped(*question.host);
            return path;
        }
        case About::explain:
            return fmt::format("/api/v1/explain/{}", question.instance.value());
        case About::history:
            return fmt::format("/api/v1/history?limit={}", question.limit) +
                   (question.instance ? fmt::format("&instance={}", *question.instance) : "");
        case About::impact:
            return "/api/v1/impact";
    }
    return "/";
}

Exit run_question(const config::Config& config, spdlog::logger& log, const Question& question, std::ostream& out,
                  bool colour) {
    auto told = question.direct ? std::nullopt : ask_daemon(config, path_of(question));
    const Json answer = told ? std::move(*told) : look_for_it(config, log, question);
    if (question.json) {
        out << query::dump(answer) << "\n";
    } else {
        print(out, question.about, answer, {colour});
    }
    const bool unknown = question.about == About::explain && answer.at("standing") == "unknown";
    return unknown ? Exit::usage : Exit::nothing_left;
}

}  // namespace dsr
