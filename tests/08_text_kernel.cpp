#include <doctest/doctest.h>

#include <thread>

#include "text_support.hpp"

namespace lockstep::test {

TEST_SUITE("08 text: kernels") {
  TEST_CASE("an assignment to an array writes into it, and a kernel runs again with other values") {
    const Device d = device();
    const TextKernel axpy = d.kernel("y = a*x + y");
    const Array x = d.array<float>({1, 2, 3});
    const Array y = d.array<float>({10, 20, 30});
    CHECK(axpy({{"a", 2.0}, {"x", x}, {"y", y}}).empty());
    CHECK(y.to_host<float>() == std::vector<float>{12, 24, 36});
    axpy({{"a", -1}, {"x", x}, {"y", y}});
    CHECK(y.to_host<float>() == std::vector<float>{11, 22, 33});
    CHECK(x.to_host<float>() == std::vector<float>{1, 2, 3});
  }
  TEST_CASE("the values of the other statements are returned in order") {
    const Device d = device();
    const Array x = d.array<double>({1, 2, 3});
    const std::vector<Array> results = d.kernel("s = sum(x); x = x*x; x - s; n + 1")({{"x", x}, {"n", Expr(1)}});
    REQUIRE(results.size() == 3);
    CHECK(results[0].item<double>() == 6);
    CHECK(results[1].to_host<double>() == std::vector<double>{-5, -2, 3});
    CHECK(results[2].item<std::int64_t>() == 2);
    CHECK(x.to_host<double>() == std::vector<double>{1, 4, 9});
  }
  TEST_CASE("statements have the effect of one after another") {
    const Device d = device();
    const Array x = d.array<std::int32_t>({1, 2});
    const Array y = d.array<std::int32_t>({5, 7});
    const Names names{{"x", x}, {"y", y}};
    d.kernel("t = x; x = y; y = t")(names);
    CHECK(x.to_host<std::int32_t>() == std::vector<std::int32_t>{5, 7});
    CHECK(y.to_host<std::int32_t>() == std::vector<std::int32_t>{1, 2});
    d.kernel("x = x + 1; y = x * 10; x = x + y")(names);
    CHECK(x.to_host<std::int32_t>() == std::vector<std::int32_t>{66, 88});
    const std::vector<Array> before = d.kernel("x; sum(x); x = 1; x")(names);
    REQUIRE(before.size() == 3);
    CHECK(before[0].to_host<std::int32_t>() == std::vector<std::int32_t>{66, 88});
    CHECK(before[1].item<std::int64_t>() == 154);
    CHECK(before[2].to_host<std::int32_t>() == std::vector<std::int32_t>{1, 1});
    CHECK(x.to_host<std::int32_t>() == std::vector<std::int32_t>{1, 1});
    CHECK(y.to_host<std::int32_t>() == std::vector<std::int32_t>{60, 80});
  }
  TEST_CASE("an assigned array is read back in its own type and shape") {
    const Device d = device();
    const Array x = d.array<float>({1, 2, 3});
    const std::vector<Array> results = d.kernel("x = 0.1f64; x - 0.1f32; sum(x > 0)")({{"x", x}});
    REQUIRE(results.size() == 2);
    CHECK(results[0].dtype() == DType::f32);
    CHECK(results[0].to_host<float>() == std::vector<float>{0, 0, 0});
    CHECK(results[1].item<std::int64_t>() == 3);
    CHECK(x.to_host<float>() == std::vector<float>{0.1f, 0.1f, 0.1f});
  }
  TEST_CASE("all arrays are read before any is written, also where they share memory") {
    const Device d = device();
    const Array x = d.array<std::int64_t>({1, 2, 3, 4});
    d.kernel("v = w; w")({{"v", x.slice({Slice{.start = 1}})}, {"w", x.slice({Slice{.stop = 3}})}});
    CHECK(x.to_host<std::int64_t>() == std::vector<std::int64_t>{1, 1, 2, 3});
    d.kernel("x = x[::-1]")({{"x", x}});
    CHECK(x.to_host<std::int64_t>() == std::vector<std::int64_t>{3, 2, 1, 1});
  }
  TEST_CASE("a whole number goes to any type of number, an array only to its kind or a larger one") {
    const Device d = device();
    const Array u = d.array<std::uint8_t>({1, 2});
    const Array f = d.array<float>({1.5f, 2.5f});
    const Array p = d.array_from_bytes("\1\0", 2, DType::boolean, Shape{2});
    const Names names{{"u", u}, {"f", f}, {"p", p}};
    d.kernel("u = 200")(names);
    CHECK(u.to_host<std::uint8_t>() == std::vector<std::uint8_t>{200, 200});
    d.kernel("f = u; u = p")(names);
    CHECK(f.to_host<float>() == std::vector<float>{200, 200});
    CHECK(u.to_host<std::uint8_t>() == std::vector<std::uint8_t>{1, 0});
    for (const char* text : {"u = f", "u = 1.5", "u = -i32(u)", "p = u", "p = 1", "f = 2; u = f"}) {
      CAPTURE(text);
      CHECK(error_of([&] { d.kernel(text)(names); }).code() == Code::bad_type);
    }
    CHECK(error_of([&] { d.kernel("u = 256")(names); }).code() == Code::bad_argument);
    CHECK(f.to_host<float>() == std::vector<float>{200, 200});
    d.kernel("u = u8(f + 0.9)")(names);
    CHECK(u.to_host<std::uint8_t>() == std::vector<std::uint8_t>{200, 200});
  }
  TEST_CASE("an error leaves every array as it was and points at the statement") {
    const Device d = device();
    const Array x = d.array<float>({1, 2, 3});
    const Array y = d.array<float>({1, 2});
    const Names names{{"x", x}, {"y", y}};
    const Error error = error_of([&] { d.kernel("x = x + 1\ny = x")(names); });
    CHECK(error.code() == Code::bad_shape);
    CHECK(error.message().starts_with("line 2, column 1: "));
    CHECK(error_of([&] { d.kernel("x = x + z")(names); }).message().starts_with("line 1, column 9: unknown name 'z'"));
    CHECK(x.to_host<float>() == std::vector<float>{1, 2, 3});
    CHECK(y.to_host<float>() == std::vector<float>{1, 2});
  }
  TEST_CASE("an expression and a reduction take one pass") {
    const Device d = device();
    const Array x = d.array<float>({1, 2, 3});
    const std::uint64_t before = d.counters().passes;
    d.kernel("x = x * 2; sum(x)")({{"x", x}});
    CHECK(d.counters().passes == before + 1);
  }
  TEST_CASE("copies of a kernel are used by several threads at once") {
    const Device d = device();
    const TextKernel kernel = d.kernel("y = y + x");
    const Array one = d.array<std::int32_t>({1});
    std::vector<Array> sums;
    for (int n = 0; n < 4; ++n) sums.push_back(d.zeros(Shape{1}, DType::i32));
    std::vector<std::thread> threads;
    for (const Array& sum : sums) {
      threads.emplace_back([kernel, one, sum] {
        for (int n = 0; n < 50; ++n) kernel({{"x", one}, {"y", sum}});
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const Array& sum : sums) CHECK(sum.item<std::int32_t>() == 50);
  }
  TEST_CASE("parse names its statements and keeps their text") {
    const std::vector<Statement> s = parse(" r = 1 + 2 # three\n; (r *\n 2) ;", {});
    REQUIRE(s.size() == 2);
    CHECK(s[0].name == "r");
    CHECK(s[0].text == "r = 1 + 2");
    CHECK(s[1].name.empty());
    CHECK(s[1].text == "(r *\n 2)");
    CHECK(device().evaluate(s[1].value).item<std::int64_t>() == 6);
  }
}

}  // namespace lockstep::test
