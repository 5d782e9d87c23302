#include "typing.hpp"

#include <bit>

#include "builder.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

constexpr Rule kRules[] = {
#define LOCKSTEP_FUNCTION(name, arity, rule, syntax, what) Rule::rule,
#include "lockstep/functions.def"
#undef LOCKSTEP_FUNCTION
};

DType float_for(DType type) {
  if (is_floating(type)) return type;
  return size_of(type) == 1 ? DType::f32 : DType::f64;
}

std::string types_text(std::span<const Expr> operands) {
  std::string text;
  for (const Expr& e : operands) text += (text.empty() ? "" : " and ") + std::string(to_string(e.dtype()));
  return text;
}

[[noreturn]] void refuse(Function function, std::span<const Expr> operands, const char* advice) {
  const FunctionInfo& row = all_functions()[static_cast<std::size_t>(function)];
  const std::string name = row.syntax.empty() ? std::string(row.name) : fmt::format("{} ({})", row.syntax, row.name);
  fail(Code::bad_type, "{} is not defined for {}\n{}", name, types_text(operands), advice);
}

Signature all_as(DType type, DType result) { return {{type, type, type}, result}; }

}  // namespace

DType common_type(std::span<const Expr> operands) {
  const Expr* first = nullptr;
  DType type = DType::boolean;
  bool weak_float = false;
  bool weak_integer = false;
  for (const Expr& e : operands) {
    if (e.is_weak()) {
      (is_floating(e.dtype()) ? weak_float : weak_integer) = true;
    } else {
      type = first ? promote(type, e.dtype()) : e.dtype();
      first = &e;
    }
  }
  if (weak_float) return first && is_floating(type) ? type : DType::f64;
  if (!weak_integer || (first && type != DType::boolean)) return type;
  for (const Expr& e : operands)
    if (e.is_weak() && e.dtype() == DType::u64) return DType::u64;
  return DType::i64;
}

Signature signature(Function function, std::span<const Expr> operands) {
  const Rule rule = kRules[static_cast<std::size_t>(function)];
  const DType common = rule == Rule::choice ? common_type(operands.subspan(1)) : common_type(operands);
  const DType counted = common == DType::boolean ? DType::i8 : common;
  switch (rule) {
    case Rule::arithmetic:
      if (common == DType::boolean)
        refuse(function, operands, "Cast to a number first, or use ^, ~ or logical_not, which are defined for bools.");
      return all_as(common, common);
    case Rule::arithmetic_or_logic:
    case Rule::same:
      return all_as(common, common);
    case Rule::counting:
      return all_as(counted, counted);
    case Rule::division:
      return is_floating(common) ? all_as(common, common) : all_as(DType::f64, DType::f64);
    case Rule::floating:
      return all_as(float_for(common), float_for(common));
    case Rule::integral:
    case Rule::shift:
      if (is_floating(common)) refuse(function, operands, "Cast to an integer type first.");
      return rule == Rule::shift ? all_as(counted, counted) : all_as(common, common);
    case Rule::comparison:
    case Rule::test:
      return all_as(common, DType::boolean);
    case Rule::logic:
      return all_as(DType::boolean, DType::boolean);
    case Rule::bits:
      if (is_floating(common)) refuse(function, operands, "Cast to an integer type first.");
      return all_as(DType::u64, DType::u64);
    case Rule::choice:
      return {{DType::boolean, common, common}, common};
  }
  return {};
}

bool same_kind(DType from, DType to) {
  const auto kind = [](DType t) { return is_floating(t) ? 3 : is_signed(t) ? 2 : is_unsigned(t) ? 1 : 0; };
  return kind(from) <= kind(to);
}

std::uint64_t convert_literal(const ExprNode& literal, DType to) {
  const std::uint64_t bits = fold_constant(Op::cast, literal.dtype, to, {literal.bits});
  if (literal.weak && is_integer(literal.dtype) && is_integer(to)) {
    const bool negative = literal.dtype == DType::i64 && static_cast<std::int64_t>(literal.bits) < 0;
    const std::uint64_t back = fold_constant(Op::cast, to, literal.dtype, {bits});
    const bool fits =
        back == literal.bits && (!negative || is_signed(to)) && (literal.dtype != DType::u64 || !is_signed(to));
    if (fits) return bits;
    const std::string value =
        negative ? fmt::format("{}", static_cast<std::int64_t>(literal.bits)) : fmt::format("{}", literal.bits);
    fail(Code::bad_argument, "the number {} does not fit in {}\nCast the array to a wider type first.", value,
         to_string(to));
  }
  return bits;
}

}  // namespace lockstep
