// Rung 3 of the ladder: every function of expressions, bit by bit, against NumPy and against plain C++.

#include <numeric>
#include <utility>

#include "batch.hpp"
#include "golden.hpp"
#include "reference.hpp"
#include "view_model.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr std::size_t kSizes[] = {0, 1, 31, 33, 1023, 1025, 4097};
constexpr std::size_t kMost = 4097;

/// Exponents of integer powers from 0 to 7: what larger and negative ones give has a test of its own.
Cells operand(Function function, DType type, int which) {
  Cells values = awkward_cells(type, kMost + 3, 100 + static_cast<std::uint64_t>(which));
  if (function == Function::power && which == 1)
    for (std::uint64_t& bits : values.bits) bits &= 7 & ~(type == DType::boolean ? 6u : 0u);
  return values;
}

bool is_integer_power(Function function, DType type) { return function == Function::power && !is_floating(type); }

/// The reference's results, or nothing if it refuses the type.
std::optional<Cells> expected(Function function, const Cells& a, const Cells& b, const Cells& c) {
  return visit(a.type, [&]<Element T>() -> std::optional<Cells> {
    Cells out;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const Result r = reference(function, from_bits<T>(a.bits[i]), from_bits<T>(b.bits[i]), from_bits<T>(c.bits[i]));
      if (!r) return std::nullopt;
      out.type = r->type;
      out.bits.push_back(r->bits);
    }
    return out;
  });
}

Cells part(const Cells& of, std::size_t from, std::size_t n) {
  const auto begin = of.bits.begin() + static_cast<std::ptrdiff_t>(from);
  return {of.type, {begin, begin + static_cast<std::ptrdiff_t>(n)}};
}

Slice range(std::size_t from, std::size_t n) {
  return {static_cast<std::int64_t>(from), static_cast<std::int64_t>(from + n)};
}

Expr call_on(const FunctionInfo& row, std::span<const Expr> operands) {
  return call(row.function, operands.first(static_cast<std::size_t>(row.arity)));
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "every function has the reference's bits for every type, size and alignment") {
  struct Call {
    const FunctionInfo* row;
    std::array<Array, 3> operands;
    Cells results;
  };
  for (const DType type : dtypes_of(device)) {
    std::vector<Call> calls;
    const std::array<Array, 3> shared{upload(device, operand(Function::add, type, 0)),
                                      upload(device, operand(Function::add, type, 1)),
                                      upload(device, operand(Function::add, type, 2))};
    for (const FunctionInfo& row : all_functions()) {
      if (bits_version(row.function, DType::f64) > 0 && !is_integer_power(row.function, type))
        continue;  // 15_functions.cpp
      const Cells b = operand(row.function, type, 1);
      std::optional<Cells> results =
          expected(row.function, operand(row.function, type, 0), b, operand(row.function, type, 2));
      if (!results) continue;  // refusals have a case of their own
      if (results->type == DType::f64 && !device.info().has_f64) continue;
      calls.push_back({&row, shared, std::move(*results)});
      if (row.function == Function::power) calls.back().operands[1] = upload(device, b);
    }
    CHECK(calls.size() > 20);
    CAPTURE(to_string(type));
    for (const std::size_t n : kSizes)
      for (const std::size_t from : {0, 1, 3}) {
        CAPTURE(n);
        CAPTURE(from);
        Batch batch(device);
        const Slice s = range(from, n);
        for (const auto& [row, arrays, results] : calls) {
          const Expr operands[] = {arrays[0].slice({s}), arrays[1].slice({s}), arrays[2].slice({s})};
          batch.add(std::string(row->name), call_on(*row, operands), part(results, from, n));
        }
        CHECK(batch.differences() == "");
      }
  }
}

