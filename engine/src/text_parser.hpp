#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text_lexer.hpp"
#include "text_syntax.hpp"

namespace lockstep::text {

/// The most that brackets, unary operators and powers nest.
inline constexpr int kMaxNesting = 200;
inline constexpr std::size_t kMaxLength = std::size_t{1} << 20;

/// A recursive descent over the tokens, with a precedence level for each binary operator.
class Parser {
 public:
  explicit Parser(Syntax& syntax) : syntax_(syntax), lexer_(syntax.source), token_(lexer_.next()) {}
  void statements();

 private:
  // text_parser.cpp: statements, operators, operands.
  void statement();
  bool is_pair_statement() const;
  void pair_statement();
  void end_statement();
  NodeIndex expression(int level);
  NodeIndex prefix(int level);
  NodeIndex minus();
  NodeIndex comparisons(NodeIndex left);
  NodeIndex postfix();
  NodeIndex operand();
  NodeIndex parenthesized();

  // text_call.cpp: what stands behind the name of a function.
  struct Call;
  NodeIndex call(const Token& name);
  void arguments(Call& call);
  void arguments(Call& call, const Token& opening);
  void keyword(Call& call);
  bool truth(std::string_view word);
  double number(std::string_view word);
  Axes axes();
  int axis();
  NodeIndex index_call(const Token& name);
  NodeIndex range_call(const Token& name);
  NodeIndex fold(Call& call, Reduction reduction);
  NodeIndex dot_call(const Token& name);
  NodeIndex random_call(const Token& name);
  DType type_name();
  NodeIndex reduce_call(const Token& name);
  std::string_view parameter();
  /// `minloc(x)` or `maxloc(x)`: the nodes of the value and of its place.
  std::array<NodeIndex, 2> located_call(const Token& name);
  [[noreturn]] void unknown_function(const Token& name) const;
  void require_operands(const Call& call, std::size_t count, std::string_view words, const std::string& usage) const;

  // text_algorithm.cpp: the same for algorithms.
  NodeIndex algorithm_call(const Token& name, const AlgorithmInfo& algorithm);
  void algorithm_keyword(AlgorithmCall& call);

  // text_subscript.cpp: what stands between brackets.
  NodeIndex subscript(NodeIndex of);
  Subscript::Item subscript_item();
  std::optional<std::int64_t> subscript_bound();

  // Tokens and nodes.
  Token take();
  bool accept(std::string_view what);
  /// Passes over the bracket that closes `opening`.
  void close(std::string_view bracket, const Token& opening, bool is_list = false);
  Token peek() const;
  /// A whole number, written out, with a sign if there is one.
  std::int64_t whole_number(std::string_view what);
  NodeIndex add(decltype(Node::what) what, std::size_t place);
  NodeIndex operation(Function function, std::initializer_list<NodeIndex> operands, std::size_t place);
  [[noreturn]] void fail_here(const std::string& message, std::string advice = {}) const;

  /// Counts a level of nesting for as long as it lives.
  class Nesting;

  Syntax& syntax_;
  Lexer lexer_;
  Token token_;
  std::size_t last_end_ = 0;
  int nesting_ = 0;
};

class Parser::Nesting {
 public:
  explicit Nesting(Parser& parser) : parser_(parser) {
    if (parser_.nesting_ == kMaxNesting) {
      parser_.fail_here("nested deeper than " + std::to_string(kMaxNesting) + " levels",
                        "give a part of it a name in a statement of its own: part = ...; ... part ...");
    }
    ++parser_.nesting_;
  }
  ~Nesting() { --parser_.nesting_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  Parser& parser_;
};

}  // namespace lockstep::text
