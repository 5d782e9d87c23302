#include <doctest/doctest.h>

#include <array>
#include <string>

#include "lockstep/nearest.hpp"

using lockstep::detail::nearest;

TEST_SUITE("08 text: the nearest name") {
  constexpr std::array<std::string_view, 6> kNames = {"sqrt", "square", "steps", "timestep", "x", "velocity"};

  TEST_CASE("one edit of each kind is found") {
    CHECK(nearest("sqt", kNames) == "sqrt");
    CHECK(nearest("sqrtt", kNames) == "sqrt");
    CHECK(nearest("sqrd", kNames) == "sqrt");
    CHECK(nearest("srqt", kNames) == "sqrt");
  }
  TEST_CASE("case does not count") { CHECK(nearest("SQRT", kNames) == "sqrt"); }
  TEST_CASE("a name that resembles none gives none") {
    CHECK(nearest("gravity", kNames).empty());
    CHECK(nearest("y", kNames).empty());
    CHECK(nearest("", kNames).empty());
    CHECK(nearest("sqrt", {}).empty());
  }
  TEST_CASE("a swap of neighbours is one edit, not two") {
    constexpr std::array<std::string_view, 1> kOne = {"abc"};
    CHECK(nearest("acb", kOne) == "abc");
    CHECK(nearest("cab", kOne).empty());
  }
  TEST_CASE("of equally near ones the first is taken") {
    constexpr std::array<std::string_view, 2> kTwins = {"rate_a", "rate_b"};
    CHECK(nearest("rate_c", kTwins) == "rate_a");
  }
  TEST_CASE("64 characters are compared, 65 are not") {
    const std::string long_name(64, 'a');
    const std::array<std::string_view, 1> names = {long_name};
    CHECK(nearest(std::string(63, 'a') + "b", names) == long_name);
    CHECK(nearest(std::string(65, 'a'), names).empty());
  }
}
