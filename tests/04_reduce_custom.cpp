// Rung 4 of the ladder: folds with combinations of the user's own, in the order of the unit tree.
#include "cells.hpp"
#include "unit_tree.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// The unit tree where what is missing passes its partner through.
template <class T, class F>
T fold_present(const std::vector<T>& x, F combine) {
  using Maybe = std::optional<T>;
  const std::vector<Maybe> present(x.begin(), x.end());
  return *unit_tree<Maybe>(present, Maybe(), [&](const Maybe& a, const Maybe& b) -> Maybe {
    return a && b ? Maybe(combine(*a, *b)) : a ? a : b;
  });
}

template <class T>
T harmonic(T a, T b) {
  return a * b / (a + b);
}
/// Neither associative nor commutative: the order of the tree shows in every bit.
template <class T>
T crooked(T a, T b) {
  return a * T(0.75) + b + T(1);
}

template <class T>
void check_lengths(const Device& device) {
  std::vector<T> values(70001);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = T(1) + static_cast<T>(i % 97) / 64;
  const Array all = device.array(values);
  for (const std::size_t n : {1, 2, 31, 33, 127, 128, 129, 1023, 1024, 1025, 4097, 70001}) {
    CAPTURE(n);
    const std::vector<T> part(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(n));
    const Array x = all.slice({{0, static_cast<std::int64_t>(n)}});
    const auto [h, c] =
        evaluate(reduce([](const Expr& a, const Expr& b) { return a * b / (a + b); }, x),
                 reduce([](const Expr& a, const Expr& b) { return a * literal(0.75) + b + literal(1); }, x));
    CHECK(same_bits(h.template item<T>(), fold_present(part, harmonic<T>)));
    CHECK(same_bits(c.template item<T>(), fold_present(part, crooked<T>)));
  }
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "a fold of the user's own has the bits of the unit tree at awkward lengths") {
  check_lengths<float>(device);
  if (device.info().has_f64) check_lengths<double>(device);
}

TEST_CASE_FIXTURE(OnDevice,
                  "a fold of the user's own has the same bits on one thread, on seven and without native code") {
  const std::vector<float> values = awkward_values<float>(scaled(400001), 3);
  const Combination combination = [](const Expr& a, const Expr& b) { return fma(a, literal(0.5), b); };
  const Array expected = evaluate(reduce(combination, device.array(values)));
  for (const char* name : {"cpu:1", "cpu:7"})
    CHECK(difference(evaluate(reduce(combination, Engine().open(name).array(values))), expected) == "");
  const Environment no_native_code("LOCKSTEP_CPU_JIT", "off");
  CHECK(difference(evaluate(reduce(combination, Engine().open("cpu:3").array(values))), expected) == "");
}

TEST_CASE_FIXTURE(OnDevice,
                  "a combination of sum, product, minimum or bits gives that reduction, over any axes and type") {
  for (const DType type : dtypes_of(device)) {
    const Shape shapes[] = {{5}, {2100}, {3, 1100}, {1100, 3}, {40, 200}, {7, 129, 5}};
    for (const Shape& shape : shapes) {
      const Array x = upload(device, awkward_cells(type, shape.size(), shape.size()), shape);
      for (int axis = -1; axis < shape.rank(); ++axis) {
        const Axes axes = axis < 0 ? Axes() : Axes(axis);
        CAPTURE(to_string(type));
        CAPTURE(to_string(shape));
        CAPTURE(axis);
        const auto mine = [&](Expr (*join)(const Expr&, const Expr&)) { return reduce(Combination(join), x, axes); };
        if (is_floating(type)) {
          const auto [s, p] = evaluate(mine([](const Expr& a, const Expr& b) { return a + b; }),
                                       mine([](const Expr& a, const Expr& b) { return a * b; }));
          CHECK(difference(s, evaluate(sum(x, axes))) == "");
          CHECK(difference(p, evaluate(prod(x, axes))) == "");
        } else {
          CHECK(difference(evaluate(mine([](const Expr& a, const Expr& b) { return a ^ b; })),
                           evaluate(bxor(x, axes))) == "");
          CHECK(difference(evaluate(mine([](const Expr& a, const Expr& b) { return minimum(a, b); })),
                           evaluate(min(x, axes))) == "");
        }
      }
    }
  }
}