TEST_CASE_FIXTURE(OnDevice, "a type that a function lacks is refused, and both are named") {
  int refused = 0;
  for (const FunctionInfo& row : all_functions())
    for (const DType type : all_dtypes()) {
      CAPTURE(row.name);
      CAPTURE(to_string(type));
      const Cells one = awkward_cells(type, 1, 3);
      const bool inexact = bits_version(row.function, DType::f64) > 0 && !is_integer_power(row.function, type);
      if (inexact || expected(row.function, one, one, one)) continue;
      const Expr x = device.zeros({2}, type);
      const Expr operands[] = {x, x, x};
      CHECK(failure(Code::bad_type, row.name, [&] { call_on(row, operands); }) == "");
      CHECK(failure(Code::bad_type, to_string(type), [&] { call_on(row, operands); }) == "");
      ++refused;
    }
  // subtract, negative, sign of bool; three bit operations, ~, two shifts and the two halves of philox of two floats
  CHECK(refused == 3 + 2 * 8);
  CHECK(item<float>(sum(device.array({1.0f, 2.0f}))) == 3);
}

TEST_CASE_FIXTURE(OnDevice, "a function refuses the wrong number of operands") {
  const Expr x = device.array({1.0f, 2.0f});
  for (const FunctionInfo& row : all_functions()) {
    const std::vector<Expr> operands(static_cast<std::size_t>(row.arity) + 1, x);
    CHECK(failure(Code::bad_argument, row.name, [&] { call(row.function, operands); }) == "");
    CHECK(failure(Code::bad_argument, row.name, [&] { call(row.function, {}); }) == "");
  }
  CHECK(item<float>(sum(x)) == 3);
}

TEST_CASE_FIXTURE(OnDevice, "NumPy's stored results come out bit by bit") {
  const Goldens goldens;
  std::map<std::string, Batch> batches;  // by shape: what can share a program
  int checked = 0;
  for (const auto& line : goldens.calls) {
    const Cells& result = goldens.arrays.at(line.at(1));
    const Cells& first = goldens.arrays.at(line.at(2));
    const std::string& name = line[0];
    // On purpose, see docs/types.md; the first case checks them.
    const bool differs = (!is_floating(first.type) && (name == "reciprocal" || name == "rint")) ||
                         (first.type == DType::boolean && name == "square");
    if (differs) continue;
    if (!device.info().has_f64 && (first.type == DType::f64 || result.type == DType::f64)) continue;
    std::vector<Expr> operands;
    for (std::size_t i = 2; i < line.size(); ++i) operands.push_back(upload(device, goldens.arrays.at(line[i])));
    const Expr value = call(function_named(name), operands);
    batches.try_emplace(to_string(value.shape()), device).first->second.add(line[1], value, result);
    ++checked;
  }
  for (auto& [shape, batch] : batches) CHECK(batch.differences() == "");
  CHECK(checked >= 200);
}

TEST_CASE_FIXTURE(OnDevice, "casts between all pairs of types truncate, saturate, wrap and round as defined") {
  for (const DType from : dtypes_of(device)) {
    Cells values = awkward_cells(from, 2000, 11);
    visit(from, [&]<Element T>() {
      if constexpr (std::is_floating_point_v<T>)
        for (const int power : {0, 7, 8, 24, 31, 32, 53, 63, 64, 127})
          for (const T sign : {T(1), T(-1)}) {
            const T edge = sign * std::ldexp(T(1), power);
            for (const T v : {edge, std::nextafter(edge, T(0)), edge * (1 + std::numeric_limits<T>::epsilon()),
                              edge + T(0.5), edge - T(0.5)})
              values.bits.push_back(to_bits(v));
          }
    });
    const Array x = upload(device, values);
    Batch batch(device);
    for (const DType to : dtypes_of(device)) {
      Cells results{to, {}};
      visit(from, [&]<Element From>() {
        visit(to, [&]<Element To>() {
          for (const std::uint64_t bits : values.bits)
            results.bits.push_back(to_bits(reference_cast<To>(from_bits<From>(bits))));
        });
      });
      batch.add(std::string(to_string(to)), cast(x, to), results);
    }
    CAPTURE(to_string(from));
    CHECK(batch.differences() == "");
  }
}

