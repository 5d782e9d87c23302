#pragma once

#include <array>
#include <concepts>
#include <utility>

#include "lockstep/device.hpp"

namespace lockstep {

/// Evaluates expressions and reductions together, on the device of their arrays:
/// `auto [r, total, at] = evaluate(sqrt(x*x + y*y), sum(x*y), argmax(x));`
/// All that have the same shape run as one fused kernel, in one pass over memory. Queued, does not block.
/// Throws `bad_argument` if no array says which device (use `Device::evaluate`), `wrong_device` if they disagree.
std::vector<Array> evaluate(std::span<const Expr> values);

inline Array evaluate(const Expr& value) { return evaluate(std::span(&value, 1)).front(); }

template <std::convertible_to<Expr> A, std::convertible_to<Expr> B, std::convertible_to<Expr>... More>
std::array<Array, 2 + sizeof...(More)> evaluate(const A& a, const B& b, const More&... more) {
  const std::array<Expr, 2 + sizeof...(More)> list{Expr(a), Expr(b), Expr(more)...};
  std::vector<Array> results = evaluate(std::span<const Expr>(list));
  std::array<Array, 2 + sizeof...(More)> out;
  std::move(results.begin(), results.end(), out.begin());
  return out;
}

/// `Device::assign` on the device of `target`.
inline void assign(const Array& target, const Expr& value) { target.device().assign(target, value); }

/// Evaluates a reduction (or any expression of one element) and brings the value to the host. Blocks.
template <Element T>
T item(const Expr& value) {
  return evaluate(cast(value, dtype_of<T>)).template item<T>();
}

}  // namespace lockstep