TEST_CASE_FIXTURE(OnDevice, "a combination may hand on an operand, a constant or one of the mathematical functions") {
  const std::vector<float> values = awkward_values<float>(5000, 11);
  const Array x = device.array(values);
  CHECK(same_bits(item<float>(reduce([](const Expr& a, const Expr&) { return a; }, x)), values.front()));
  CHECK(same_bits(item<float>(reduce([](const Expr&, const Expr& b) { return b; }, x)),
                  fold_present(values, [](float, float b) { return b; })));
  CHECK(item<float>(reduce([](const Expr&, const Expr&) { return literal(5); }, x)) == 5);
  CHECK(same_bits(item<float>(reduce([](const Expr&, const Expr&) { return literal(5); }, x.slice({{0, 1}}))),
                  values.front()));
  const Array y = device.array({0.5f, 1.5f, -2.0f});
  const float expected = item<float>(log(exp(log(exp(literal(0.5)) + exp(y.at(2)))) + exp(y.at(1))));
  // Lanes 0, 1, 2: first 0 with 2, then that with 1.
  CHECK(std::fabs(item<float>(reduce([](const Expr& a, const Expr& b) { return log(exp(a) + exp(b)); }, y)) -
                  expected) < 1e-6f);
}

TEST_CASE_FIXTURE(OnDevice, "folds of the user's own stand beside each other and beside the engine's in one pass") {
  const std::vector<float> values = awkward_values<float>(9000, 5);
  const Array x = device.array(values, {9, 1000});
  const Combination add = [](const Expr& a, const Expr& b) { return a + b; };
  const Combination last = [](const Expr&, const Expr& b) { return b; };
  const auto before = device.counters().passes;
  const auto got = evaluate(reduce(add, x, 1), reduce(last, x * 2, 1), sum(x, 1), argmax(x, 1), x + 1);
  CHECK(device.counters().passes == before + 1);
  CHECK(difference(got[0], got[2]) == "");
  // The rightmost of 1000 elements in the tree: lane 127, whose last row is the seventh.
  const Array rightmost = x.slice({{}, {895, 896}}).reshape({9});
  CHECK(difference(got[1], evaluate(rightmost * 2)) == "");
}

TEST_CASE_FIXTURE(OnDevice, "an empty fold of the user's own gives the identity, and is refused without one") {
  const Array none = device.zeros({0, 3}, DType::f32);
  const Combination add = [](const Expr& a, const Expr& b) { return a + b; };
  CHECK(evaluate(reduce(add, none, 0, false, Expr(2.5))).to_host<float>() == std::vector<float>(3, 2.5f));
  CHECK(item<float>(reduce(add, none, {}, false, Expr(7))) == 7);
  CHECK(evaluate(reduce(add, none, 1)).size() == 0);
  CHECK(failure(Code::bad_shape, "(0, 3)", [&] { reduce(add, none); }) == "");
}

TEST_CASE_FIXTURE(OnDevice, "the identity takes no part where there are elements") {
  const Array x = device.array({2.0f, 3.0f, 4.0f});
  const Combination add = [](const Expr& a, const Expr& b) { return a + b; };
  CHECK(item<float>(reduce(add, x, {}, false, Expr(1000))) == 9);
}

TEST_CASE_FIXTURE(OnDevice, "a combination of another type or of other values than its operands is refused") {
  const Array x = device.array({2.0f, 3.0f}), k = device.array({2, 3});
  const auto refused = [&](Code code, const char* word, const Combination& f, const Expr& of) {
    return failure(code, word, [&] { evaluate(reduce(f, of)); });
  };
  CHECK(refused(
            Code::bad_type, "i32", [](const Expr& a, const Expr& b) { return a / b; }, k) == "");
  CHECK(refused(
            Code::bad_type, "bool", [](const Expr& a, const Expr& b) { return a < b; }, x) == "");
  CHECK(refused(
            Code::bad_argument, "arrays", [&](const Expr& a, const Expr& b) { return a + b * x.at(0); }, x) == "");
  CHECK(refused(
            Code::bad_argument, "indices",
            [&](const Expr& a, const Expr& b) { return a + b * cast(index(0), DType::f32); }, x) == "");
  CHECK(refused(
            Code::bad_argument, "reductions", [](const Expr& a, const Expr& b) { return a + sum(b); }, x) == "");
  CHECK(refused(Code::bad_argument, "no combination", Combination(), x) == "");
  Expr leaked = x;
  reduce([&](const Expr& a, const Expr& b) { return leaked = a + b; }, x);
  CHECK(failure(Code::bad_argument, "outside", [&] { device.evaluate(leaked); }) == "");
  CHECK(failure(Code::bad_argument, "number",
                [&] { reduce([](const Expr& a, const Expr& b) { return a + b; }, x, {}, false, Expr(x)); }) == "");
  CHECK(failure(Code::bad_type, "identity",
                [&] { reduce([](const Expr& a, const Expr& b) { return a + b; }, k, {}, false, Expr(1.5)); }) == "");
  CHECK(item<float>(sum(x)) == 5);
}
