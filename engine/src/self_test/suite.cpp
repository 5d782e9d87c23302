// What the full self-test computes: one row for each function, cast, reduction and kind of random number, and type.
#include "self_test/suite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "lockstep/error.hpp"
#include "lockstep/random_numbers.hpp"

namespace lockstep::self {
namespace {

// The unit tree and the layout of random streams, as docs/same-bits.md numbers them.
constexpr int kTreeVersion = 1;
constexpr int kRandomVersion = 1;
// Cases in one program: more save compilations, fewer make shorter ones.
constexpr std::size_t kShortCases = 24, kLongCases = 4;

/// A number of a type: operands whose values do not matter.
Expr sample(DType type) { return cast(literal(1), type); }

/// True if building `of` for this type is allowed, and takes no f64 where there is none.
bool is_defined(const Case& c, DType type, bool has_f64) {
  if (type == DType::f64 && !has_f64) return false;
  try {
    const Expr operands[] = {sample(type), sample(type), sample(type)};
    const DType result = c.of(operands).dtype();
    return has_f64 || result != DType::f64;
  } catch (const Error&) {
    return false;  // a type that the function does not have
  }
}

std::string name_of(std::string_view what, DType type) { return fmt::format("{} {}", what, to_string(type)); }

class Maker {
 public:
  explicit Maker(bool has_f64) : has_f64_(has_f64) {}

  void add(Case c, DType type, bool finite = false, std::size_t most = kShortCases) {
    if (!is_defined(c, type, has_f64_)) return;
    const auto fits = [&](const CaseGroup& g) {
      return g.type == type && g.finite == finite && g.most == most && g.cases.size() < most &&
             g.cases.front().elementwise == c.elementwise;
    };
    const auto found = std::find_if(groups_.begin(), groups_.end(), fits);
    if (found != groups_.end()) {
      found->cases.push_back(std::move(c));
      return;
    }
    groups_.push_back({type, finite, most, {}});
    groups_.back().cases.push_back(std::move(c));
  }

  /// The simple ones first: what differs in them explains the others.
  std::vector<CaseGroup> finish() && {
    std::stable_sort(groups_.begin(), groups_.end(),
                     [](const CaseGroup& a, const CaseGroup& b) { return a.most > b.most; });
    return std::move(groups_);
  }

 private:
  bool has_f64_;
  std::vector<CaseGroup> groups_;
};

void add_functions(Maker& maker) {
  for (const FunctionInfo& row : all_functions())
    for (const DType type : all_dtypes()) {
      const int version = bits_version(row.function, type);
      const Function function = row.function;
      const auto arity = static_cast<std::size_t>(row.arity);
      // Integers to a power are products of many steps, of floats a function.
      const bool is_long = version != 0 || function == Function::power || function == Function::philox;
      // Of integers a function gives floats, with the bits of that version.
      const int stored = is_floating(type) ? version : bits_version(row.function, DType::f64);
      maker.add({name_of(row.name, type), std::max(stored, 1), true,
                 [=](std::span<const Expr> x) { return call(function, x.first(arity)); }},
                type, false, is_long ? kLongCases : kShortCases);
    }
}

void add_casts(Maker& maker) {
  for (const DType from : all_dtypes())
    for (const DType to : all_dtypes())
      if (from != to)
        maker.add({fmt::format("{} to {}", to_string(from), to_string(to)), 1, true,
                   [=](std::span<const Expr> x) { return cast(x[0], to); }},
                  from);
  // Where conversions of signed numbers, or of fewer bits, go wrong.
  for (const DType from : {DType::f32, DType::f64})
    for (const DType to : all_dtypes())
      if (is_integer(to))
        maker.add({fmt::format("{} to {} about its limits", to_string(from), to_string(to)), 1, true,
                   [=](std::span<const Expr> x) {
                     return cast(x[0] * literal(std::ldexp(1, static_cast<int>(8 * size_of(to)) - 2)), to);
                   }},
                  from);
}

void add_contractions(Maker& maker) {
  for (const DType type : {DType::f32, DType::f64}) {
    maker.add({name_of("x*y + z unfused", type), 1, true, [](std::span<const Expr> x) { return x[0] * x[1] + x[2]; }},
              type);
    maker.add({name_of("x*y - z*x unfused", type), 1, true,
               [](std::span<const Expr> x) { return x[0] * x[1] - x[2] * x[0]; }},
              type);
  }
}

void add_reductions(Maker& maker) {
  for (const ReductionInfo& row : all_reductions())
    for (const DType type : all_dtypes()) {
      const Reduction reduction = row.reduction;
      const auto fold = [=](std::span<const Expr> x) { return reduce(reduction, x[0]); };
      maker.add({name_of(row.name, type), kTreeVersion, false, fold}, type, true);
      if (is_floating(type))
        maker.add({name_of(fmt::format("{} of specials", row.name), type), kTreeVersion, false, fold}, type);
    }
  for (const DType type : {DType::f32, DType::f64}) {
    const auto own = [](std::span<const Expr> x) {
      return reduce([](const Expr& a, const Expr& b) { return fma(a, literal(0.75), b); }, x[0]);
    };
    maker.add({name_of("a user's reduction", type), kTreeVersion, false, own}, type, true);
    maker.add({name_of("norm of order 1", type), kTreeVersion, false,
               [](std::span<const Expr> x) { return norm(x[0], {}, false, 1); }},
              type, true);
    maker.add({name_of("dot", type), kTreeVersion, false,
               [](std::span<const Expr> x) { return dot(x[0], x[0] + literal(1)); }},
              type, true);
  }
}

void add_random(Maker& maker) {
  const auto source = [](const Expr& x) {
    return RandomSource{20261120, 5, position() + cast(x * literal(0), DType::i64), 3};
  };
  // A change of a function that the numbers come from changes them.
  const auto add = [&](const char* name, DType type, int version, auto&& of) {
    maker.add({name_of(name, type), kRandomVersion + version - 1, true, of}, type, true, kLongCases);
  };
  for (const DType type : {DType::f32, DType::f64}) {
    const int log = bits_version(Function::log, type), cos = bits_version(Function::cos, type);
    add("random_uniform", type, 1, [=](std::span<const Expr> x) { return random_uniform(source(x[0]), type); });
    add("random_normal", type, log + cos - 1,
        [=](std::span<const Expr> x) { return random_normal(source(x[0]), type, 1); });
    add("random_exponential", type, log,
        [=](std::span<const Expr> x) { return random_exponential(source(x[0]), type, 2); });
  }
  add("random_bits", DType::i64, 1, [=](std::span<const Expr> x) { return random_bits(source(x[0])); });
  add("random_integers", DType::i64, 1,
      [=](std::span<const Expr> x) { return random_integers(source(x[0]), -1000, 1000003); });
}

}  // namespace

std::vector<CaseGroup> suite(bool has_f64) {
  Maker maker(has_f64);
  add_contractions(maker);
  add_functions(maker);
  add_casts(maker);
  add_reductions(maker);
  add_random(maker);
  return std::move(maker).finish();
}

}  // namespace lockstep::self
