// The table of cases: those that are computed element by element, then the other tables.
#include <algorithm>
#include <cmath>
#include <string_view>

#include "case_tables.hpp"
#include "expression_case.hpp"

namespace lockstep::bench {
namespace {

/// Part of the table of `--quick`.
Case quick(Case row) {
  row.quick = true;
  return row;
}
/// How many of the operations are square roots and divisions.
Case slow(double roots, double divisions, Case row) {
  row.roots = roots;
  row.divisions = divisions;
  return row;
}

}  // namespace

std::vector<Case> all_cases() {
  using E = const Expr&;
  const auto x_alone = [](auto x, auto) { return x; };

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
      elementwise("fill", "out = 3", Numbers{}, 0, 0, [](E, E) { return Expr(3); }, []<class T>(T, T) { return T(3); }),
      quick(slow(1, 0, elementwise("norm", "out = sqrt(x*x + y*y)", Floats{}, 2, 4,
                  [](E x, E y) { return sqrt(x * x + y * y); },
                  [](auto x, auto y) { return std::sqrt(x * x + y * y); }))),
      elementwise("quadratic", "out = 3*x*x + 5*x + 7", Floats{}, 1, 5, [](E x, E) { return 3 * x * x + 5 * x + 7; },
                  []<class T>(T x, T) { return T(3) * x * x + T(5) * x + T(7); }),
      slow(1, 0, elementwise("sqrt", "out = sqrt(x)", Floats{}, 1, 1, [](E x, E) { return sqrt(x); },
                  [](auto x, auto) { return std::sqrt(x); })),
      slow(0, 1, elementwise("divide", "out = x / y", Floats{}, 2, 1, [](E x, E y) { return x / y; },
                  [](auto x, auto y) { return x / y; })),
  };
  // clang-format on
  for (const auto& more :
       {fold_cases, function_cases, fused_cases, random_cases, order_cases, pair_cases, transfer_cases, special_cases})
    for (Case& row : more()) cases.push_back(std::move(row));
  // BabelStream's five, what writes only and what reads only.
  constexpr std::string_view kLarge[] = {"copy", "mul", "add", "triad", "dot", "fill", "sum"};
  for (Case& row : cases) row.large = std::find(std::begin(kLarge), std::end(kLarge), row.name) != std::end(kLarge);
  return cases;
}

}  // namespace lockstep::bench