TEST_CASE_FIXTURE(OnDevice, "a product and a sum are not contracted, and fma is") {
  // x*x = 1 + 2^-11 + 2^-24, of which a float keeps 1 + 2^-11.
  const Array x = device.array({1 + 0x1p-12f}), z = device.array({-1 - 0x1p-11f});
  CHECK(evaluate(x * x + z).item<float>() == 0);
  CHECK(evaluate(z + x * x).item<float>() == 0);
  CHECK(evaluate(x * x - 1.00048828125).item<float>() == 0);
  CHECK(evaluate(fma(x, x, z)).item<float>() == 0x1p-24f);
  if (!device.info().has_f64) return;
  const Array p = device.array({1 + 0x1p-27}), q = device.array({-1 - 0x1p-26});
  CHECK(evaluate(p * p + q).item<double>() == 0);
  CHECK(evaluate(q + p * p).item<double>() == 0);
  CHECK(evaluate(fma(p, p, q)).item<double>() == 0x1p-54);
}

TEST_CASE_FIXTURE(OnDevice, "floats to a constant whole power are products, to 0.5 a root") {
  const std::vector<float> values = awkward_values<float>(1000, 5);
  const Array x = device.array(values);
  Batch batch(device);
  const auto check = [&](const Expr& got, auto f) {
    std::vector<float> results;
    for (const float v : values) results.push_back(f(v));
    batch.add("power", got, cells(results));
  };
  check(pow(x, 0), [](float) { return 1.0f; });
  check(pow(x, 1), [](float v) { return v; });
  check(pow(x, 2), [](float v) { return v * v; });
  check(pow(x, 3), [](float v) { return v * v * v; });
  check(pow(x, 4), [](float v) { return (v * v) * (v * v); });
  check(pow(x, 5), [](float v) { return v * ((v * v) * (v * v)); });
  check(pow(x, -1), [](float v) { return 1 / v; });
  check(pow(x, -2), [](float v) { return 1 / (v * v); });
  check(power(x, literal(0.5)), [](float v) { return std::sqrt(v); });
  check(pow(x, 2.0), [](float v) { return v * v; });
  CHECK(batch.differences() == "");
}

TEST_CASE_FIXTURE(OnDevice,
                  "integers to a power wrap; a negative power is 0 but for 1 and -1, or refused if constant") {
  const Array x = device.array({2, 3, -1, -1, 1, 0, 7, -2, 5}), y = device.array({31, 21, 7, -2, -9, 0, -1, 31, 1007});
  const std::vector<std::int32_t> results{INT32_MIN, 1870418611, -1, 1, 1, 1, 0, INT32_MIN, [] {
                                            std::uint32_t r = 1;
                                            for (int i = 0; i < 1007; ++i) r *= 5;
                                            return static_cast<std::int32_t>(r);
                                          }()};
  CHECK(difference(evaluate(power(x, y)), cells(results)) == "");
  CHECK(failure(Code::bad_argument, "-1", [&] { evaluate(pow(x, -1)); }) == "");
  CHECK(evaluate(pow(x, 3)).to_host<std::int32_t>() == std::vector<std::int32_t>{8, 27, -1, -1, 1, 0, 343, -8, 125});
}

