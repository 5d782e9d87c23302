#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "lockstep/array.hpp"

namespace lockstep {

/// The functions of expressions, from functions.def.
enum class Function : std::uint8_t {
#define LOCKSTEP_FUNCTION(name, arity, rule, syntax, what) name,
#include "lockstep/functions.def"
#undef LOCKSTEP_FUNCTION
};

/// What folds many elements into one.
enum class Reduction : std::uint8_t {
  sum,
  prod,
  min,
  max,
  mean,
  var,
  stddev,
  norm,
  any,
  all,
  count,
  argmin,
  argmax,
  band,
  bor,
  bxor,
  land,
  lor,
  lxor,
};

struct FunctionInfo {
  Function function;
  std::string_view name;
  int arity;
  std::string_view syntax;
  std::string_view what;
};
struct ReductionInfo {
  Reduction reduction;
  std::string_view name;
  std::string_view what;
};

/// All rows, in the order of the enumeration: for help texts, parsers and tests.
std::span<const FunctionInfo> all_functions() noexcept;
std::span<const ReductionInfo> all_reductions() noexcept;

/// The axes of a reduction: none given means all. Negative ones count from the last.
class Axes {
 public:
  Axes() = default;
  Axes(int axis) : axes_{axis}, all_(false) {}
  Axes(std::initializer_list<int> axes) : axes_(axes), all_(false) {}
  explicit Axes(std::vector<int> axes) : axes_(std::move(axes)), all_(false) {}

  bool all() const noexcept { return all_; }
  std::span<const int> list() const noexcept { return axes_; }

 private:
  std::vector<int> axes_;
  bool all_ = true;
};

struct ExprNode;

/// The plain C++ numbers, bool among them.
template <class T>
concept Arithmetic = std::is_arithmetic_v<T>;

/// A value that describes work; nothing runs until it is evaluated. Cheap to copy.
/// Building an expression checks shapes and types at once: throws `bad_shape`, `bad_type`, or `bad_argument` for an
/// expression nested deeper than 1,000 operations.
/// An expression refers to its arrays' elements, as they are when it is evaluated.
class Expr {
 public:
  Expr(const Array& array);
  /// A plain C++ number. Like a Python number it adapts to the type it meets: an integer to any number, a float to any
  /// float. It is a parameter: changing its value does not compile anew.
  template <Arithmetic T>
  Expr(T value)
      : Expr(std::same_as<T, bool>       ? from_bool(static_cast<bool>(value))
             : std::floating_point<T>    ? from_float(static_cast<double>(value))
             : std::unsigned_integral<T> ? from_unsigned(static_cast<std::uint64_t>(value))
                                         : from_int(static_cast<std::int64_t>(value))) {}

  DType dtype() const noexcept;
  const Shape& shape() const noexcept;
  int rank() const noexcept { return shape().rank(); }
  /// True for a number that adapts to the type it meets.
  bool is_weak() const noexcept;
  /// The array, if the expression is nothing but one; else null. It lives as long as this expression.
  const Array* as_array() const noexcept;

  explicit Expr(std::shared_ptr<const ExprNode> node) : node_(std::move(node)) {}
  const std::shared_ptr<const ExprNode>& node() const noexcept { return node_; }

 private:
  static Expr from_bool(bool value);
  static Expr from_int(std::int64_t value);
  static Expr from_unsigned(std::uint64_t value);
  static Expr from_float(double value);

