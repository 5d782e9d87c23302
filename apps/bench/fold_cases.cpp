// Reductions: whole arrays, and along each axis of arrays with two.
#include <array>
#include <cmath>
#include <cstring>
#include <memory>

#include "case_tables.hpp"
#include "expression_case.hpp"
#include "fold_reference.hpp"

namespace lockstep::bench {
namespace {

using E = const Expr&;
using A = const Axes&;

// Shapes of two axes with about n elements, and exactly n where it is a power of two of at least 16.
constexpr std::uint64_t kThin = 16;
std::uint64_t thin(std::uint64_t n) { return n < kThin ? 1 : kThin; }
Shape tall(std::uint64_t n) { return {n / thin(n), thin(n)}; }
Shape wide(std::uint64_t n) { return {thin(n), n / thin(n)}; }
Shape square(std::uint64_t n) {
  std::uint64_t rows = 1;
  while (rows * rows * 4 <= n) rows *= 2;
  return {rows, n / rows};
}

/// A shape of two axes and the axis that is folded.
struct Fold2 {
  const char* suffix;
  const char* what;
  Region region;
};
constexpr Fold2 kFolds2[] = {
    {"tall_0", "along axis 0 of (n/16, 16)", {tall, 0}},   {"tall_1", "along axis 1 of (n/16, 16)", {tall, 1}},
    {"wide_0", "along axis 0 of (16, n/16)", {wide, 0}},   {"wide_1", "along axis 1 of (16, n/16)", {wide, 1}},
    {"square_0", "along axis 0 of a square", {square, 0}}, {"square_1", "along axis 1 of a square", {square, 1}},
};

/// `f(x, y, axes)`, an expression, in one of the ways that a table of function pointers can hold.
template <class F, int kAxis>
Expr along(E x, E y) {
  return F{}(x, y, kAxis < 0 ? Axes() : Axes(kAxis));
}

/// What a row folds: the element `each(x, y)` of the arrays, with `fold`.
template <class Each, class Fold>
struct Right {
  Each each;
  Fold fold;
};
template <class Each, class Fold>
Right(Each, Fold) -> Right<Each, Fold>;

/// Rows of a reduction: of the whole array, and along the axes: of sums in all shapes, of others in squares. `passes`:
/// how often the inputs are read.
template <class List, class F, class Each, class Fold>
void add(std::vector<Case>& cases, const std::string& name, const std::string& what, List types, int inputs,
         double passes, double flops, F, Right<Each, Fold> right) {
  const auto add_row = [&](const std::string& suffix, const std::string& how, ExprOf f, Region region) {
    Case row = folded(name + suffix, what + how, types, inputs, flops, f, right.each, right.fold, region);
    row.moved *= passes;
    row.quick = suffix.empty() && (name == "dot" || name == "sum" || name == "argmax");
    cases.push_back(std::move(row));
  };
  add_row("", "", along<F, -1>, {});
  for (const Fold2& f : kFolds2) {
    if (name != "sum" && f.region.shape != square) continue;
    add_row(std::string("_") + f.suffix, std::string(" ") + f.what, f.region.axis == 0 ? along<F, 0> : along<F, 1>,
            f.region);
  }
}

/// The value of the smallest or largest element and its place, as bits.
template <class T>
std::array<std::int64_t, 2> located(T value, std::int64_t place) {
  std::int64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return {bits, place};
}

/// minloc and maxloc: two results of one pass.
template <class T>
Prepared prepare_located(const Device& device, Located (*f)(E), std::uint64_t n, std::uint64_t count) {
  const auto values = std::make_shared<std::vector<std::array<Expr, 2>>>();
  for (const ArraySet& set : make_sets<T>(device, {n}, 1, false, count)) {
    const Located at = f(set.x);
    values->push_back({at.value, at.place});
  }
  const auto run = [device, values, next = std::size_t{0}]() mutable {
    next = (next + 1) % values->size();
    device.evaluate((*values)[next]);
  };
  const auto result = [device, values] {
    const std::vector<Array> got = device.evaluate(values->front());
    const auto both = located(got[0].item<T>(), got[1].item<std::int64_t>());
    return bytes_of(std::span<const std::int64_t>(both));
  };
  return {run, result};
}

/// `best` is reference::argmin or argmax.
template <class Best>
Case extreme_and_place(const char* name, Located (*f)(E), Best best) {
  Case row{name, std::string(name) + "(x): the value's bits and the place", Numbers::list(), 1, 2};
  row.result_type = [](DType) { return DType::i64; };
  row.prepare = [f](const Device& device, DType type, std::uint64_t n, std::uint64_t count) {
    return Numbers::call(type, [&]<class T>() { return prepare_located<T>(device, f, n, count); });
  };
  row.expected = [best](DType type, std::uint64_t n) {
    return Numbers::call(type, [&]<class T>() {
      const std::vector<T> x = input_values<T>(0, n);
      const std::int64_t place = best(std::span<const T>(x));
      const auto both = located(x[static_cast<std::size_t>(place)], place);
      return bytes_of(std::span<const std::int64_t>(both));
    });
  };
  return row;
}

}  // namespace

std::vector<Case> fold_cases() {
  const auto x_alone = [](auto x, auto) { return x; };
  const auto over_1 = []<class T>(T x, T) { return std::uint8_t{x > T(1)}; };
  const auto sum_of = []<class T>(std::span<const T> x) { return reference::sum(x); };
  const auto root_of_sum = []<class T>(std::span<const T> x) { return std::sqrt(reference::sum(x)); };
  const auto bits = [](auto op) { return [op]<class T>(std::span<const T> x) { return reference::combined(x, op); }; };
  using Whole = Types<std::int32_t, std::int64_t>;

  std::vector<Case> rows;
  // clang-format off
  // name, what, types, inputs, passes over them, flops, the expression, what is folded and how
  add(rows, "dot", "sum(x*y)", Floats{}, 2, 1, 2, [](E x, E y, A a) { return sum(x * y, a); },
      Right{[](auto x, auto y) { return x * y; }, sum_of});
  add(rows, "sum", "sum(x)", Wide{}, 1, 1, 1, [](E x, E, A a) { return sum(x, a); }, Right{x_alone, sum_of});
  add(rows, "sum_squares", "sum(x*x)", Floats{}, 1, 1, 2, [](E x, E, A a) { return sum(x * x, a); },
      Right{[](auto x, auto) { return x * x; }, sum_of});
  add(rows, "sum_norm", "sum(sqrt(x*x + y*y))", Floats{}, 2, 1, 5,
      [](E x, E y, A a) { return sum(sqrt(x * x + y * y), a); },
      Right{[](auto x, auto y) { return std::sqrt(x * x + y * y); }, sum_of});
  add(rows, "min", "min(x)", Numbers{}, 1, 1, 1, [](E x, E, A a) { return min(x, a); },
      Right{x_alone, []<class T>(std::span<const T> x) { return reference::min(x); }});
  add(rows, "max", "max(x)", Numbers{}, 1, 1, 1, [](E x, E, A a) { return max(x, a); },
      Right{x_alone, []<class T>(std::span<const T> x) { return reference::max(x); }});
  add(rows, "argmin", "argmin(x)", Numbers{}, 1, 1, 1, [](E x, E, A a) { return argmin(x, a); },
      Right{x_alone, []<class T>(std::span<const T> x) { return reference::argmin(x); }});
  add(rows, "argmax", "argmax(x)", Numbers{}, 1, 1, 1, [](E x, E, A a) { return argmax(x, a); },
      Right{x_alone, []<class T>(std::span<const T> x) { return reference::argmax(x); }});
  rows.push_back(extreme_and_place("minloc", [](E x) { return minloc(x); },
                                  []<class T>(std::span<const T> x) { return reference::argmin(x); }));
  rows.push_back(extreme_and_place("maxloc", [](E x) { return maxloc(x); },
                                  []<class T>(std::span<const T> x) { return reference::argmax(x); }));
  add(rows, "prod", "prod(x)", Floats{}, 1, 1, 1, [](E x, E, A a) { return prod(x, a); },
      Right{x_alone, []<class T>(std::span<const T> x) { return reference::prod(x); }});
  add(rows, "mean", "mean(x)", Floats{}, 1, 1, 1, [](E x, E, A a) { return mean(x, a); },
      Right{x_alone, []<class T>(std::span<const T> x) { return reference::sum(x) / static_cast<T>(x.size()); }});
  add(rows, "var", "var(x), in two passes", Floats{}, 1, 2, 4, [](E x, E, A a) { return var(x, a); },
      Right{x_alone, []<class T>(std::span<const T> x) { return reference::var(x); }});
  add(rows, "std", "std(x), in two passes", Floats{}, 1, 2, 4, [](E x, E, A a) { return stddev(x, a); },
      Right{x_alone, []<class T>(std::span<const T> x) { return std::sqrt(reference::var(x)); }});
  add(rows, "vector_norm", "norm(x): sqrt(sum(x*x))", Floats{}, 1, 1, 2, [](E x, E, A a) { return norm(x, a); },
      Right{[](auto x, auto) { return x * x; }, root_of_sum});
  add(rows, "all", "all(x < 1000), true everywhere", Numbers{}, 1, 1, 1, [](E x, E, A a) { return all(x < 1000, a); },
      Right{[]<class T>(T x, T) { return std::uint8_t{x < T(1000)}; },
            []<class T>(std::span<const T> x) { return reference::all(x); }});
  add(rows, "any", "any(x > 1000), true nowhere", Numbers{}, 1, 1, 1, [](E x, E, A a) { return any(x > 1000, a); },
      Right{[]<class T>(T x, T) { return std::uint8_t{x > T(1000)}; },
            []<class T>(std::span<const T> x) { return reference::any(x); }});
  add(rows, "lxor", "lxor(x > 1)", Numbers{}, 1, 1, 1, [](E x, E, A a) { return lxor(x > 1, a); },
      Right{over_1, []<class T>(std::span<const T> x) { return reference::count(x) % 2 != 0; }});
  add(rows, "count", "count(x > 1)", Numbers{}, 1, 1, 1, [](E x, E, A a) { return count(x > 1, a); },
      Right{over_1, []<class T>(std::span<const T> x) { return reference::count(x); }});
  add(rows, "band", "band(x), bitwise", Whole{}, 1, 1, 1, [](E x, E, A a) { return band(x, a); },
      Right{x_alone, bits([]<class T>(T a, T b) { return T(a & b); })});
  add(rows, "bor", "bor(x), bitwise", Whole{}, 1, 1, 1, [](E x, E, A a) { return bor(x, a); },
      Right{x_alone, bits([]<class T>(T a, T b) { return T(a | b); })});
  add(rows, "bxor", "bxor(x), bitwise", Whole{}, 1, 1, 1, [](E x, E, A a) { return bxor(x, a); },
      Right{x_alone, bits([]<class T>(T a, T b) { return T(a ^ b); })});
  add(rows, "harmonic", "reduce(a*b/(a + b), x), a fold of the user's own", Floats{}, 1, 1, 3,
      [](E x, E, A axes) { return reduce([](E a, E b) { return a * b / (a + b); }, x, axes); },
      Right{x_alone, bits([](auto a, auto b) { return a * b / (a + b); })});
  // clang-format on
  return rows;
}

}  // namespace lockstep::bench
