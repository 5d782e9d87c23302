#include "text_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>

#include "combination.hpp"
#include "expr_node.hpp"
#include "lockstep/nearest.hpp"
#include "lockstep/random_numbers.hpp"
#include "text_algorithm.hpp"
#include "text_error.hpp"
#include "text_subscript.hpp"
#include "typing.hpp"

namespace lockstep::text {
namespace {

struct Constant {
  std::string_view name;
  double value;
};
constexpr std::array<Constant, 4> kConstants = {{{"pi", std::numbers::pi},
                                                 {"e", std::numbers::e},
                                                 {"inf", std::numeric_limits<double>::infinity()},
                                                 {"nan", std::numeric_limits<double>::quiet_NaN()}}};

Expr boolean(bool value) { return cast(literal(value ? 1 : 0), DType::boolean); }

class Builder {
 public:
  Builder(std::string_view source, const std::vector<Node>& nodes, const Names& names, const Device* device)
      : source_(source), nodes_(nodes), names_(names), device_(device) {
    values_.reserve(nodes.size());
  }

  /// The value of a node; those before it were built.
  void build(const Node& node) {
    values_.push_back(std::visit([&](const auto& what) { return placed(what, node.place); }, node.what));
  }
  const Expr& operator[](NodeIndex index) const { return values_[index]; }
  void assign(std::string_view name, const Expr& value) { assigned_.insert_or_assign(name, value); }

 private:
  // These three know the places of their errors, the others are given it.
  Expr placed(const Name& name, std::size_t place) { return value(name, place); }
  Expr placed(const Subscript& subscript, std::size_t place) { return value(subscript, place); }
  Expr placed(const CustomFold& fold, std::size_t place) { return value(fold, place); }
  Expr placed(const auto& what, std::size_t place) {
    return at_place(source_, place, [&] { return value(what); });
  }

  Expr value(const Number& number) {
    const Expr plain = std::visit([](auto v) { return literal_of(v); }, number.value);
    return number.type ? cast(plain, *number.type) : plain;
  }
  static Expr literal_of(std::int64_t v) { return literal(v); }
  static Expr literal_of(double v) { return literal(v); }
  static Expr literal_of(std::uint64_t v) { return Expr(v); }

  Expr value(const Name& name, std::size_t place) {
    if (const auto it = assigned_.find(name.name); it != assigned_.end()) return it->second;
    if (const auto it = names_.find(name.name); it != names_.end()) return it->second;
    for (const Constant& constant : kConstants)
      if (constant.name == name.name) return literal(constant.value);
    if (name.name == "true" || name.name == "false") return boolean(name.name == "true");
    unknown(name.name, place);
  }

  [[noreturn]] void unknown(std::string_view name, std::size_t place) {
    constexpr std::size_t kShown = 40;
    fail(source_, place, fmt::format("unknown name '{}{}'", name.substr(0, kShown), name.size() > kShown ? "..." : ""),
         advice(name));
  }
  std::string advice(std::string_view name) const {
    const std::vector<std::string_view> functions = callable_names();
    if (std::find(functions.begin(), functions.end(), name) != functions.end())
      return fmt::format("it is a function: write {}(...)", name);
    std::vector<std::string_view> known;
    for (const auto& [key, value] : assigned_) known.push_back(key);
    for (const auto& [key, value] : names_) known.push_back(key);
    const std::size_t own = known.size();
    for (const Constant& constant : kConstants) known.push_back(constant.name);
    const std::string_view meant = detail::nearest(name, known);
    if (!meant.empty()) return fmt::format("did you mean '{}'?", meant);
    if (own == 0) return "no names were given with the text";
    constexpr std::size_t kShown = 12;
    known.resize(std::min(own, kShown));
    return fmt::format("the names given are {}{}", fmt::join(known, ", "), own > kShown ? ", ..." : "");
  }

  Expr value(const Operation& operation) {
    if (operation.function == Function::power) return power_of(operation);
    std::vector<Expr> operands;
    for (int i = 0; i < operation.count; ++i) operands.push_back(operand(operation, i));
    return call(operation.function, operands);
  }
  const Expr& operand(const Operation& operation, int i) const {
    return values_[operation.operands[static_cast<std::size_t>(i)]];
  }

  // 2**-1 is 0.5, as in Python; integers of an array have no negative powers, as in NumPy.
  Expr power_of(const Operation& operation) {
    const auto whole = [&](int i) -> const std::int64_t* {
      const auto* number = std::get_if<Number>(&nodes_[operation.operands[static_cast<std::size_t>(i)]].what);
      return number && !number->type ? std::get_if<std::int64_t>(&number->value) : nullptr;
    };
    const std::int64_t* base = whole(0);
    const std::int64_t* exponent = whole(1);
    const bool fraction = base && exponent && *exponent < 0;
    return power(fraction ? literal(static_cast<double>(*base)) : operand(operation, 0), operand(operation, 1));
  }

