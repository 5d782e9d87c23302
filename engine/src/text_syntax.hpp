#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lockstep/expr.hpp"
#include "text_number.hpp"

// What a text says, before its names mean anything. Nodes lie in one list, operands before the operations that use
// them, so that whoever walks them needs no recursion, however deep they nest.
namespace lockstep::text {

using NodeIndex = std::size_t;

struct Name {
  std::string_view name;
};
struct Operation {
  Function function;
  std::array<NodeIndex, 3> operands{};
  int count = 0;
};
struct Fold {
  Reduction reduction;
  NodeIndex operand = 0;
  Axes axes;
  bool keepdims = false;
  std::optional<double> number;  ///< ddof of var and std, ord of norm
};
struct DotProduct {
  std::array<NodeIndex, 2> operands{};
  Axes axes;
  bool keepdims = false;
};
struct Body;
/// reduce(left, right: body, operand)
struct CustomFold {
  std::string_view left, right;
  std::shared_ptr<const Body> body;
  NodeIndex operand = 0;
  Axes axes;
  bool keepdims = false;
  std::optional<NodeIndex> identity;
};
struct Conversion {
  DType type;
  NodeIndex operand = 0;
};
struct ElementIndex {
  std::optional<int> axis;  ///< none: the place in row-major order
};
enum class RandomKind { bits, uniform, integers, normal, exponential };
struct RandomNumbers {
  RandomKind kind;
  std::vector<NodeIndex> operands;  ///< the seed, and the ends of a range of integers
  std::optional<NodeIndex> stream, index, step;
  int draw = 0;
  DType type = DType::f64;
};
struct Range {
  std::uint64_t n = 0;
};
struct AlgorithmInfo;
/// An algorithm of docs/algorithms.md: what it works on is evaluated when the text is built.
struct AlgorithmCall {
  const AlgorithmInfo* algorithm = nullptr;
  std::array<NodeIndex, 2> operands{};
  bool has_axis = false;
  std::optional<int> axis;  ///< nothing: all axes as one
  bool exclusive = false;
};
struct Subscript {
  /// One entry between the brackets.
  struct Item {
    enum class Kind { at, slice, all_axes, new_axis };
    Kind kind = Kind::at;
    std::int64_t index = 0;
    Slice slice;
    std::size_t place = 0;
  };
  NodeIndex operand = 0;
  std::vector<Item> items;
};

struct Node {
  std::variant<Number, Name, Operation, Fold, Conversion, ElementIndex, Range, AlgorithmCall, Subscript, DotProduct,
               CustomFold, RandomNumbers>
      what;
  std::size_t place = 0;  ///< where errors point: the operator or the name
};

/// What a combination computes: nodes of their own, the last of which is its value.
struct Body {
  std::vector<Node> nodes;
};

/// One statement. Its nodes are those after the statement before it, up to `value`, its value.
struct SyntaxStatement {
  std::string_view name;
  std::string_view text;
  NodeIndex value = 0;
};

/// A text that has been read. Everything in it points into `source`, so it is made once and never moves.
struct Syntax {
  std::string source;
  std::vector<Node> nodes;
  std::vector<SyntaxStatement> statements;
};

/// Reads a text as docs/language.md describes. Throws `bad_text`.
std::shared_ptr<const Syntax> read_syntax(std::string source);

/// Everything that can be called in a text.
std::vector<std::string_view> callable_names();

}  // namespace lockstep::text
