#include "case_tables.hpp"

#include <cmath>

#include "expression_case.hpp"

namespace lockstep::bench {
namespace {

using E = const Expr&;
using Real = long double;

// Inputs are from 0.5 to 1.5: where a function is defined for less, they are moved, exactly.
struct One {
  const char* name;
  ExprOf f;
  Real (*right)(Real);
  double shift = 0;
};
constexpr One kOne[] = {
    {"rsqrt", [](E x, E) { return rsqrt(x); }, [](Real x) { return 1 / std::sqrt(x); }},
    {"cbrt", [](E x, E) { return cbrt(x); }, [](Real x) { return std::cbrt(x); }},
    {"exp", [](E x, E) { return exp(x); }, [](Real x) { return std::exp(x); }},
    {"exp2", [](E x, E) { return exp2(x); }, [](Real x) { return std::exp2(x); }},
    {"expm1", [](E x, E) { return expm1(x); }, [](Real x) { return std::expm1(x); }},
    {"log", [](E x, E) { return log(x); }, [](Real x) { return std::log(x); }},
    {"log2", [](E x, E) { return log2(x); }, [](Real x) { return std::log2(x); }},
    {"log10", [](E x, E) { return log10(x); }, [](Real x) { return std::log10(x); }},
    {"log1p", [](E x, E) { return log1p(x); }, [](Real x) { return std::log1p(x); }},
    {"sin", [](E x, E) { return sin(x); }, [](Real x) { return std::sin(x); }},
    {"cos", [](E x, E) { return cos(x); }, [](Real x) { return std::cos(x); }},
    {"tan", [](E x, E) { return tan(x); }, [](Real x) { return std::tan(x); }},
    {"asin", [](E x, E) { return asin(x - 0.5); }, [](Real x) { return std::asin(x); }, -0.5},
    {"acos", [](E x, E) { return acos(x - 0.5); }, [](Real x) { return std::acos(x); }, -0.5},
    {"atan", [](E x, E) { return atan(x); }, [](Real x) { return std::atan(x); }},
    {"sinh", [](E x, E) { return sinh(x); }, [](Real x) { return std::sinh(x); }},
    {"cosh", [](E x, E) { return cosh(x); }, [](Real x) { return std::cosh(x); }},
    {"tanh", [](E x, E) { return tanh(x); }, [](Real x) { return std::tanh(x); }},
    {"asinh", [](E x, E) { return asinh(x); }, [](Real x) { return std::asinh(x); }},
    {"acosh", [](E x, E) { return acosh(x + 0.5); }, [](Real x) { return std::acosh(x); }, 0.5},
    {"atanh", [](E x, E) { return atanh(x - 0.5); }, [](Real x) { return std::atanh(x); }, -0.5},
    {"erf", [](E x, E) { return erf(x); }, [](Real x) { return std::erf(x); }},
    {"erfc", [](E x, E) { return erfc(x); }, [](Real x) { return std::erfc(x); }},
    {"sigmoid", [](E x, E) { return sigmoid(x); }, [](Real x) { return 1 / (1 + std::exp(-x)); }},
    {"lgamma", [](E x, E) { return lgamma(x); }, [](Real x) { return std::lgamma(x); }},
    {"tgamma", [](E x, E) { return tgamma(x); }, [](Real x) { return std::tgamma(x); }},
};

struct Two {
  const char* name;
  ExprOf f;
  Real (*right)(Real, Real);
};
constexpr Two kTwo[] = {
    {"power", [](E x, E y) { return power(x, y); }, [](Real x, Real y) { return std::pow(x, y); }},
    {"atan2", [](E x, E y) { return atan2(x, y); }, [](Real x, Real y) { return std::atan2(x, y); }},
    {"hypot", [](E x, E y) { return hypot(x, y); }, [](Real x, Real y) { return std::hypot(x, y); }},
};

Case finished(Case row) {
  row.ulps = 2;
  row.sizes = {std::uint64_t{1} << 14, std::uint64_t{1} << 22};  // long double takes its time
  row.quick = row.name == "exp" || row.name == "sin";
  return row;
}

}  // namespace

std::vector<Case> function_cases() {
  std::vector<Case> cases;
  for (const One& row : kOne) {
    const std::string argument = row.shift == 0 ? "x" : row.shift < 0 ? "x - 0.5" : "x + 0.5";
    const auto right = [&row]<class T>(T x, T) { return static_cast<T>(row.right(x + static_cast<T>(row.shift))); };
    cases.push_back(finished(
        elementwise(row.name, std::string("out = ") + row.name + "(" + argument + ")", Floats{}, 1, 1, row.f, right)));
  }
  for (const Two& row : kTwo) {
    const auto right = [&row]<class T>(T x, T y) { return static_cast<T>(row.right(x, y)); };
    cases.push_back(
        finished(elementwise(row.name, std::string("out = ") + row.name + "(x, y)", Floats{}, 2, 1, row.f, right)));
  }
  return cases;
}

}  // namespace lockstep::bench