TEST_CASE_FIXTURE(OnDevice, "shapes of up to 8 axes broadcast, strided and transposed operands included") {
  std::mt19937_64 random(77);
  for (std::size_t round = 0; round < scaled(200); ++round) {
    const std::size_t rank = 1 + random() % 8;
    std::vector<std::int64_t> to(rank);
    for (auto& extent : to) extent = static_cast<std::int64_t>(random() % (rank > 4 ? 3 : 7));
    if (round % 4) std::replace(to.begin(), to.end(), std::int64_t{0}, std::int64_t{2});
    const auto make = [&](std::uint64_t seed) {
      const std::size_t own = random() % (rank + 1);
      std::vector<std::uint64_t> extents(to.end() - static_cast<std::ptrdiff_t>(own), to.end());
      for (auto& extent : extents)
        if (random() % 3 == 0) extent = 1;
      std::vector<int> axes(own);
      std::iota(axes.begin(), axes.end(), 0);
      if (random() % 2) std::reverse(axes.begin(), axes.end());
      // Made so that its transpose, every second element taken backwards where that is one, has the extents.
      std::vector<std::uint64_t> stored(own);
      for (std::size_t d = 0; d < own; ++d) stored[static_cast<std::size_t>(axes[d])] = extents[d];
      const bool strided = own > 0 && random() % 2;
      if (strided) stored[0] *= 2;
      const Shape shape{std::span<const std::uint64_t>(stored)};
      const Cells values = awkward_cells(DType::f32, shape.size(), seed);
      CheckedView view{upload(device, values, shape), ViewModel::dense(shape)};
      if (strided) {
        const Slice back{Slice::kOpen, Slice::kOpen, -2};
        view = {view.array.slice({back}), view.model.slice(0, back)};
      }
      if (own > 0) view = {view.array.transpose(axes), view.model.transpose(axes)};
      return std::pair(view, values);
    };
    const auto [x, x_values] = make(round);
    const auto [y, y_values] = make(round + 1000);
    const Array whole = device.zeros(x.model.broadcast_to(to).extents(), DType::f32);
    const Cells a = x.model.broadcast_to(to).pick(x_values), b = y.model.broadcast_to(to).pick(y_values);
    std::vector<float> results;
    for (std::size_t i = 0; i < a.size(); ++i)
      results.push_back(from_bits<float>(a.bits[i]) - from_bits<float>(b.bits[i]) + 0.0f);
    REQUIRE(difference(evaluate(x.array - y.array + whole), cells(results)) == "");
  }
}

TEST_CASE_FIXTURE(OnDevice, "shapes that do not broadcast are refused, and both are named") {
  const Array x = device.zeros({2, 3}, DType::f32), y = device.zeros({4}, DType::f32);
  CHECK(failure(Code::bad_shape, "(2, 3)", [&] { x + y; }) == "");
  CHECK(failure(Code::bad_shape, "(4,)", [&] { x + y; }) == "");
  CHECK(failure(Code::bad_shape, "(4,)", [&] { where(x > 0, x, y); }) == "");
  CHECK(failure(Code::bad_shape, "(5, 3)", [&] { broadcast_to(x, {5, 3}); }) == "");
  CHECK(evaluate(broadcast_to(Expr(y), {2, 4}) + 1).shape() == Shape{2, 4});
}

TEST_CASE_FIXTURE(OnDevice, "expressions evaluated together give what each gives alone") {
  const Array x = upload(device, awkward_cells(DType::f32, 1025, 1)),
              y = upload(device, awkward_cells(DType::f32, 1025, 2));
  const Array k = upload(device, awkward_cells(DType::i32, 1025, 3));
  const std::vector<Expr> all{x + y,        x * y,        x < y, cast(k, DType::u8),  where(x < y, k, 7), k % 13,
                              sqrt(abs(x)), index(0) + k, -x,    isnan(x) || isnan(y)};
  const std::vector<Array> together = evaluate(all);
  REQUIRE(together.size() == all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    CHECK(difference(together[i], evaluate(all[i])) == "");
  }
}

TEST_CASE_FIXTURE(OnDevice,
                  "expressions of different shapes and expressions that are arrays can be evaluated together") {
  const Array x = device.array({1.0f, 2.0f, 3.0f}), y = device.array({1.0f, 2.0f, 3.0f, 4.0f}).reshape({2, 2});
  const auto [a, b, c, d] = evaluate(x, y * 2, Expr(5) + x.at(0), x.slice({{Slice::kOpen, Slice::kOpen, -1}}));
  CHECK(a.to_host<float>() == std::vector<float>{1, 2, 3});
  CHECK_FALSE(a.may_overlap(x));
  CHECK(b.to_host<float>() == std::vector<float>{2, 4, 6, 8});
  CHECK(b.shape() == Shape{2, 2});
  CHECK(c.item<float>() == 6);
  CHECK(d.to_host<float>() == std::vector<float>{3, 2, 1});
  CHECK(device.evaluate(std::span<const Expr>{}).empty());
}

