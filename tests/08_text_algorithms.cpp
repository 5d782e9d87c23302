#include <doctest/doctest.h>

#include "cells.hpp"
#include "lockstep/algorithms.hpp"
#include "text_support.hpp"

namespace lockstep::test {

TEST_SUITE("08 text: algorithms") {
  TEST_CASE("every algorithm of the text form gives what its call gives") {
    const Device d = device();
    const Names names = text_names(d);
    const Expr x = names.at("x"), y = names.at("y"), i = names.at("i"), k = names.at("k"), m = names.at("m");
    const std::vector<std::pair<const char*, Array>> cases = {
        {"cumsum(y)", cumsum(y)},
        {"cumsum(y*x, axis=0)", cumsum(y * x, 0)},
        {"cumsum(m)", cumsum(m)},
        {"cumsum(m, axis=None)", cumsum(m)},
        {"cumsum(m, axis=-1, exclusive=True)", cumsum(m, -1, Prefix::exclusive)},
        {"cumsum(m, exclusive=False)", cumsum(m)},
        {"cumprod(k)", cumprod(k)},
        {"cummin(y)", cummin(y)},
        {"cummax(y, exclusive=true)", cummax(y, {}, Prefix::exclusive)},
        {"sort(y)", sort(y)},
        {"sort(-m)", sort(-m)},
        {"sort(-m, axis=0)", sort(-m, 0)},
        {"sort(-m, axis=None)", sort(-m, std::nullopt)},
        {"argsort(i)", argsort(i)},
        {"unique(k)", unique(k).values},
        {"bincount(k)", bincount(k)},
        {"flatnonzero(y > 0)", flatnonzero(y > 0)},
        {"compress(y > 0, x)", compress(y > 0, x)},
        {"take(x, k)", take(x, k)},
        {"take(m, [0], axis=1)", Array()},
        {"take(m, k[:1], axis=1)", take(m, k.as_array()->slice({{0, 1}}), 1)},
    };
    for (const auto& one : cases) {
      CAPTURE(one.first);
      if (!one.second.valid()) {
        CHECK(error_of([&] { parse(one.first, names); }).code() == Code::bad_text);
        continue;
      }
      CHECK(difference(evaluated(d, one.first, names), one.second) == "");
    }
  }
  TEST_CASE("an algorithm may stand in an expression, and its result has elements to select") {
    const Device d = device();
    CHECK(evaluated(d, "sum(x * sort(y)[::-1])").item<float>() == 5 + 6 + 3 - 8 - 20);
    CHECK(evaluated(d, "s = cumsum(x); s[-1] == sum(x)").item<bool>());
    CHECK(evaluated(d, "max(take(x, argsort(y)) - 1)").item<float>() == 4);
    CHECK(evaluated(d, "cumsum(cumsum(x))[-1]").item<float>() == 35);
  }
  TEST_CASE("an algorithm needs no array where the device is known") {
    const Device d = device();
    const auto values = [&](const char* text) {
      return d.evaluate(cast(parse(text, {}, d).back().value, DType::i64)).to_host<std::int64_t>();
    };
    CHECK(values("sort(arange(6) * 5 % 6)") == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
    CHECK(values("cumsum(arange(4))[::-1]") == std::vector<std::int64_t>{6, 3, 1, 0});
    CHECK(values("compress(arange(5) % 2 == 1, arange(5))") == std::vector<std::int64_t>{1, 3});
    CHECK(values("take(arange(3) * 10, arange(2) + 1)") == std::vector<std::int64_t>{10, 20});
    CHECK(values("sort(shuffle(arange(4), 7))") == std::vector<std::int64_t>{0, 1, 2, 3});
    CHECK(d.kernel("cumsum(arange(3))")({}).front().to_host<std::int64_t>() == std::vector<std::int64_t>{0, 1, 3});
    CHECK(error_of([&] { parse("sort(3)", {}, d); }).code() == Code::bad_shape);
  }
  TEST_CASE("a kernel from text runs its algorithms at each call") {
    const Device d = device();
    const TextKernel kernel = d.kernel("y = cumsum(x) + 1; x = x * 2");
    const Array x = d.array({1.0f, 2.0f}), y = d.zeros({2}, DType::f32);
    for (int round = 0; round < 3; ++round) kernel({{"x", x}, {"y", y}});
    CHECK(y.to_host<float>() == std::vector<float>{5, 13});
    CHECK(x.to_host<float>() == std::vector<float>{8, 16});
  }
  TEST_CASE("mistakes in calls of algorithms show the place and how to write it") {
    const Names names = text_names(device());
    const auto refuse = [&](Code code, const char* text, std::string_view word) {
      CAPTURE(text);
      const Error error = error_of([&] { parse(text, names); });
      CHECK(error.code() == code);
      CHECK(std::string(error.what()).find("line 1, column 1") != std::string::npos);
      CHECK_MESSAGE(std::string(error.what()).find(word) != std::string::npos, error.what());
    };
    refuse(Code::bad_text, "sort()", "takes 1 operand, got 0");
    refuse(Code::bad_text, "sort(x, y)", "write sort(x)");
    refuse(Code::bad_text, "compress(x)", "takes 2 operands");
    refuse(Code::bad_shape, "sort(x, axis=1)", "axis");
    refuse(Code::bad_argument, "take(x, i)", "index 7 at place 0");
    refuse(Code::bad_shape, "compress(m, x)", "(3, 4)");
    refuse(Code::bad_argument, "sort(arange(3))", "no array");
    const auto places = [&](const char* text, std::string_view word) {
      CAPTURE(text);
      const Error error = error_of([&] { parse(text, names); });
      CHECK(error.code() == Code::bad_text);
      CHECK_MESSAGE(std::string(error.what()).find(word) != std::string::npos, error.what());
    };
    places("sort(x, exclusive=True)", "no keyword");
    places("unique(x, axis=0)", "no keyword");
    places("cumsum(x, keepdims=True)", "no keyword");
    places("cumsum(x, axis=0, axis=0)", "twice");
    places("cumsum(x, exclusive=1)", "True or False");
    places("cumsum(axis=0, x)", "before the keywords");
    places("cumsun(x)", "did you mean 'cumsum'?");
  }
}

}  // namespace lockstep::test