  std::shared_ptr<const ExprNode> node_;
};

/// A number built into the program instead of passed to it: it folds, and a new value compiles anew.
Expr literal(double value);
Expr literal(std::int64_t value);
inline Expr literal(int value) { return literal(std::int64_t{value}); }

/// The elements' index along `axis` of the shape that the expression has where it is evaluated, as i64.
/// A negative axis counts from the last. By itself it has no shape.
Expr index(int axis);
/// The elements' place in row-major order in the shape that the expression has where it is evaluated, as i64. By itself
/// it has no shape.
Expr position();
/// 0, 1, .. n-1 as i64, with shape (n), without memory.
Expr arange(std::uint64_t n);
/// `x` in another type. Float to integer truncates, saturates at the ends of the type, and NaN gives 0.
Expr cast(const Expr& x, DType type);
/// `x` stretched to `shape` by broadcasting.
Expr broadcast_to(const Expr& x, const Shape& shape);

/// Folds `x` with `reduction` over `axes`, one value for each output element.
/// The result keeps the other axes in order; `keepdims` keeps the folded ones too, with extent 1.
/// The order of the fold is the unit tree (docs/same-bits.md): the bits depend on the values and the shape, never
/// on the device or the number of threads. What NaNs and empty folds give is a table in docs/language.md; min, max,
/// argmin and argmax of nothing throw `bad_shape`, band, bor and bxor of floats `bad_type`.
Expr reduce(Reduction reduction, const Expr& x, const Axes& axes = {}, bool keepdims = false);

inline Expr sum(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return reduce(Reduction::sum, x, axes, keepdims);
}
inline Expr prod(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return reduce(Reduction::prod, x, axes, keepdims);
}
inline Expr min(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return reduce(Reduction::min, x, axes, keepdims);
}
inline Expr max(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return reduce(Reduction::max, x, axes, keepdims);
}
inline Expr mean(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return reduce(Reduction::mean, x, axes, keepdims);
}
/// The mean square distance from the mean: the sum of squares of `x - mean(x)`, divided by the number of elements less
/// `ddof`, but by no less than 0. Integers as f64. Two passes over `x`, and no loss of digits where the mean is large.
Expr var(const Expr& x, const Axes& axes = {}, bool keepdims = false, double ddof = 0);
/// The square root of `var`.
Expr stddev(const Expr& x, const Axes& axes = {}, bool keepdims = false, double ddof = 0);
/// The vector norm of order `ord` over all folded axes: 2 is the root of the sum of squares, 1 the sum of magnitudes,
/// 0 how many elements are not 0, infinity the largest magnitude and minus infinity the smallest; others are
/// sum(abs(x)**ord)**(1/ord). Integers as f64. Throws `bad_argument` for NaN.
Expr norm(const Expr& x, const Axes& axes = {}, bool keepdims = false, double ord = 2);
/// The sum of the products of the elements, which broadcast: sum(a*b). Integers as i64 or u64.
Expr dot(const Expr& a, const Expr& b, const Axes& axes = {}, bool keepdims = false);
inline Expr any(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return reduce(Reduction::any, x, axes, keepdims);
}
inline Expr all(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return reduce(Reduction::all, x, axes, keepdims);
}
/// How many elements are not 0, as i64.
inline Expr count(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return reduce(Reduction::count, x, axes, keepdims);
}
/// The place of the smallest element in the folded axes, counted in row-major order, as i64; the first of equals, and
/// the first NaN if there is one.
inline Expr argmin(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return reduce(Reduction::argmin, x, axes, keepdims);
}
inline Expr argmax(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return reduce(Reduction::argmax, x, axes, keepdims);
}

/// Every bit that all elements have, that one has, or that an odd number have. Of integers and bools.
inline Expr band(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return reduce(Reduction::band, x, axes, keepdims);
}
inline Expr bor(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return reduce(Reduction::bor, x, axes, keepdims);
}
inline Expr bxor(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return reduce(Reduction::bxor, x, axes, keepdims);
}
/// An odd number of elements is not 0. The other logical reductions are `all` and `any`.
inline Expr lxor(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return reduce(Reduction::lxor, x, axes, keepdims);
}

/// A smallest or largest element and its place.
struct Located {
  Expr value;
  Expr place;
};
/// `min` and `argmin`, or `max` and `argmax`: evaluated together they take one pass.
inline Located minloc(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return {min(x, axes, keepdims), argmin(x, axes, keepdims)};
}
inline Located maxloc(const Expr& x, const Axes& axes = {}, bool keepdims = false) {
  return {max(x, axes, keepdims), argmax(x, axes, keepdims)};
}

/// How a value joins the one on its right: called once, when the expression is built, with stand-ins for the two, which
/// have the type of the elements and no shape. It returns an expression of them of that same type.
using Combination = std::function<Expr(const Expr& left, const Expr& right)>;

/// Folds `x` with a combination of the caller's own, in the order of the unit tree on every device. Where the tree
/// lacks a neighbour the value passes through, so `identity` is only what an empty fold gives; without one that throws
/// `bad_shape`. The combination should be associative, or the result is one that only this tree explains.
/// Throws `bad_type` if it gives another type than the elements', `bad_argument` if it uses arrays, indices or
/// reductions, or if `identity` is no number.
Expr reduce(const Combination& combination, const Expr& x, const Axes& axes = {}, bool keepdims = false,
            const std::optional<Expr>& identity = {});

/// The version of a function's bits in f32 or f64: raised with each change of them. 0 for functions whose results are
/// exact or correctly rounded, which never change.
int bits_version(Function function, DType type) noexcept;

/// Any function of functions.def by its enumerator. Throws `bad_argument` for the wrong number of operands.
Expr call(Function function, std::span<const Expr> operands);

#define LOCKSTEP_FUNCTION_1(name) \
  inline Expr name(const Expr& a) { return call(Function::name, std::initializer_list<Expr>{a}); }
#define LOCKSTEP_FUNCTION_2(name) \
  inline Expr name(const Expr& a, const Expr& b) { return call(Function::name, std::initializer_list<Expr>{a, b}); }
#define LOCKSTEP_FUNCTION_3(name)                                      \
  inline Expr name(const Expr& a, const Expr& b, const Expr& c) {      \
    return call(Function::name, std::initializer_list<Expr>{a, b, c}); \
  }
#define LOCKSTEP_FUNCTION(name, arity, rule, syntax, what) LOCKSTEP_FUNCTION_##arity(name)
#include "lockstep/functions.def"
#undef LOCKSTEP_FUNCTION
#undef LOCKSTEP_FUNCTION_1
#undef LOCKSTEP_FUNCTION_2
#undef LOCKSTEP_FUNCTION_3

// Operators, with NumPy's meaning: / is true division, % has the sign of the divisor, == compares elements.
// && and || evaluate both sides.
inline Expr operator+(const Expr& a, const Expr& b) { return add(a, b); }
inline Expr operator-(const Expr& a, const Expr& b) { return subtract(a, b); }
inline Expr operator*(const Expr& a, const Expr& b) { return multiply(a, b); }
inline Expr operator/(const Expr& a, const Expr& b) { return true_divide(a, b); }
inline Expr operator%(const Expr& a, const Expr& b) { return remainder(a, b); }
inline Expr operator&(const Expr& a, const Expr& b) { return bitwise_and(a, b); }
inline Expr operator|(const Expr& a, const Expr& b) { return bitwise_or(a, b); }
inline Expr operator^(const Expr& a, const Expr& b) { return bitwise_xor(a, b); }
inline Expr operator<<(const Expr& a, const Expr& b) { return left_shift(a, b); }
inline Expr operator>>(const Expr& a, const Expr& b) { return right_shift(a, b); }
inline Expr operator==(const Expr& a, const Expr& b) { return equal(a, b); }
inline Expr operator!=(const Expr& a, const Expr& b) { return not_equal(a, b); }
inline Expr operator<(const Expr& a, const Expr& b) { return less(a, b); }
inline Expr operator<=(const Expr& a, const Expr& b) { return less_equal(a, b); }
inline Expr operator>(const Expr& a, const Expr& b) { return greater(a, b); }
inline Expr operator>=(const Expr& a, const Expr& b) { return greater_equal(a, b); }
inline Expr operator&&(const Expr& a, const Expr& b) { return logical_and(a, b); }
inline Expr operator||(const Expr& a, const Expr& b) { return logical_or(a, b); }
inline Expr operator-(const Expr& a) { return negative(a); }
inline Expr operator~(const Expr& a) { return invert(a); }
inline Expr operator!(const Expr& a) { return logical_not(a); }
/// `x` to the power `exponent`. A plain number is built into the program, so that squares, roots and the like are
/// products and roots; `power(x, 2.5)` makes it a parameter.
inline Expr pow(const Expr& x, const Expr& exponent) { return power(x, exponent); }
template <Arithmetic T>
Expr pow(const Expr& x, T exponent) {
  if constexpr (std::floating_point<T>)
    return power(x, literal(static_cast<double>(exponent)));
  else
    return power(x, literal(static_cast<std::int64_t>(exponent)));
}

}  // namespace lockstep
