// The table of cases: the only place to add one.
#include <cmath>

#include "expression_case.hpp"
#include "fold_reference.hpp"
#include "special_cases.hpp"

namespace lockstep::bench {
namespace {

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

/// Folds of one array along an axis of two.
std::vector<Case> axis_sums() {
  struct Row {
    const char* name;
    const char* what;
    Region region;
  };
  constexpr Row rows[] = {
      {"sum_tall_0", "sum(x, axis=0) of (n/16, 16)", {tall, 0}},
      {"sum_tall_1", "sum(x, axis=1) of (n/16, 16)", {tall, 1}},
      {"sum_wide_0", "sum(x, axis=0) of (16, n/16)", {wide, 0}},
      {"sum_wide_1", "sum(x, axis=1) of (16, n/16)", {wide, 1}},
      {"sum_square_0", "sum(x, axis=0) of a square", {square, 0}},
      {"sum_square_1", "sum(x, axis=1) of a square", {square, 1}},
  };
  std::vector<Case> cases;
  for (const Row& row : rows) {
    const ExprOf f = row.region.axis == 0 ? ExprOf([](const Expr& x, const Expr&) { return sum(x, 0); })
                                          : ExprOf([](const Expr& x, const Expr&) { return sum(x, 1); });
    const auto element = [](auto x, auto) { return x; };
    const auto fold = []<class T>(std::span<const T> x) { return reference::sum(x); };
    cases.push_back(folded(row.name, row.what, Floats{}, 1, 1, f, element, fold, row.region));
  }
  return cases;
}

/// Part of the table of `--quick`.
Case quick(Case row) {
  row.quick = true;
  return row;
}

}  // namespace

std::vector<Case> all_cases() {
  using E = const Expr&;
  const auto x_alone = [](auto x, auto) { return x; };
  const auto sum_of = []<class T>(std::span<const T> x) { return reference::sum(x); };
  const auto min_of = []<class T>(std::span<const T> x) { return reference::min(x); };
  const auto max_of = []<class T>(std::span<const T> x) { return reference::max(x); };
  const auto argmax_of = []<class T>(std::span<const T> x) { return reference::argmax(x); };
  const auto any_of = []<class T>(std::span<const T> x) { return reference::any(x); };
  const auto count_of = []<class T>(std::span<const T> x) { return reference::count(x); };

  // clang-format off
  std::vector<Case> cases = {
      // name, what, types, inputs, flops, the expression, and what is right
      quick(elementwise("copy", "out = x", Numbers{}, 1, 0, [](E x, E) { return x; }, x_alone)),
      elementwise("mul", "out = 3*x", Numbers{}, 1, 1, [](E x, E) { return 3 * x; },
                  []<class T>(T x, T) { return T(T(3) * x); }),
      elementwise("add", "out = x + y", Numbers{}, 2, 1, [](E x, E y) { return x + y; },
                  []<class T>(T x, T y) { return T(x + y); }),
      quick(elementwise("triad", "out = x + 3*y", Numbers{}, 2, 2, [](E x, E y) { return x + 3 * y; },
                  []<class T>(T x, T y) { return T(x + T(3) * y); })),
      quick(folded("dot", "sum(x*y)", Floats{}, 2, 2, [](E x, E y) { return sum(x * y); },
             [](auto x, auto y) { return x * y; }, sum_of)),
      elementwise("fill", "out = 3", Numbers{}, 0, 0, [](E, E) { return Expr(3); }, []<class T>(T, T) { return T(3); }),
      quick(elementwise("norm", "out = sqrt(x*x + y*y)", Floats{}, 2, 4, [](E x, E y) { return sqrt(x * x + y * y); },
                  [](auto x, auto y) { return std::sqrt(x * x + y * y); })),
      elementwise("quadratic", "out = 3*x*x + 5*x + 7", Floats{}, 1, 5, [](E x, E) { return 3 * x * x + 5 * x + 7; },
                  []<class T>(T x, T) { return T(3) * x * x + T(5) * x + T(7); }),
      elementwise("sqrt", "out = sqrt(x)", Floats{}, 1, 1, [](E x, E) { return sqrt(x); },
                  [](auto x, auto) { return std::sqrt(x); }),
      elementwise("divide", "out = x / y", Floats{}, 2, 1, [](E x, E y) { return x / y; },
                  [](auto x, auto y) { return x / y; }),
      quick(folded("sum", "sum(x)", Wide{}, 1, 1, [](E x, E) { return sum(x); }, x_alone, sum_of)),
      folded("sum_squares", "sum(x*x)", Floats{}, 1, 2, [](E x, E) { return sum(x * x); },
             [](auto x, auto) { return x * x; }, sum_of),
      folded("sum_norm", "sum(sqrt(x*x + y*y))", Floats{}, 2, 5, [](E x, E y) { return sum(sqrt(x * x + y * y)); },
             [](auto x, auto y) { return std::sqrt(x * x + y * y); }, sum_of),
      folded("min", "min(x)", Numbers{}, 1, 1, [](E x, E) { return min(x); }, x_alone, min_of),
      folded("max", "max(x)", Numbers{}, 1, 1, [](E x, E) { return max(x); }, x_alone, max_of),
      quick(folded("argmax", "argmax(x)", Numbers{}, 1, 1, [](E x, E) { return argmax(x); }, x_alone, argmax_of)),
      folded("any", "any(x > 1000), true nowhere", Numbers{}, 1, 1, [](E x, E) { return any(x > 1000); },
             []<class T>(T x, T) { return std::uint8_t{x > T(1000)}; }, any_of),
      folded("count", "count(x > 1)", Numbers{}, 1, 1, [](E x, E) { return count(x > 1); },
             []<class T>(T x, T) { return std::uint8_t{x > T(1)}; }, count_of),
  };
  // clang-format on
  for (Case& row : axis_sums()) cases.push_back(std::move(row));
  for (Case& row : special_cases()) cases.push_back(std::move(row));
  return cases;
}

}  // namespace lockstep::bench
