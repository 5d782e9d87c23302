#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

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

constexpr std::array<std::string_view, 2> kAxisWords = {"axis", "keepdims"};
constexpr std::array<std::string_view, 3> kSpreadWords = {"axis", "keepdims", "ddof"};
constexpr std::array<std::string_view, 3> kNormWords = {"axis", "keepdims", "ord"};
constexpr std::array<std::string_view, 3> kReduceWords = {"axis", "keepdims", "identity"};
constexpr std::array<std::string_view, 4> kBitsWords = {"stream", "index", "step", "draw"};
constexpr std::array<std::string_view, 5> kRandomWords = {"stream", "index", "step", "draw", "type"};

struct RandomRow {
  std::string_view name;
  RandomKind kind;
  std::size_t operands;
  std::span<const std::string_view> words;
  const char* usage;
};
constexpr RandomRow kRandom[] = {
    {"random_bits", RandomKind::bits, 1, kBitsWords, "write random_bits(seed) or random_bits(seed, stream=1)"},
    {"random_uniform", RandomKind::uniform, 1, kRandomWords,
     "write random_uniform(seed) or random_uniform(seed, type=f32)"},
    {"random_integers", RandomKind::integers, 3, kBitsWords,
     "write random_integers(seed, low, high); high is not among them"},
    {"random_normal", RandomKind::normal, 1, kRandomWords,
     "write random_normal(seed) or random_normal(seed, type=f32)"},
    {"random_exponential", RandomKind::exponential, 1, kRandomWords,
     "write random_exponential(seed) or random_exponential(seed, type=f32)"},
};

constexpr const char* kReduceUsage =
    "write reduce(a, b: a + b, x), with axis=, keepdims= and identity= behind if wanted";

std::span<const std::string_view> words_of(Reduction reduction) {
  if (reduction == Reduction::var || reduction == Reduction::stddev) return kSpreadWords;
  return reduction == Reduction::norm ? std::span<const std::string_view>(kNormWords) : kAxisWords;
}

std::string plural(std::size_t n, std::string_view noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); }

}  // namespace

/// A call while it is read.
struct Parser::Call {
  Token name;
  std::span<const std::string_view> words;  ///< the keywords that it takes
  std::vector<NodeIndex> operands{};
  std::optional<Axes> axes{};
  std::optional<bool> keepdims{};
  std::optional<double> number{};  ///< ddof or ord
  std::optional<DType> type{};
  std::optional<std::int64_t> draw{};
  std::vector<std::pair<std::string_view, NodeIndex>> expressions{};  ///< keywords whose values are expressions
  std::vector<std::string_view> given{};                              ///< keywords so far

  std::optional<NodeIndex> expression(std::string_view word) const {
    for (const auto& [keyword, value] : expressions)
      if (keyword == word) return value;
    return std::nullopt;
  }
};

void Parser::require_operands(const Call& call, std::size_t count, std::string_view words,
                              const std::string& usage) const {
  if (call.operands.size() == count) return;
  fail(lexer_.source(), call.name.place,
       fmt::format("{} takes {}{}, got {}", call.name.text, plural(count, "operand"), words, call.operands.size()),
       usage);
}

NodeIndex Parser::call(const Token& name) {
  const Nesting nesting(*this);
  if (name.is("index")) return index_call(name);
  if (name.is("arange")) return range_call(name);
  if (const AlgorithmInfo* algorithm = algorithm_named(name.text)) return algorithm_call(name, *algorithm);
  if (name.is("dot")) return dot_call(name);
  if (name.is("reduce")) return reduce_call(name);
  if (row_named(std::span<const RandomRow>(kRandom), name.text)) return random_call(name);
  if (name.is("minloc") || name.is("maxloc"))
    fail(lexer_.source(), name.place, fmt::format("{} gives two values and is no part of an expression", name.text),
         fmt::format("give them names: value, place = {0}(x); or write {1}(x) and arg{1}(x)", name.text,
                     name.text.substr(0, 3)));
  const FunctionInfo* function = row_named(all_functions(), name.text);
  const ReductionInfo* reduction = row_named(all_reductions(), name.text);
  const std::optional<DType> type = dtype_from_string(name.text);
  if (!function && !reduction && !type) unknown_function(name);
  Call call{name, {}};
  if (reduction) call.words = words_of(reduction->reduction);
  arguments(call);
  if (reduction) return fold(call, reduction->reduction);
  const int arity = function ? function->arity : 1;
  require_operands(call, static_cast<std::size_t>(arity), "", usage(name.text, arity));
  if (!function) return add(Conversion{*type, call.operands[0]}, name.place);
  Operation what{function->function, {}, arity};
  std::copy(call.operands.begin(), call.operands.end(), what.operands.begin());
  return add(what, name.place);
}

