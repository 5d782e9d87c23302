#include "formula.hpp"

#include <bit>
#include <string_view>
#include <utility>

#include "builder.hpp"
#include "lockstep/decimal.hpp"

namespace lockstep {
namespace {

constexpr std::size_t kMostCharacters = 60;

/// How tightly an operator of the text form binds; 0 for functions called by name.
int binding(std::string_view symbol, int arity) {
  if (symbol.empty()) return 0;
  if (arity == 1) return symbol == "not" ? 3 : 11;
  constexpr std::pair<std::string_view, int> kTable[] = {{"or", 1}, {"and", 2}, {"|", 5},  {"^", 6},  {"&", 7},
                                                         {"<<", 8}, {">>", 8},  {"+", 9},  {"-", 9},  {"*", 10},
                                                         {"/", 10}, {"//", 10}, {"%", 10}, {"**", 12}};
  for (const auto& [known, value] : kTable)
    if (known == symbol) return value;
  return 4;  // comparisons
}

const FunctionInfo& row_of(const ExprNode& node) { return all_functions()[static_cast<std::size_t>(node.function)]; }

class Printer {
 public:
  void list(const Group& group) {
    for (const Item& item : group.items) {
      if (!text_.empty()) text_ += ", ";
      print(item.reduce ? *item.reduce : *item.element, 0);
    }
  }
  std::string finish() && {
    if (text_.size() > kMostCharacters) text_ = text_.substr(0, kMostCharacters - 3) + "...";
    return std::move(text_);
  }

 private:
  /// Nodes are shared, so that the tree of an expression may be far larger than its graph: the end of the room ends it.
  void print(const ExprNode& node, int outer) {
    if (text_.size() > kMostCharacters) return;
    switch (node.kind) {
      case ExprNode::Kind::array:
        return array(node.array);
      case ExprNode::Kind::literal:
        return number(node);
      case ExprNode::Kind::index:
        text_ += node.flat ? "index()" : node.open ? "index(" + std::to_string(node.axis) + ")" : "arange";
        return;
      case ExprNode::Kind::cast:
        return called(to_string(node.dtype), node);
      case ExprNode::Kind::broadcast:
        return print(*node.operands[0], outer);
      case ExprNode::Kind::reduce:
        return reduction(node);
      case ExprNode::Kind::host:
        text_ += "host";
        return;
      case ExprNode::Kind::argument:  // only inside of combinations, which are not printed
        return;
      case ExprNode::Kind::call:
        break;
    }
    const FunctionInfo& row = row_of(node);
    const int own = binding(row.syntax, row.arity);
    if (own == 0) return called(row.name, node);
    if (own < outer) text_ += "(";
    if (row.arity == 2) print(*node.operands[0], own);
    const bool close = own >= 10 && row.syntax != "not";
    if (row.arity == 2) text_ += close ? std::string(row.syntax) : " " + std::string(row.syntax) + " ";
    if (row.arity == 1) text_ += std::string(row.syntax) + (close ? "" : " ");
    print(*node.operands[row.arity == 2 ? 1 : 0], own + 1);
    if (own < outer) text_ += ")";
  }

  void called(std::string_view name, const ExprNode& node) {
    text_ += std::string(name) + "(";
    for (int i = 0; i < arity(node); ++i) {
      if (i > 0) text_ += ", ";
      print(*node.operands[static_cast<std::size_t>(i)], 0);
    }
    text_ += ")";
  }

  void reduction(const ExprNode& node) {
    text_ += (node.combine ? "reduce" : std::string(to_string(node.fold))) + "(";
    print(*node.operands[0], 0);
    if (node.axes.size() != static_cast<std::size_t>(node.operands[0]->shape.rank()))
      for (std::size_t i = 0; i < node.axes.size(); ++i)
        text_ += (i == 0 ? ", axis=" : ",") + std::to_string(node.axes[i]);
    text_ += ")";
  }

  void array(const Array& a) {
    std::size_t i = 0;
    while (i < arrays_.size() && !(arrays_[i].storage() == a.storage() && arrays_[i].offset() == a.offset())) ++i;
    if (i == arrays_.size()) arrays_.push_back(a);
    text_ += static_cast<char>('a' + i % 26);
    if (i >= 26) text_ += std::to_string(i / 26);
  }

  void number(const ExprNode& node) {
    if (is_floating(node.dtype)) {
      const double value = std::bit_cast<double>(fold_constant(Op::cast, node.dtype, DType::f64, {node.bits}));
      const std::string digits = to_decimal(value);
      text_ += digits.ends_with(".0") ? digits.substr(0, digits.size() - 2) : digits;
      return;
    }
    const std::uint64_t bits = fold_constant(Op::cast, node.dtype, DType::i64, {node.bits});
    text_ += std::to_string(static_cast<std::int64_t>(bits));
  }

  std::string text_;
  std::vector<Array> arrays_;
};

}  // namespace

std::string formula(const Group& group) {
  Printer printer;
  printer.list(group);
  return std::move(printer).finish();
}

}  // namespace lockstep
