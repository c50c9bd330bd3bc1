// SPDX-License-Identifier: Apache-2.0
#include "config/secret.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <concepts>
#include <cstring>
#include <new>
#include <nlohmann/json.hpp>
#include <sstream>
#include <type_traits>

namespace dsr::secret_test {

using dsr::config::Secret;
using dsr::config::wipe;

namespace {

template <class T>
concept CanBeStreamed = requires(std::ostringstream stream, const T& value) { stream << value; };

static_assert(CanBeStreamed<std::string>);
static_assert(!CanBeStreamed<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>);
static_assert(!std::is_constructible_v<nlohmann::json, Secret>);

bool occurs(std::string_view text, const unsigned char* bytes, std::size_t size) {
    return std::search(bytes, bytes + size, text.begin(), text.end()) != bytes + size;
}

}  // namespace

TEST_CASE("a secret gives its text only when asked for it") {
    const Secret secret{"hunter2"};
    CHECK(secret.is_set());
    CHECK(secret.reveal() == "hunter2");
    CHECK_FALSE(Secret{}.is_set());
    CHECK_FALSE(Secret{""}.is_set());
    CHECK(Catch::Detail::stringify(secret).find("hunter2") == std::string::npos);
}

TEST_CASE("secrets are compared by their text") {
    CHECK(Secret{"abc"} == Secret{"abc"});
    CHECK(Secret{} == Secret{""});
    CHECK_FALSE(Secret{"abc"} == Secret{"abd"});
    CHECK_FALSE(Secret{"abc"} == Secret{"xbc"});
    CHECK_FALSE(Secret{"abc"} == Secret{"abcd"});
    CHECK_FALSE(Secret{"abc"} == Secret{});
    CHECK_FALSE(Secret{std::string_view{"abc\0", 4}} == Secret{"abc"});
}

TEST_CASE("secrets are copied and moved, and a moved-from secret is empty") {
    for (const std::string text : {"short", "a text that is too long for the string's own buffer"}) {
        Secret first{text};
        Secret copy{first};
        CHECK(copy == first);
        Secret moved{std::move(first)};
        CHECK(moved.reveal() == text);
        CHECK_FALSE(first.is_set());  // NOLINT(bugprone-use-after-move): that it is empty is promised
        Secret assigned{"before"};
        assigned = copy;
        CHECK(assigned == copy);
        assigned = std::move(copy);
        CHECK(assigned.reveal() == text);
        CHECK_FALSE(copy.is_set());  // NOLINT(bugprone-use-after-move)
        Secret& itself = assigned;
        assigned = itself;
        CHECK(assigned.reveal() == text);
    }
}

TEST_CASE("a secret leaves nothing behind where it was") {
    // A short text lies inside the object itself, so the object's memory shows whether it was overwritten.
    alignas(Secret) std::array<unsigned char, sizeof(Secret)> memory{};
    auto* secret = new (memory.data()) Secret{"hunter2"};
    REQUIRE(occurs("hunter2", memory.data(), memory.size()));
    SECTION("after its end") {
        secret->~Secret();
    }
    SECTION("after a move") {
        const Secret taken{std::move(*secret)};
        REQUIRE(taken.reveal() == "hunter2");
    }
    SECTION("after an assignment") {
        *secret = Secret{"x"};
    }
    CHECK_FALSE(occurs("unter2", memory.data(), memory.size()));
}

TEST_CASE("wiping covers the unused capacity too, and keeps the buffer") {
    std::string text(15, 's');  // the string's own buffer: its bytes stay readable behind the end of the text
    text.resize(3);
    const auto* bytes =
        reinterpret_cast<const unsigned char*>(text.data());  // not the pointer, which may hold any byte
    REQUIRE(occurs("sss", bytes, 15));
    wipe(text);
    CHECK(text.empty());
    CHECK_FALSE(occurs("s", bytes, 15));
}

}  // namespace dsr::secret_test
