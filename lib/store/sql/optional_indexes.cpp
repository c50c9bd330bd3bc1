// SPDX-License-Identifier: Apache-2.0
#include "store/sql/optional_indexes.hpp"

#include "store/sql/dialect.hpp"

namespace dsr::store {

namespace {

// A shorter time is not noticeable. An unfinished row takes well under a tenth of this, even on a slow machine.
constexpr std::chrono::milliseconds felt{500};
constexpr std::chrono::microseconds of_a_row{200};

constexpr const char* remedy =
    "An index avoids this: `ds-reconcilerd init-db --with-index` creates it while masters run, and with --print shows "
    "the SQL";

std::string milliseconds(std::chrono::microseconds took) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()) + " ms";
}

}  // namespace

std::string index_statements(DatabaseKind kind) {
    std::string all;
    for (const auto generation : {model::Generation::process, model::Generation::workflow}) {
        model::SchemaFacts facts;
        facts.generation = generation;
        all += generation == model::Generation::process ? "-- DolphinScheduler 3.2 and older:\n"
                                                        : "\n-- DolphinScheduler 3.3 and later:\n";
        const SchemaSql sql = sql_of(kind, facts);
        for (const auto* statements : {&sql.make_unfinished_index, &sql.make_task_index}) {
            for (const std::string& statement : *statements) all += statement + ";\n";
        }
    }
    return all;
}

std::string index_advice(const UnfinishedScan& scan) {
    const auto rows = static_cast<std::int64_t>(scan.rows);
    if (scan.indexed) return "";
    if (scan.ran_out)
        return "the last sweep read " + std::to_string(scan.rows) + " unfinished workflow instances in " +
               milliseconds(scan.took) + ", then a statement exceeded database.statement_timeout. " + remedy;
    if (scan.took < felt || scan.took < rows * of_a_row) return "";
    return "the last sweep read " + std::to_string(scan.rows) + " unfinished workflow instances in " +
           milliseconds(scan.took) + ", most of it for scanning finished ones. " + remedy;
}

std::string index_advice(const TaskScan& scan) {
    if (scan.indexed || (!scan.ran_out && scan.took < felt)) return "";
    return "the last sweep spent " + milliseconds(scan.took) +
           " on the search for task activity after the loss of a master" +
           (scan.ran_out ? ", until the statement exceeded database.statement_timeout. " : ". ") + remedy;
}

}  // namespace dsr::store