TEST_CASE_FIXTURE(OnDevice, "assignments made together all read what the arrays held before") {
  const Array x = device.array({1, 2, 3}), y = device.array({10, 20, 30});
  const Assignment swap[] = {{x, y}, {y, x}};
  const Expr values[] = {x + y, sum(x)};
  const std::vector<Array> results = device.run(swap, values);
  CHECK(x.to_host<std::int32_t>() == std::vector<std::int32_t>{10, 20, 30});
  CHECK(y.to_host<std::int32_t>() == std::vector<std::int32_t>{1, 2, 3});
  REQUIRE(results.size() == 2);
  CHECK(results[0].to_host<std::int32_t>() == std::vector<std::int32_t>{11, 22, 33});
  CHECK(results[1].item<std::int64_t>() == 6);

  const Array z = device.array(std::vector<float>(5000, 1));
  const Assignment twice[] = {{z, z * 2}};
  const Expr old[] = {z, sum(z), max(z), z + 0.5f, argmax(z)};
  const std::vector<Array> before = device.run(twice, old);
  CHECK(z.to_host<float>() == std::vector<float>(5000, 2));
  CHECK(before[0].to_host<float>() == std::vector<float>(5000, 1));
  CHECK(before[1].item<float>() == 5000);
  CHECK(before[2].item<float>() == 1);
  CHECK(before[3].to_host<float>() == std::vector<float>(5000, 1.5));

  const Assignment step[] = {{x, x + y}, {y, cast(x, DType::i32) * 2}};
  const std::uint64_t passes = device.counters().passes;
  device.run(step, {});
  CHECK(x.to_host<std::int32_t>() == std::vector<std::int32_t>{11, 22, 33});
  CHECK(y.to_host<std::int32_t>() == std::vector<std::int32_t>{20, 40, 60});
  CHECK(device.counters().passes == passes + 1);
}

TEST_CASE_FIXTURE(OnDevice, "assignments of which one is refused or has no memory write none") {
  const Array x = device.array({1.0f, 2.0f, 3.0f}), y = device.array({1.0f, 2.0f});
  const auto untouched = [&] { return x.to_host<float>() == std::vector<float>{1, 2, 3}; };
  const auto run_both = [&](const Array& target, const Expr& value) {
    const Assignment both[] = {{x, x + 1}, {target, value}};
    device.run(both, {});
  };
  CHECK(failure(Code::bad_shape, "(2,)", [&] { run_both(y, x); }) == "");
  CHECK(untouched());
  CHECK(failure(Code::bad_type, "f32", [&] { run_both(device.zeros({2}, DType::i8), y); }) == "");
  CHECK(untouched());
  // Found only when the program is made.
  const Expr negative_power = pow(cast(y, DType::i32), -3);
  CHECK(failure(Code::bad_argument, "-3", [&] { run_both(y, cast(negative_power, DType::f32)); }) == "");
  CHECK(untouched());
  CHECK(failure(Code::bad_argument, "-3", [&] { run_both(y, y - sum(y) + cast(negative_power, DType::f32)); }) == "");
  CHECK(untouched());
  const std::uint64_t huge = std::uint64_t{1} << 28;
  const Expr giant[] = {broadcast_to(y.at(0) + sum(y), {huge, huge})};
  const Assignment one[] = {{x, x + 1}};
  CHECK(failure(Code::out_of_memory, "", [&] { device.run(one, giant); }) == "");
  CHECK(untouched());
  run_both(y, y - sum(y));
  CHECK(x.to_host<float>() == std::vector<float>{2, 3, 4});
}

TEST_CASE_FIXTURE(OnDevice, "index counts along its axis, also where operands are strided") {
  const Array x = device.zeros({3, 4, 5}, DType::i64);
  std::vector<std::int64_t> first, last;
  for (std::int64_t i = 0; i < 60; ++i) {
    first.push_back(i / 20);
    last.push_back(i % 5);
  }
  CHECK(difference(evaluate(x + index(0)), cells(first)) == "");
  CHECK(difference(evaluate(index(-1) + x), cells(last)) == "");
  CHECK(difference(evaluate(x + index(2)), cells(last)) == "");
  CHECK(evaluate(x.transpose() + index(0)).at(4).at(0).at(0).item<std::int64_t>() == 4);
  CHECK(evaluate(x + index(0)).dtype() == DType::i64);
  CHECK(failure(Code::bad_shape, "3", [&] { evaluate(x + index(3)); }) == "");
  CHECK(failure(Code::bad_shape, "-4", [&] { evaluate(x + index(-4)); }) == "");
  CHECK(failure(Code::bad_shape, "index", [&] { device.evaluate(index(0)); }) == "");
}

