#pragma once

#include <concepts>
#include <span>

#include "builder.hpp"

// Values of a program under construction with operators, so that the functions read like formulas. Each operator adds
// one primitive operation; nothing is fused that does not say fma.

namespace lockstep::math {

/// A value of the program. Plain numbers beside it become constants of its type.
class Number {
 public:
  Number(Builder& builder, Value value) : builder_(&builder), value_(value) {}

  Builder& builder() const { return *builder_; }
  Value value() const { return value_; }
  DType type() const { return builder_->type(value_); }
  bool is_f32() const { return type() == DType::f32; }
  /// A constant of this value's type.
  Number like(double constant) const { return {*builder_, builder_->number(type(), constant)}; }
  Number like_bits(std::uint64_t bits) const { return {*builder_, builder_->constant(type(), bits)}; }

 private:
  Builder* builder_;
  Value value_;
};

inline Number lift(const Number&, const Number& x) { return x; }
inline Number lift(const Number& like, double constant) { return like.like(constant); }

template <class T>
concept Term = std::same_as<T, Number> || std::is_arithmetic_v<T>;
/// At least one is a Number, which gives the other its type.
template <class A, class B>
concept Terms = Term<A> && Term<B> &&(std::same_as<A, Number> || std::same_as<B, Number>);

template <class A, class B>
requires Terms<A, B> Number leader(const A& a, const B& b) {
  if constexpr (std::same_as<A, Number>)
    return a;
  else
    return b;
}

#define LOCKSTEP_MATH_BINARY(symbol, method)                                          \
  template <class A, class B>                                                         \
  requires Terms<A, B> Number operator symbol(const A& a, const B& b) {               \
    const Number first = leader(a, b);                                                \
    Builder& builder = first.builder();                                               \
    return {builder, builder.method(lift(first, a).value(), lift(first, b).value())}; \
  }
LOCKSTEP_MATH_BINARY(+, add)
LOCKSTEP_MATH_BINARY(-, sub)
LOCKSTEP_MATH_BINARY(*, mul)
LOCKSTEP_MATH_BINARY(/, div)
LOCKSTEP_MATH_BINARY(&, bit_and)
LOCKSTEP_MATH_BINARY(|, bit_or)
LOCKSTEP_MATH_BINARY(^, bit_xor)
LOCKSTEP_MATH_BINARY(==, eq)
LOCKSTEP_MATH_BINARY(!=, ne)
LOCKSTEP_MATH_BINARY(<, lt)
LOCKSTEP_MATH_BINARY(<=, le)
LOCKSTEP_MATH_BINARY(>, gt)
LOCKSTEP_MATH_BINARY(>=, ge)
#undef LOCKSTEP_MATH_BINARY

inline Number operator<<(const Number& a, const Number& b) {
  return {a.builder(), a.builder().binary(Op::shl, a.value(), b.value())};
}
inline Number operator>>(const Number& a, const Number& b) {
  return {a.builder(), a.builder().binary(Op::shr, a.value(), b.value())};
}
inline Number operator<<(const Number& a, int b) { return a << a.like(b); }
inline Number operator>>(const Number& a, int b) { return a >> a.like(b); }
inline Number operator-(const Number& a) { return {a.builder(), a.builder().neg(a.value())}; }
inline Number operator~(const Number& a) { return {a.builder(), a.builder().bit_not(a.value())}; }

inline Number abs(const Number& a) { return {a.builder(), a.builder().abs(a.value())}; }
inline Number sqrt(const Number& a) { return {a.builder(), a.builder().sqrt(a.value())}; }
template <Term B, Term C>
Number fma(const Number& a, const B& b, const C& c) {
  return {a.builder(), a.builder().fma(a.value(), lift(a, b).value(), lift(a, c).value())};
}
template <class A, class B>
requires Terms<A, B> Number select(const Number& condition, const A& a, const B& b) {
  const Number first = leader(a, b);
  Builder& builder = first.builder();
  return {builder, builder.select(condition.value(), lift(first, a).value(), lift(first, b).value())};
}
inline Number cast(const Number& a, DType to) { return {a.builder(), a.builder().cast(a.value(), to)}; }
inline Number bitcast(const Number& a, DType to) { return {a.builder(), a.builder().bitcast(a.value(), to)}; }

}  // namespace lockstep::math
