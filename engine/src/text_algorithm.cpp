#include "text_algorithm.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lockstep/algorithms.hpp"
#include "lockstep/nearest.hpp"
#include "text_error.hpp"
#include "text_parser.hpp"

namespace lockstep::text {
namespace {

using Operands = std::span<const Expr>;

Prefix prefix_of(const AlgorithmCall& c) { return c.exclusive ? Prefix::exclusive : Prefix::inclusive; }
/// Sorts go along the last axis if the text names none.
std::optional<int> sort_axis(const AlgorithmCall& c) { return c.has_axis ? c.axis : -1; }

constexpr std::array<AlgorithmInfo, 12> kAlgorithms = {{
    {"cumsum", "cumsum(x), cumsum(x, axis=0) or cumsum(x, exclusive=True)", 1, true, true,
     [](Operands o, const AlgorithmCall& c) { return Expr(cumsum(o[0], c.axis, prefix_of(c))); }},
    {"cumprod", "cumprod(x), cumprod(x, axis=0) or cumprod(x, exclusive=True)", 1, true, true,
     [](Operands o, const AlgorithmCall& c) { return Expr(cumprod(o[0], c.axis, prefix_of(c))); }},
    {"cummin", "cummin(x), cummin(x, axis=0) or cummin(x, exclusive=True)", 1, true, true,
     [](Operands o, const AlgorithmCall& c) { return Expr(cummin(o[0], c.axis, prefix_of(c))); }},
    {"cummax", "cummax(x), cummax(x, axis=0) or cummax(x, exclusive=True)", 1, true, true,
     [](Operands o, const AlgorithmCall& c) { return Expr(cummax(o[0], c.axis, prefix_of(c))); }},
    {"sort", "sort(x), sort(x, axis=0) or sort(x, axis=None)", 1, true, false,
     [](Operands o, const AlgorithmCall& c) { return Expr(sort(o[0], sort_axis(c))); }},
    {"argsort", "argsort(x), argsort(x, axis=0) or argsort(x, axis=None)", 1, true, false,
     [](Operands o, const AlgorithmCall& c) { return Expr(argsort(o[0], sort_axis(c))); }},
    {"unique", "unique(x)", 1, false, false,
     [](Operands o, const AlgorithmCall&) { return Expr(unique(o[0]).values); }},
    {"bincount", "bincount(x)", 1, false, false, [](Operands o, const AlgorithmCall&) { return Expr(bincount(o[0])); }},
    {"flatnonzero", "flatnonzero(x)", 1, false, false,
     [](Operands o, const AlgorithmCall&) { return Expr(flatnonzero(o[0])); }},
    {"compress", "compress(mask, x)", 2, false, false,
     [](Operands o, const AlgorithmCall&) { return Expr(compress(o[0], o[1])); }},
    {"take", "take(x, indices) or take(x, indices, axis=0)", 2, true, false,
     [](Operands o, const AlgorithmCall& c) { return Expr(take(o[0], o[1], c.axis)); }},
    {"shuffle", "shuffle(x, seed) or shuffle(x, seed, axis=1)", 2, true, false,
     [](Operands o, const AlgorithmCall& c) {
       return Expr(shuffle(o[0], o[1], 0, c.has_axis ? c.axis : std::optional<int>(0)));
     }},
}};

}  // namespace

std::span<const AlgorithmInfo> all_algorithms() noexcept { return kAlgorithms; }

const AlgorithmInfo* algorithm_named(std::string_view name) noexcept {
  const auto found =
      std::find_if(kAlgorithms.begin(), kAlgorithms.end(), [&](const AlgorithmInfo& row) { return row.name == name; });
  return found == kAlgorithms.end() ? nullptr : &*found;
}

NodeIndex Parser::algorithm_call(const Token& name, const AlgorithmInfo& algorithm) {
  AlgorithmCall call{&algorithm, {}, false, {}, false};
  const Token opening = take();
  int count = 0;
  bool keywords = false;
  while (!token_.is(")")) {
    if (token_.kind == Token::Kind::name && peek().is("=")) {
      algorithm_keyword(call);
      keywords = true;
    } else {
      if (keywords) fail_here("operands stand before the keywords");
      const NodeIndex operand = expression(0);
      if (count < algorithm.operands) call.operands[static_cast<std::size_t>(count)] = operand;
      ++count;
    }
    if (!accept(",")) break;
  }
  close(")", opening, true);
  if (count != algorithm.operands)
    fail(lexer_.source(), name.place,
         fmt::format("{} takes {} operand{}, got {}", name.text, algorithm.operands, algorithm.operands == 1 ? "" : "s",
                     count),
         fmt::format("write {}", algorithm.usage));
  return add(call, name.place);
}

void Parser::algorithm_keyword(AlgorithmCall& call) {
  const AlgorithmInfo& row = *call.algorithm;
  const bool is_axis = token_.is("axis");
  if (!(is_axis && row.takes_axis) && !(token_.is("exclusive") && row.takes_exclusive))
    fail_here(fmt::format("{} has no keyword {}", row.name, describe(token_)), fmt::format("write {}", row.usage));
  if (is_axis ? call.has_axis : call.exclusive) fail_here(fmt::format("{} is given twice", describe(token_)));
  take();
  take();  // the equals sign
  if (is_axis) {
    call.has_axis = true;
    if (!accept("None")) call.axis = axis();
    return;
  }
  if (!token_.is("True") && !token_.is("False") && !token_.is("true") && !token_.is("false"))
    fail_here(fmt::format("exclusive must be True or False, found {}", describe(token_)));
  const Token value = take();
  call.exclusive = value.is("True") || value.is("true");
}

}  // namespace lockstep::text
