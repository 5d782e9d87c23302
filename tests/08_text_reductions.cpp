#include <doctest/doctest.h>

#include "text_support.hpp"

namespace lockstep::test {
namespace {

/// The last value of `text`, as a float.
double number(const char* text) {
  return device().evaluate(cast(parse(text, text_names(device())).back().value, DType::f64)).item<double>();
}

}  // namespace

TEST_SUITE("08 text: reductions") {
  TEST_CASE("var, std and norm take ddof and ord") {
    CHECK(number("var(x)") == 2);
    CHECK(number("var(x, ddof=1)") == 2.5);
    CHECK(number("std(m[:, 0], axis=0)**2") == doctest::Approx(32.0 / 3));
    CHECK(number("norm(x[2:4])") == 5);
    CHECK(number("norm(y, ord=1)") == 15);
    CHECK(number("norm(y, ord=inf)") == 5);
    CHECK(number("norm(y, ord=-inf)") == 1);
    CHECK(number("norm(y, axis=0, ord=0)") == 5);
    CHECK(evaluated(device(), "var(m, axis=1, ddof=2, keepdims=True)").shape() == Shape{3, 1});
  }
  TEST_CASE("dot multiplies and sums, the folds of bits and truth have short names") {
    CHECK(number("dot(x, y)") == 3);
    CHECK(evaluated(device(), "dot(m, m, axis=0)").shape() == Shape{4});
    CHECK(number("band(i | 3)") == 3);
    CHECK(number("bor(i[2:])") == 13);
    CHECK(number("bxor(i[2:])") == 9);
    CHECK(number("land(x)") == 1);
    CHECK(number("lor(x - x)") == 0);
    CHECK(number("lxor(x > 2)") == 1);
  }
  TEST_CASE("minloc and maxloc give a value and its place to two names, or two results") {
    const Names names = text_names(device());
    const auto pair = parse("lo, at = minloc(y); lo*at", names);
    REQUIRE(pair.size() == 3);
    CHECK(pair[0].name == "lo");
    CHECK(pair[1].name == "at");
    CHECK(pair[0].text == "lo, at = minloc(y)");
    CHECK(device().evaluate(pair[0].value).item<float>() == -4);
    CHECK(device().evaluate(pair[1].value).item<std::int64_t>() == 1);
    const auto bare = parse("maxloc(m, axis=1)", names);
    REQUIRE(bare.size() == 2);
    CHECK(device().evaluate(bare[0].value).to_host<double>() == std::vector<double>{3, 7, 11});
    CHECK(device().evaluate(bare[1].value).to_host<std::int64_t>() == std::vector<std::int64_t>(3, 3));
  }
  TEST_CASE("reduce folds with an expression of two names") {
    CHECK(number("reduce(a, b: a + b, x)") == 15);
    CHECK(number("reduce(x, y: x * y, x, axis=0)") == 120);
    CHECK(number("c = 2; reduce(a, b: a + b + c - 2, x)") == 15);
    CHECK(number("reduce(a, b: a + b, x[:0], identity=-1.5)") == -1.5);
    CHECK(number("reduce(a, b: a*b/(a+b), x[:2], identity=1)") == doctest::Approx(2.0 / 3));
    CHECK(number("1 + 2*reduce(a, b: where(a < b, b, a), y)") == 11);
    CHECK(evaluated(device(), "reduce(a, b: max(a, b), m, axis=1, keepdims=True)").shape() == Shape{3, 1});
  }
  TEST_CASE("a text kernel stores both values of minloc") {
    const Device d = device();
    const Array lo = d.zeros({}, DType::f32), at = d.zeros({}, DType::i64), x = d.array({3.0f, 1.0f, 2.0f});
    d.kernel("lo, at = minloc(x)")({{"lo", lo}, {"at", at}, {"x", x}});
    CHECK(lo.item<float>() == 1);
    CHECK(at.item<std::int64_t>() == 1);
  }
}

}  // namespace lockstep::test
