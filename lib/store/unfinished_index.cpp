// SPDX-License-Identifier: Apache-2.0
#include "store/unfinished_index.hpp"

#include "store/dialect.hpp"

namespace dsr::store {

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

}  // namespace dsr::store
