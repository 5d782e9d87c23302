// Random numbers as expressions. Right is what the host makes of the same Philox blocks.
#include <cmath>
#include <numbers>

#include "case_tables.hpp"
#include "expression_case.hpp"
#include "lockstep/random.hpp"
#include "lockstep/random_numbers.hpp"

namespace lockstep::bench {
namespace {

using E = const Expr&;
using Real = long double;
__extension__ typedef unsigned __int128 Wide128;

constexpr std::uint32_t kSeed = 7;
constexpr std::uint32_t kFaces = 1000;  // of the whole numbers: no power of two

RandomSource source() { return {.seed = kSeed}; }

/// The two halves of the block of element `i`.
struct Halves {
  std::uint64_t first, second;
};
Halves halves(std::uint64_t i) {
  const auto b = RandomStream(kSeed, 0).block(i, 0, 0);
  return {std::uint64_t{b[0]} << 32 | b[1], std::uint64_t{b[2]} << 32 | b[3]};
}

template <class T>
T uniform(std::uint64_t half) {
  if constexpr (sizeof(T) == 4)
    return uniform_f32(static_cast<std::uint32_t>(half >> 32));
  else
    return uniform_f64(static_cast<std::uint32_t>(half >> 32), static_cast<std::uint32_t>(half));
}

/// `f(x)`, where x says nothing but the type; `right(i)` is element i. Of what is written alone, `moved` is 1.
template <class List, class Right>
Case drawn(const char* name, const char* what, List, int ulps, ExprOf f, Right right) {
  Case row = elementwise(name, what, List{}, 0, 0, f, []<class T>(T x, T) { return x; });
  row.ulps = ulps;
  row.expected = [right](DType type, std::uint64_t n) {
    return List::call(type, [&]<class T>() {
      std::vector<T> out(static_cast<std::size_t>(n));
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = right.template operator()<T>(i);
      return bytes_of(std::span<const T>(out));
    });
  };
  return row;
}

}  // namespace

std::vector<Case> random_cases() {
  using I64 = Types<std::int64_t>;
  std::vector<Case> rows;
  // clang-format off
  rows.push_back(drawn("random_bits", "out = 64 random bits", I64{}, 0,
      [](E, E) { return cast(random_bits(source()), DType::i64); },
      []<class T>(std::uint64_t i) { return static_cast<T>(halves(i).first); }));
  rows.push_back(drawn("random_uniform", "out = uniform in (0, 1)", Floats{}, 0,
      [](E x, E) { return random_uniform(source(), x.dtype()); },
      []<class T>(std::uint64_t i) { return uniform<T>(halves(i).first); }));
  rows.push_back(drawn("random_integers", "out = whole numbers from 0 to 999", I64{}, 0,
      [](E, E) { return random_integers(source(), 0, kFaces); },
      []<class T>(std::uint64_t i) {
        const Halves h = halves(i);
        return static_cast<T>((Wide128{h.first} * kFaces + (Wide128{h.second} * kFaces >> 64)) >> 64);
      }));
  // Bounds: a unit for each function, of the logarithm half after the root, and half for each rounding.
  rows.push_back(drawn("random_normal", "out = normal, by Box and Muller", Floats{}, 4,
      [](E x, E) { return random_normal(source(), x.dtype()); },
      []<class T>(std::uint64_t i) {
        const Halves h = halves(i);
        const T angle = static_cast<T>(2 * std::numbers::pi) * uniform<T>(h.second);
        return static_cast<T>(std::sqrt(-2 * std::log(Real(uniform<T>(h.first)))) * std::cos(Real(angle)));
      }));
  rows.push_back(drawn("random_exponential", "out = exponential with mean 1", Floats{}, 2,
      [](E x, E) { return random_exponential(source(), x.dtype()); },
      []<class T>(std::uint64_t i) { return static_cast<T>(-std::log(Real(uniform<T>(halves(i).first)))); }));
  // clang-format on
  for (Case& row : rows)
    if (row.ulps > 0) row.sizes = {std::uint64_t{1} << 14, std::uint64_t{1} << 22};  // long double takes its time
  for (Case& row : rows) row.quick = row.name == "random_uniform";
  return rows;
}

}  // namespace lockstep::bench