  Expr value(const Fold& fold) {
    const Expr& x = values_[fold.operand];
    if (!fold.number) return reduce(fold.reduction, x, fold.axes, fold.keepdims);
    if (fold.reduction == Reduction::norm) return norm(x, fold.axes, fold.keepdims, *fold.number);
    return (fold.reduction == Reduction::var ? var : stddev)(x, fold.axes, fold.keepdims, *fold.number);
  }
  Expr value(const DotProduct& product) {
    return dot(values_[product.operands[0]], values_[product.operands[1]], product.axes, product.keepdims);
  }
  Expr value(const CustomFold& fold, std::size_t place) {
    const Expr& x = values_[fold.operand];
    Names names = names_;
    for (const auto& [name, known] : assigned_) names.insert_or_assign(std::string(name), known);
    names.insert_or_assign(std::string(fold.left), combination_argument(0, x.dtype()));
    names.insert_or_assign(std::string(fold.right), combination_argument(1, x.dtype()));
    Builder body(source_, fold.body->nodes, names, device_);
    for (const Node& node : fold.body->nodes) body.build(node);
    return at_place(source_, place, [&] {
      const auto identity = fold.identity ? std::optional<Expr>(values_[*fold.identity]) : std::nullopt;
      return reduce_with(body.values_.back(), x, fold.axes, fold.keepdims, identity);
    });
  }
  Expr value(const Conversion& conversion) { return cast(values_[conversion.operand], conversion.type); }
  Expr value(const ElementIndex& element) { return element.axis ? index(*element.axis) : position(); }
  Expr value(const RandomNumbers& random) {
    RandomSource source{values_[random.operands[0]]};
    if (random.stream) source.stream = values_[*random.stream];
    if (random.index) source.index = values_[*random.index];
    if (random.step) source.step = values_[*random.step];
    switch (random.kind) {
      case RandomKind::bits:
        return random_bits(source, random.draw);
      case RandomKind::uniform:
        return random_uniform(source, random.type, random.draw);
      case RandomKind::integers:
        return random_integers(source, values_[random.operands[1]], values_[random.operands[2]], random.draw);
      case RandomKind::normal:
        return random_normal(source, random.type, random.draw);
      case RandomKind::exponential:
        return random_exponential(source, random.type, random.draw);
    }
    __builtin_unreachable();
  }
  Expr value(const Range& range) { return arange(range.n); }
  Expr value(const AlgorithmCall& what) {
    std::vector<Expr> operands;
    for (int i = 0; i < what.algorithm->operands; ++i)
      operands.push_back(values_[what.operands[static_cast<std::size_t>(i)]]);
    if (device_ && !any_array(operands)) operands.front() = device_->evaluate(operands.front());
    return what.algorithm->run(operands, what);
  }

  Expr value(const Subscript& subscript, std::size_t place) {
    const Array* array = values_[subscript.operand].as_array();
    if (!array) {
      fail(source_, place, "only an array has elements to select, not an expression",
           "index the arrays in it: write x[1:] + y[1:], not (x + y)[1:]; or evaluate it first");
    }
    return select(source_, *array, subscript, place);
  }

  std::string_view source_;
  const std::vector<Node>& nodes_;
  const Names& names_;
  const Device* device_;
  std::vector<Expr> values_;
  std::map<std::string_view, Expr> assigned_;
};

/// `value` as it reads back from `target` once it is stored there.
Expr stored(const Expr& value, const Array& target, std::string_view name) {
  const bool is_plain = value.is_weak() && is_integer(value.dtype());
  // As in NumPy, a plain whole number may go to any type of number that holds it.
  const bool allowed = is_plain ? target.dtype() != DType::boolean : same_kind(value.dtype(), target.dtype());
  if (!allowed) {
    throw Error(Code::bad_type,
                fmt::format("the value is {} and {} is {}, which loses more than precision", to_string(value.dtype()),
                            name, to_string(target.dtype())),
                fmt::format("to convert it all the same, write {} = {}(...)", name, to_string(target.dtype())));
  }
  if (is_plain) convert_literal(*value.node(), target.dtype());  // throws if it does not fit
  return broadcast_to(cast(value, target.dtype()), target.shape());
}

}  // namespace

const Array* array_named(const Names& names, std::string_view name) {
  const auto it = names.find(name);
  return it == names.end() ? nullptr : it->second.as_array();
}

std::vector<Statement> build(const Syntax& syntax, const Names& names, Binding binding, const Device* device) {
  Builder builder(syntax.source, syntax.nodes, names, device);
  std::vector<Statement> statements;
  std::size_t at = 0;
  for (const SyntaxStatement& statement : syntax.statements) {
    for (; at <= statement.value; ++at) builder.build(syntax.nodes[at]);
    Expr value = builder[statement.value];
    const Array* target = binding == Binding::store ? array_named(names, statement.name) : nullptr;
    if (target) {
      const auto place = static_cast<std::size_t>(statement.text.data() - syntax.source.data());
      value = at_place(syntax.source, place, [&] { return stored(value, *target, statement.name); });
    }
    if (!statement.name.empty()) builder.assign(statement.name, value);
    statements.push_back({std::string(statement.name), std::move(value), std::string(statement.text)});
  }
  return statements;
}

}  // namespace lockstep::text

namespace lockstep {

std::vector<Statement> parse(std::string_view text, const Names& names) {
  return text::build(*text::read_syntax(std::string(text)), names, text::Binding::name);
}

std::vector<Statement> parse(std::string_view text, const Names& names, const Device& device) {
  return text::build(*text::read_syntax(std::string(text)), names, text::Binding::name, &device);
}

}  // namespace lockstep
