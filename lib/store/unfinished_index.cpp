// SPDX-License-Identifier: Apache-2.0
#include "store/unfinished_index.hpp"

#include "store/dialect.hpp"

namespace dsr::store {

namespace {

// Less than this nobody feels; and an unfinished row itself takes well under a tenth of this, on a slow machine too.
constexpr std::chrono::milliseconds felt{500};
constexpr std::chrono::microseconds of_a_row{200};

}  // namespace

std::string unfinished_index_statements(DatabaseKind kind) {
    std::string all;
    for (const auto generation : {model::Generation::process, model::Generation::workflow}) {
        model::SchemaFacts facts;
        facts.generation = generation;
        all += generation == model::Generation::process ? "-- DolphinScheduler 3.2 and older:\n"
                                                        : "\n-- DolphinScheduler 3.3 and later:\n";
        for (const std::string& statement : in_schema(dialect_of(kind), facts).make_unfinished_index)
            all += statement + ";\n";
    }
    return all;
}

std::string index_advice(const UnfinishedScan& scan) {
    const auto rows = static_cast<std::int64_t>(scan.rows);
    if (scan.indexed || scan.took < felt || scan.took < rows * of_a_row) return "";
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(scan.took).count();
    return "the last sweep read " + std::to_string(scan.rows) + " unfinished workflow instances in " +
           std::to_string(took) +
           " ms, most of it spent on walking through finished ones. An index would spare that: `ds-reconcilerd init-db "
           "--with-index` makes it beside running masters, and with --print shows the SQL";
}

}  // namespace dsr::store
