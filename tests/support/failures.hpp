// SPDX-License-Identifier: Apache-2.0
// What tests ask of calls that must fail.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "model/failure.hpp"

namespace dsr::test {

/// What the call threw. The test ends when it threw nothing.
template <typename Call>
model::Failure failure_of(Call&& call) {
    try {
        call();
    } catch (const model::Failure& failure) {
        return failure;
    }
    FAIL("it did not fail");
    return {model::ErrorKind::permanent, ""};
}

/// That the call fails so, and says that. The test goes on when it threw nothing.
inline void check_fails(model::ErrorKind kind, const std::string& says, const std::function<void()>& call) {
    try {
        call();
        FAIL_CHECK("no failure");
    } catch (const model::Failure& failure) {
        INFO(failure.what());
        CHECK(failure.kind() == kind);
        CHECK_THAT(failure.what(), Catch::Contains(says));
    }
}

}  // namespace dsr::test