TEST_CASE_FIXTURE(OnDevice, "arange counts without memory, broadcasts, and may be empty") {
  const Array squares = device.evaluate(square(arange(1000)));
  std::vector<std::int64_t> results(1000);
  for (std::size_t i = 0; i < results.size(); ++i) results[i] = static_cast<std::int64_t>(i * i);
  CHECK(difference(squares, cells(results)) == "");
  CHECK(device.evaluate(arange(0)).size() == 0);
  const Array column = device.array<std::int64_t>({10, 20}).reshape({2, 1});
  CHECK(evaluate(column + arange(3)).to_host<std::int64_t>() == std::vector<std::int64_t>{10, 11, 12, 20, 21, 22});
}

TEST_CASE_FIXTURE(OnDevice, "a pass over a million and three elements misses none") {
  const std::size_t n = scaled(1000003);
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<float>(i % 8191);
  const Array x = device.array(values);
  std::vector<std::int64_t> results(n);
  for (std::size_t i = 0; i < n; ++i)
    results[i] = static_cast<std::int64_t>(values[i]) * 3 + static_cast<std::int64_t>(i);
  CHECK(difference(evaluate(cast(x, DType::i64) * 3 + index(0)), cells(results)) == "");
}

TEST_CASE_FIXTURE(OnDevice, "a fused expression has the bits of its operations one at a time on a CPU") {
  const Device reference = Engine().open("cpu:1");
  std::mt19937_64 random(99);
  const Function unary[] = {Function::negative, Function::abs,  Function::floor,
                            Function::sqrt,     Function::sign, Function::square};
  const Function binary[] = {Function::add,     Function::subtract,  Function::multiply, Function::true_divide,
                             Function::minimum, Function::remainder, Function::copysign, Function::maximum};
  for (std::size_t round = 0; round < scaled(60); ++round) {
    std::vector<Expr> fused;
    std::vector<Array> stepwise;
    for (const Cells& leaf : {awkward_cells(DType::f32, 300, round), awkward_cells(DType::f32, 300, round + 500),
                              awkward_cells(DType::i8, 300, round)}) {
      fused.push_back(upload(device, leaf));
      stepwise.push_back(upload(reference, leaf));
    }
    for (int step = 0; step < 25; ++step) {
      const std::size_t a = random() % fused.size(), b = random() % fused.size();
      const std::size_t pick = random() % 16;
      const auto apply = [&](const Expr& x, const Expr& y) {
        if (pick < 5) return call(unary[random() % std::size(unary)], std::initializer_list<Expr>{x});
        if (pick < 14) return call(binary[random() % std::size(binary)], std::initializer_list<Expr>{x, y});
        if (pick == 14) return where(x < y, x, y);
        return x * 2 + y;
      };
      const std::mt19937_64 state = random;
      const Expr grown = apply(fused[a], fused[b]);
      random = state;
      stepwise.push_back(evaluate(apply(stepwise[a], stepwise[b])));
      fused.push_back(grown);
    }
    const std::vector<Array> results = evaluate(std::span<const Expr>(fused).last(8));
    for (std::size_t i = 0; i < results.size(); ++i)
      REQUIRE(difference(results[i], stepwise[stepwise.size() - 8 + i]) == "");
  }
}

TEST_CASE_FIXTURE(OnDevice, "an expression may nest 1,000 operations and no more") {
  const Array x = device.zeros({5}, DType::i32);
  Expr sum = x;
  int depth = 0;
  const std::string refused = failure(Code::bad_argument, "1000", [&] {
    for (; depth < 5000; ++depth) sum = sum + x + 1;
  });
  CHECK(refused == "");
  CHECK(depth >= 450);
  CHECK(depth <= 500);
  CHECK(evaluate(sum).to_host<std::int32_t>()[0] >= 450);
  CHECK(evaluate(Expr(x) + 1).to_host<std::int32_t>()[4] == 1);
}