std::vector<std::string_view> callable_names() {
  std::vector<std::string_view> names = {"index", "arange", "dot", "reduce", "minloc", "maxloc"};
  for (const RandomRow& row : kRandom) names.push_back(row.name);
  for (const FunctionInfo& row : all_functions()) names.push_back(row.name);
  for (const ReductionInfo& row : all_reductions()) names.push_back(row.name);
  for (const AlgorithmInfo& row : all_algorithms()) names.push_back(row.name);
  for (const DType type : all_dtypes()) names.push_back(to_string(type));
  return names;
}

/// What NumPy, Python and C call functions that have another name here, and none that is like it.
constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
    {"absolute", "abs"}, {"amax", "max"}, {"amin", "min"}, {"average", "mean"},  {"divide", "true_divide"},
    {"float", "f64"},    {"int", "i64"},  {"ln", "log"},   {"mod", "remainder"}, {"pow", "power"}};

void Parser::unknown_function(const Token& name) const {
  const auto other = std::find_if(std::begin(kOtherNames), std::end(kOtherNames),
                                  [&](const auto& names) { return names.first == name.text; });
  const std::string_view meant =
      other != std::end(kOtherNames) ? other->second : detail::nearest(name.text, callable_names());
  fail(lexer_.source(), name.place, fmt::format("there is no function {}", describe(name)),
       meant.empty() ? "docs/language.md lists the functions; a product is written with *"
                     : fmt::format("did you mean '{}'?", meant));
}

/// From the opening bracket to the closing one.
void Parser::arguments(Call& call) { arguments(call, take()); }

/// From behind the opening bracket, or behind what is no argument, to the closing one.
void Parser::arguments(Call& call, const Token& opening) {
  while (!token_.is(")")) {
    if (token_.kind == Token::Kind::name && peek().is("=")) {
      keyword(call);
    } else {
      if (!call.given.empty()) fail_here("operands stand before the keywords");
      call.operands.push_back(expression(0));
    }
    if (!accept(",")) break;
  }
  close(")", opening, true);
}

void Parser::keyword(Call& call) {
  if (call.words.empty()) fail_here(fmt::format("{} takes no keywords", call.name.text));
  const Token word = token_;
  if (std::find(call.words.begin(), call.words.end(), word.text) == call.words.end()) {
    const std::string_view meant = detail::nearest(word.text, call.words);
    fail_here(fmt::format("{} has no keyword {}", call.name.text, describe(word)),
              meant.empty() ? fmt::format("its keywords are {}", fmt::join(call.words, ", "))
                            : fmt::format("did you mean '{}'?", meant));
  }
  if (std::find(call.given.begin(), call.given.end(), word.text) != call.given.end())
    fail_here(fmt::format("{} is given twice", describe(word)));
  call.given.push_back(word.text);
  take();
  take();  // the equals sign
  if (word.is("axis"))
    call.axes = axes();
  else if (word.is("keepdims"))
    call.keepdims = truth(word.text);
  else if (word.is("type"))
    call.type = type_name();
  else if (word.is("draw"))
    call.draw = whole_number("draw");
  else if (word.is("ddof") || word.is("ord"))
    call.number = number(word.text);
  else
    call.expressions.emplace_back(word.text, expression(0));
}

DType Parser::type_name() {
  const std::optional<DType> type = token_.kind == Token::Kind::name ? dtype_from_string(token_.text) : std::nullopt;
  if (!type) fail_here(fmt::format("expected the name of a type, found {}", describe(token_)), "such as type=f32");
  take();
  return *type;
}

bool Parser::truth(std::string_view word) {
  if (!token_.is("True") && !token_.is("False") && !token_.is("true") && !token_.is("false"))
    fail_here(fmt::format("{} must be True or False, found {}", word, describe(token_)));
  const Token value = take();
  return value.is("True") || value.is("true");
}

