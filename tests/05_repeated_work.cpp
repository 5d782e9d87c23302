// Rung 5 of the ladder: work that was done before is not planned again. It must give what it would give the first time,
// whatever arrays, layouts and numbers it meets.

#include "lockstep/text.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

using Floats = std::vector<float>;

Floats ramp(std::size_t n, float from) {
  Floats values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = from + static_cast<float>(i);
  return values;
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "an expression repeated with other arrays and numbers computes with those") {
  const Array a = device.array(ramp(100, 1)), b = device.array(ramp(100, 50));
  for (const float number : {3.0f, 5.0f, -1.0f})
    for (const auto& [x, y] : {std::pair{a, b}, {b, a}, {a, a}, {b, b}, {a, b}}) {
      const Floats left = x.to_host<float>(), right = y.to_host<float>(),
                   got = evaluate(x + number * y).to_host<float>();
      for (std::size_t i = 0; i < 100; ++i) REQUIRE(got[i] == left[i] + number * right[i]);
    }
}

TEST_CASE_FIXTURE(OnDevice, "an expression repeated with another layout, shape or type is another one") {
  const Array x = device.array(ramp(64, 1), Shape{8, 8});
  const Array row = device.array(ramp(8, 100));
  const auto total = [&](const Array& m) { return item<float>(sum(m * 2 + row)); };
  const float expected = 2 * (64 * 65 / 2) + 8 * (800 + 28);
  CHECK(total(x) == expected);
  CHECK(total(x.transpose()) == expected);
  CHECK(total(x.slice({{Slice::kOpen, Slice::kOpen, -1}})) == expected);
  CHECK(evaluate(x * 2 + row).to_host<float>()[1] == 2 * 2 + 101);
  CHECK(evaluate(x.transpose() * 2 + row).to_host<float>()[1] == 2 * 9 + 101);
  CHECK(evaluate(x.slice({{0, 4}}) * 2 + row).shape() == Shape{4, 8});
  CHECK(evaluate(cast(x, DType::i32) * 2 + row).dtype() == evaluate(cast(x, DType::i32) + row).dtype());
  CHECK(evaluate(cast(index(0), DType::f32) + 0 * x).to_host<float>()[8] == 1);
  CHECK(evaluate(cast(index(1), DType::f32) + 0 * x).to_host<float>()[8] == 0);
  CHECK(evaluate(sum(x, 0)).to_host<float>()[1] == 2 * 8 + 8 * 28);
  CHECK(evaluate(sum(x, 1)).to_host<float>()[1] == 9 * 8 + 28);
  CHECK(evaluate(sum(x, 1, true)).shape() == Shape{8, 1});
}

TEST_CASE_FIXTURE(OnDevice, "an assignment repeated on memory that overlaps reads before it writes") {
  const Array a = device.array(ramp(50, 0)), b = device.array(ramp(50, 1000));
  const Slice head{0, 49}, tail{1, 50};
  assign(b.slice({tail}), a.slice({head}) + 1);
  CHECK(b.to_host<float>()[49] == 49);
  const Array c = device.array(ramp(50, 0));
  assign(c.slice({tail}), c.slice({head}) + 1);
  CHECK(c.to_host<float>()[49] == 49);
  assign(c, c + 1);
  assign(b, c + 1);
  assign(b, b + 1);
  CHECK(b.to_host<float>()[49] == 52);
  assign(b, b - max(b));
  CHECK(b.to_host<float>()[49] == 0);
}

TEST_CASE_FIXTURE(OnDevice, "repeated work is compiled and counted as it should be") {
  const Array x = device.array(ramp(10, 0)), y = device.array(ramp(10, 5));
  evaluate(x * 2.5f + y, sum(x));
  const Counters before = device.counters();
  for (int i = 0; i < 5; ++i) evaluate(y * static_cast<float>(i) + x, sum(y));
  CHECK(device.counters().compiled == before.compiled);
  CHECK(device.counters().passes == before.passes + 5);
}

TEST_CASE_FIXTURE(OnDevice, "an expression of many operations is repeated like a short one") {
  const Array x = device.array(ramp(40, 0)), y = device.array(ramp(40, 7));
  const auto chain = [](const Array& a) {
    Expr e = a;
    for (int i = 0; i < 150; ++i) e = e * 0.5f + (i % 2 ? e : Expr(a));
    return evaluate(e).to_host<float>();
  };
  const Floats first = chain(x), second = chain(y);
  CHECK(chain(x) == first);
  CHECK(chain(y) == second);
  CHECK(first != second);
}