TEST_CASE_FIXTURE(OnDevice, "a wide expression of shared parts is evaluated once per part, not once per path") {
  Expr x = device.array({1.0f, 0.5f});
  for (int i = 0; i < 200; ++i) x = x * x + x - x * x;  // 5^200 paths
  CHECK(evaluate(x).to_host<float>() == std::vector<float>{1, 0.5});
}

TEST_CASE_FIXTURE(OnDevice, "a weak number takes the type that it meets, and is refused where it does not fit") {
  const Array bytes = device.array<std::uint8_t>({250, 3});
  CHECK(evaluate(bytes + 10).to_host<std::uint8_t>() == std::vector<std::uint8_t>{4, 13});
  CHECK(failure(Code::bad_argument, "256", [&] { evaluate(bytes + 256); }) == "");
  CHECK(failure(Code::bad_argument, "-1", [&] { evaluate(bytes + -1); }) == "");
  CHECK((device.array({1.0f}) + 0.1).dtype() == DType::f32);
  CHECK((bytes + 0.5).dtype() == DType::f64);
  CHECK(same_bits(evaluate(device.array({0.0f}) + 0.1).item<float>(), 0.1f));
  CHECK(evaluate(device.array<std::uint64_t>({0}) + UINT64_MAX).item<std::uint64_t>() == UINT64_MAX);
}

TEST_CASE_FIXTURE(OnDevice, "comparisons of signed with unsigned 64-bit integers are exact") {
  std::vector<std::int64_t> a{0, -1, INT64_MIN, INT64_MAX, (1ll << 53) + 1, 5};
  std::vector<std::uint64_t> b{0, 1, UINT64_MAX, 1ull << 63, (1ull << 63) - 1, 1ull << 53, (1ull << 53) + 1, 5};
  const Array x = device.array(a).reshape({a.size(), 1}), y = device.array(b);
  const Array both[] = {evaluate(x < y),  evaluate(x == y), evaluate(x <= y), evaluate(x > y), evaluate(x >= y),
                        evaluate(x != y), evaluate(y < x),  evaluate(y == x), evaluate(y >= x)};
  std::vector<Cells> expected(std::size(both), Cells{DType::boolean, {}});
  for (const std::int64_t p : a)
    for (const std::uint64_t q : b) {
      const bool results[] = {std::cmp_less(p, q),    std::cmp_equal(p, q),         std::cmp_less_equal(p, q),
                              std::cmp_greater(p, q), std::cmp_greater_equal(p, q), std::cmp_not_equal(p, q),
                              std::cmp_less(q, p),    std::cmp_equal(q, p),         std::cmp_greater_equal(q, p)};
      for (std::size_t i = 0; i < std::size(results); ++i) expected[i].bits.push_back(results[i]);
    }
  for (std::size_t i = 0; i < std::size(both); ++i) {
    CAPTURE(i);
    CHECK(difference(both[i], expected[i]) == "");
  }
}

TEST_CASE_FIXTURE(OnDevice, "a whole number outside an array's type still compares as what it is") {
  const Array bytes = device.array<std::uint8_t>({0, 255}), words = device.array<std::uint64_t>({0, UINT64_MAX});
  CHECK(item<bool>(all(bytes < 300)));
  CHECK(item<bool>(all(bytes > -1)));
  CHECK(item<bool>(all(-1 < Expr(words))));
  CHECK_FALSE(item<bool>(any(bytes == 256)));
  CHECK_FALSE(item<bool>(any(words == -1)));
  CHECK(item<bool>(all(bytes != -1)));
  CHECK(item<bool>(any(words == UINT64_MAX)));
  CHECK(item<bool>(all(device.array<std::int64_t>({INT64_MIN, INT64_MAX}) < UINT64_MAX)));
}