/// A number written out, or inf, with a sign if there is one.
double Parser::number(std::string_view word) {
  const bool negative = accept("-");
  if (accept("inf"))
    return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  if (token_.kind != Token::Kind::number)
    fail_here(fmt::format("{} must be a number, written out, found {}", word, describe(token_)));
  const Number value = read_number(lexer_.source(), take(), negative);
  return std::visit([](auto v) { return static_cast<double>(v); }, value.value);
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
  if (accept(")")) return add(ElementIndex{}, name.place);
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
  if (paired && call.operands.size() == 2 && call.given.empty()) {
    const Function function = reduction == Reduction::min ? Function::minimum : Function::maximum;
    return operation(function, {call.operands[0], call.operands[1]}, call.name.place);
  }
  require_operands(call, 1, paired ? " and keywords, or 2 operands without keywords" : "", fold_usage(call.name.text));
  return add(Fold{reduction, call.operands[0], call.axes.value_or(Axes{}), call.keepdims.value_or(false), call.number},
             call.name.place);
}

NodeIndex Parser::dot_call(const Token& name) {
  Call call{name, kAxisWords};
  arguments(call);
  require_operands(call, 2, "", "write dot(x, y) or dot(x, y, axis=0)");
  return add(
      DotProduct{{call.operands[0], call.operands[1]}, call.axes.value_or(Axes{}), call.keepdims.value_or(false)},
      name.place);
}

NodeIndex Parser::random_call(const Token& name) {
  const RandomRow& row = *row_named(std::span<const RandomRow>(kRandom), name.text);
  Call call{name, row.words};
  arguments(call);
  require_operands(call, row.operands, "", row.usage);
  const std::int64_t draw = call.draw.value_or(0);
  if (draw < 0 || draw > 65535) fail(lexer_.source(), name.place, fmt::format("draw is {}, outside 0 .. 65535", draw));
  return add(RandomNumbers{row.kind, std::move(call.operands), call.expression("stream"), call.expression("index"),
                           call.expression("step"), static_cast<int>(draw), call.type.value_or(DType::f64)},
             name.place);
}

std::array<NodeIndex, 2> Parser::located_call(const Token& name) {
  const bool least = name.is("minloc");
  Call call{name, kAxisWords};
  arguments(call);
  require_operands(call, 1, "", fold_usage(name.text));
  Fold fold{least ? Reduction::min : Reduction::max,
            call.operands[0],
            call.axes.value_or(Axes{}),
            call.keepdims.value_or(false),
            {}};
  const NodeIndex value = add(fold, name.place);
  fold.reduction = least ? Reduction::argmin : Reduction::argmax;
  return {value, add(fold, name.place)};
}

/// The name of an operand of a combination.
std::string_view Parser::parameter() {
  if (token_.kind != Token::Kind::name)
    fail_here(fmt::format("expected a name for an operand, found {}", describe(token_)), kReduceUsage);
  return take().text;
}

NodeIndex Parser::reduce_call(const Token& name) {
  const Token opening = take();
  CustomFold fold;
  fold.left = parameter();
  if (!accept(",")) fail_here(fmt::format("expected ',', found {}", describe(token_)), kReduceUsage);
  const std::size_t second = token_.place;
  fold.right = parameter();
  if (fold.left == fold.right)
    fail(lexer_.source(), second, fmt::format("both operands are called '{}'", fold.left), kReduceUsage);
  if (!accept(":")) fail_here(fmt::format("expected ':', found {}", describe(token_)), kReduceUsage);
  Body body;
  std::swap(body.nodes, syntax_.nodes);
  expression(0);
  std::swap(body.nodes, syntax_.nodes);
  fold.body = std::make_shared<const Body>(std::move(body));
  if (!accept(",")) fail_here(fmt::format("expected ',', found {}", describe(token_)), kReduceUsage);
  Call call{name, kReduceWords};
  arguments(call, opening);
  require_operands(call, 1, " behind the combination", kReduceUsage);
  fold.operand = call.operands[0];
  fold.axes = call.axes.value_or(Axes{});
  fold.keepdims = call.keepdims.value_or(false);
  fold.identity = call.expression("identity");
  return add(std::move(fold), name.place);
}

}  // namespace lockstep::text
