// The table of cases: the only place to add one.
#include <cmath>

#include "expression_case.hpp"
#include "fold_reference.hpp"
#include "function_cases.hpp"
#include "fused_cases.hpp"
#include "order_cases.hpp"
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

/// A shape of two axes and the axis that is folded.
struct Fold2 {
  const char* suffix;
  const char* what;
  Region region;
};
constexpr Fold2 kFolds2[] = {
    {"tall_0", "axis=0) of (n/16, 16)", {tall, 0}},   {"tall_1", "axis=1) of (n/16, 16)", {tall, 1}},
    {"wide_0", "axis=0) of (16, n/16)", {wide, 0}},   {"wide_1", "axis=1) of (16, n/16)", {wide, 1}},
    {"square_0", "axis=0) of a square", {square, 0}}, {"square_1", "axis=1) of a square", {square, 1}},
};

/// Rows of a reduction along the axes: of sums in all shapes, of others in squares.
template <class List, class Fold>
void add_axis_folds(std::vector<Case>& cases, const std::string& name, List types, ExprOf along_0, ExprOf along_1,
                    Fold fold) {
  const auto element = [](auto x, auto) { return x; };
  for (const Fold2& f : kFolds2) {
    if (name != "sum" && f.region.shape != square) continue;
    cases.push_back(folded(name + "_" + f.suffix, name + "(x, " + f.what, types, 1, 1,
                           f.region.axis == 0 ? along_0 : along_1, element, fold, f.region));
  }
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
  const auto argmin_of = []<class T>(std::span<const T> x) { return reference::argmin(x); };
  const auto prod_of = []<class T>(std::span<const T> x) { return reference::prod(x); };
  const auto mean_of = []<class T>(std::span<const T> x) { return reference::sum(x) / static_cast<T>(x.size()); };
  const auto all_of = []<class T>(std::span<const T> x) { return reference::all(x); };
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
      folded("argmin", "argmin(x)", Numbers{}, 1, 1, [](E x, E) { return argmin(x); }, x_alone, argmin_of),
      folded("prod", "prod(x)", Floats{}, 1, 1, [](E x, E) { return prod(x); }, x_alone, prod_of),
      folded("mean", "mean(x)", Floats{}, 1, 1, [](E x, E) { return mean(x); }, x_alone, mean_of),
      folded("all", "all(x < 1000), true everywhere", Numbers{}, 1, 1, [](E x, E) { return all(x < 1000); },
             []<class T>(T x, T) { return std::uint8_t{x < T(1000)}; }, all_of),
      folded("any", "any(x > 1000), true nowhere", Numbers{}, 1, 1, [](E x, E) { return any(x > 1000); },
             []<class T>(T x, T) { return std::uint8_t{x > T(1000)}; }, any_of),
      folded("count", "count(x > 1)", Numbers{}, 1, 1, [](E x, E) { return count(x > 1); },
             []<class T>(T x, T) { return std::uint8_t{x > T(1)}; }, count_of),
  };
  // clang-format on
  add_axis_folds(
      cases, "sum", Floats{}, [](E x, E) { return sum(x, 0); }, [](E x, E) { return sum(x, 1); }, sum_of);
  add_axis_folds(
      cases, "mean", Floats{}, [](E x, E) { return mean(x, 0); }, [](E x, E) { return mean(x, 1); }, mean_of);
  add_axis_folds(
      cases, "min", Numbers{}, [](E x, E) { return min(x, 0); }, [](E x, E) { return min(x, 1); }, min_of);
  add_axis_folds(
      cases, "argmax", Numbers{}, [](E x, E) { return argmax(x, 0); }, [](E x, E) { return argmax(x, 1); }, argmax_of);
  for (Case& row : function_cases()) cases.push_back(std::move(row));
  for (Case& row : fused_cases()) cases.push_back(std::move(row));
  for (Case& row : order_cases()) cases.push_back(std::move(row));
  for (Case& row : special_cases()) cases.push_back(std::move(row));
  return cases;
}

}  // namespace lockstep::bench
