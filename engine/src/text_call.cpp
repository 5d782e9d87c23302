#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "lockstep/nearest.hpp"
#include "text_algorithm.hpp"
#include "text_error.hpp"
#include "text_parser.hpp"

namespace lockstep::text {
namespace {

template <class Row>
const Row* row_named(std::span<const Row> rows, std::string_view name) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

std::string usage(std::string_view name, int arity) {
  constexpr std::array<std::string_view, 4> kOperands = {"", "a", "a, b", "a, b, c"};
  return fmt::format("write {}({})", name, kOperands[static_cast<std::size_t>(arity)]);
}

std::string fold_usage(std::string_view name) {
  return fmt::format("write {0}(x), {0}(x, axis=0) or {0}(x, axis=(0, 1), keepdims=True)", name);
}

std::string plural(std::size_t n, std::string_view noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); }

}  // namespace

/// A call while it is read.
struct Parser::Call {
  Token name;
  bool folds = false;  ///< it takes axis= and keepdims=
  std::vector<NodeIndex> operands;
  std::optional<Axes> axes;
  std::optional<bool> keepdims;
};

NodeIndex Parser::call(const Token& name) {
  const Nesting nesting(*this);
  if (name.is("index")) return index_call(name);
  if (name.is("arange")) return range_call(name);
  if (const AlgorithmInfo* algorithm = algorithm_named(name.text)) return algorithm_call(name, *algorithm);
  const FunctionInfo* function = row_named(all_functions(), name.text);
  const ReductionInfo* reduction = row_named(all_reductions(), name.text);
  const std::optional<DType> type = dtype_from_string(name.text);
  if (!function && !reduction && !type) unknown_function(name);
  Call call{name, reduction != nullptr, {}, {}, {}};
  arguments(call);
  if (reduction) return fold(call, reduction->reduction);
  const int arity = function ? function->arity : 1;
  if (call.operands.size() != static_cast<std::size_t>(arity)) {
    fail(lexer_.source(), name.place,
         fmt::format("{} takes {}, got {}", name.text, plural(static_cast<std::size_t>(arity), "operand"),
                     call.operands.size()),
         usage(name.text, arity));
  }
  if (!function) return add(Conversion{*type, call.operands[0]}, name.place);
  Operation what{function->function, {}, arity};
  std::copy(call.operands.begin(), call.operands.end(), what.operands.begin());
  return add(what, name.place);
}

std::vector<std::string_view> callable_names() {
  std::vector<std::string_view> names = {"index", "arange"};
  for (const FunctionInfo& row : all_functions()) names.push_back(row.name);
  for (const ReductionInfo& row : all_reductions()) names.push_back(row.name);
  for (const AlgorithmInfo& row : all_algorithms()) names.push_back(row.name);
  for (const DType type : all_dtypes()) names.push_back(to_string(type));
  return names;
}

void Parser::unknown_function(const Token& name) const {
  const std::string_view meant = detail::nearest(name.text, callable_names());
  fail(lexer_.source(), name.place, fmt::format("there is no function {}", describe(name)),
       meant.empty() ? "docs/language.md lists the functions; a product is written with *"
                     : fmt::format("did you mean '{}'?", meant));
}

/// From the opening bracket to the closing one.
void Parser::arguments(Call& call) {
  const Token opening = take();
  while (!token_.is(")")) {
    if (token_.kind == Token::Kind::name && peek().is("=")) {
      keyword(call);
    } else {
      if (call.axes || call.keepdims) fail_here("operands stand before the keywords");
      call.operands.push_back(expression(0));
    }
    if (!accept(",")) break;
  }
  close(")", opening, true);
}

void Parser::keyword(Call& call) {
  constexpr std::array<std::string_view, 2> kWords = {"axis", "keepdims"};
  if (!call.folds) fail_here(fmt::format("{} takes no keywords", call.name.text));
  const bool is_axis = token_.is("axis");
  if (!is_axis && !token_.is("keepdims")) {
    const std::string_view meant = detail::nearest(token_.text, kWords);
    fail_here(fmt::format("{} has no keyword {}", call.name.text, describe(token_)),
              meant.empty() ? fold_usage(call.name.text) : fmt::format("did you mean '{}'?", meant));
  }
  if (is_axis ? call.axes.has_value() : call.keepdims.has_value())
    fail_here(fmt::format("{} is given twice", describe(token_)));
  take();
  take();  // the equals sign
  if (is_axis) {
    call.axes = axes();
    return;
  }
  if (!token_.is("True") && !token_.is("False") && !token_.is("true") && !token_.is("false"))
    fail_here(fmt::format("keepdims must be True or False, found {}", describe(token_)));
  const Token value = take();
  call.keepdims = value.is("True") || value.is("true");
}

Axes Parser::axes() {
  if (accept("None")) return {};
  if (!token_.is("(")) return axis();
  const Token opening = take();
  std::vector<int> list;
  while (!token_.is(")")) {
    list.push_back(axis());
    if (!accept(",")) break;
  }
  close(")", opening, true);
  return Axes(std::move(list));
}

int Parser::axis() {
  const std::size_t place = token_.place;
  const std::int64_t value = whole_number("an axis");
  if (value < -kMaxRank || value >= kMaxRank)
    fail(lexer_.source(), place, fmt::format("axis {} is outside -{} .. {}", value, kMaxRank, kMaxRank - 1));
  return static_cast<int>(value);
}

NodeIndex Parser::index_call(const Token& name) {
  const Token opening = take();
  if (token_.is("axis") && peek().is("=")) {
    take();
    take();
  }
  const int of = axis();
  close(")", opening);
  return add(ElementIndex{of}, name.place);
}

NodeIndex Parser::range_call(const Token& name) {
  const Token opening = take();
  const std::size_t place = token_.place;
  const std::int64_t n = whole_number("the length");
  if (n < 0) fail(lexer_.source(), place, fmt::format("the length {} is below 0", n));
  close(")", opening);
  return add(Range{static_cast<std::uint64_t>(n)}, name.place);
}

/// A reduction; with two operands, min and max are the element-wise functions.
NodeIndex Parser::fold(Call& call, Reduction reduction) {
  const bool paired = reduction == Reduction::min || reduction == Reduction::max;
  if (paired && call.operands.size() == 2 && !call.axes && !call.keepdims) {
    const Function function = reduction == Reduction::min ? Function::minimum : Function::maximum;
    return operation(function, {call.operands[0], call.operands[1]}, call.name.place);
  }
  if (call.operands.size() != 1) {
    fail(lexer_.source(), call.name.place,
         fmt::format("{} takes 1 operand{}, got {}", call.name.text,
                     paired ? " and keywords, or 2 operands without keywords" : "", call.operands.size()),
         fold_usage(call.name.text));
  }
  return add(Fold{reduction, call.operands[0], call.axes.value_or(Axes{}), call.keepdims.value_or(false)},
             call.name.place);
}

}  // namespace lockstep::text