TEST_CASE_FIXTURE(OnDevice, "a text runs with other arrays, numbers and layouts as if it were new") {
  const TextKernel kernel = device.kernel("o = x + a*y");
  const Array x = device.array(ramp(30, 1)), y = device.array(ramp(30, 2)), o = device.zeros({30}, DType::f32);
  const auto run = [&](const Array& to, const Array& p, const Array& q, double a) {
    const Floats left = p.to_host<float>(), right = q.to_host<float>();
    kernel({{"o", to}, {"x", p}, {"y", q}, {"a", a}});
    const Floats got = to.to_host<float>();
    for (std::size_t i = 0; i < got.size(); ++i)
      if (got[i] != left[i] + static_cast<float>(a) * right[i]) return i;
    return got.size();
  };
  const auto part = [](const Array& whole, std::int64_t from) { return whole.slice({{from, from + 20}}); };
  CHECK(run(o, x, y, 3) == 30);
  CHECK(run(o, y, x, 4) == 30);
  CHECK(run(o, x, x, 5) == 30);
  CHECK(run(o, x, y, 6) == 30);
  CHECK(run(x, x, y, 2) == 30);
  CHECK(run(o, o, y, 2) == 30);
  CHECK(run(part(o, 0), part(x, 1), part(y, 2), 2) == 20);
  CHECK(run(part(o, 0), part(o, 5), part(y, 2), 2) == 20);
  CHECK(run(part(o, 5), part(o, 0), part(o, 2), 2) == 20);
  kernel({{"o", o}, {"x", x}, {"y", y}, {"a", 7}});
  kernel({{"o", o}, {"x", x}, {"y", y}, {"a", 8}});
  CHECK(o.to_host<float>()[2] == x.to_host<float>()[2] + 8 * y.to_host<float>()[2]);
}

TEST_CASE_FIXTURE(OnDevice, "whole numbers given to a text keep their meaning when their size changes") {
  const TextKernel below = device.kernel("x < a");
  const Array x = device.array({std::uint8_t{1}, std::uint8_t{200}});
  const auto count_below = [&](std::int64_t a) {
    return item<std::int64_t>(count(below({{"x", x}, {"a", a}}).front()));
  };
  CHECK(count_below(5) == 1);
  CHECK(count_below(5) == 1);
  CHECK(count_below(300) == 2);
  CHECK(count_below(-1) == 0);
  CHECK(count_below(201) == 2);
}

TEST_CASE_FIXTURE(OnDevice, "repeated work with a number that does not fit is refused before anything is written") {
  const Array x = device.array({1.0f, 2.0f}), first = device.zeros({2}, DType::f32);
  const Array y = device.array({std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}});
  const Array second = device.zeros({3}, DType::u8);
  // Two shapes: two passes.
  const auto run = [&](std::int64_t b) {
    const std::array<Assignment, 2> assignments{Assignment{first, x + b}, Assignment{second, y + b}};
    device.run(assignments, {});
  };
  run(3);
  run(4);
  CHECK(failure(Code::bad_argument, "300", [&] { run(300); }) == "");
  CHECK(first.to_host<float>() == Floats{5, 6});
  CHECK(second.to_host<std::uint8_t>() == std::vector<std::uint8_t>{5, 6, 7});
}

TEST_CASE_FIXTURE(OnDevice, "a text with slices, or with other names, is not mistaken for the last call") {
  const TextKernel slices = device.kernel("x[1:] + y");
  const Array x = device.array(ramp(5, 0)), y = device.array(ramp(4, 10));
  const Array within = x.slice({{1, 5}});
  CHECK(slices({{"x", x}, {"y", within}}).front().to_host<float>() == Floats{2, 4, 6, 8});
  CHECK(slices({{"x", x}, {"y", y}}).front().to_host<float>() == Floats{11, 13, 15, 17});
  const TextKernel angle = device.kernel("x * pi");
  const float turned = angle({{"x", y}}).front().to_host<float>()[0];
  CHECK(turned > 31);
  CHECK(angle({{"x", y}, {"pi", 3.0}}).front().to_host<float>()[0] == 30);
  CHECK(angle({{"x", y}}).front().to_host<float>()[0] == turned);
}
