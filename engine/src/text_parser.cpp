#include "text_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "text_error.hpp"

namespace lockstep::text {
namespace {

// Python's levels, the loosest first. An operator is a function's `syntax` in functions.def and a row here.
enum Level { kAny, kOr, kAnd, kNot, kComparison, kBitOr, kBitXor, kBitAnd, kShift, kSum, kProduct, kUnary, kPower };
constexpr std::array<std::pair<std::string_view, Level>, 20> kLevels = {
    {{"or", kOr},         {"and", kAnd},      {"==", kComparison}, {"!=", kComparison}, {"<", kComparison},
     {"<=", kComparison}, {">", kComparison}, {">=", kComparison}, {"|", kBitOr},       {"^", kBitXor},
     {"&", kBitAnd},      {"<<", kShift},     {">>", kShift},      {"+", kSum},         {"-", kSum},
     {"*", kProduct},     {"/", kProduct},    {"//", kProduct},    {"%", kProduct},     {"**", kPower}}};

// What people who come from other languages write, and what it is called here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kHints = {
    {{"&&", "write 'and'"},
     {"||", "write 'or'"},
     {"!", "write 'not'"},
     {"?", "a choice is written where(condition, a, b)"},
     {"if", "a choice is written where(condition, a, b)"},
     {"=", "to compare, write '=='; only a name can be assigned to: name = ..."},
     {".", "functions are called by their name: sum(x), not x.sum()"},
     {",", "several expressions are separated by ';'"},
     {"in", "the comparisons are == != < <= > >="},
     {"is", "the comparisons are == != < <= > >="}}};

constexpr std::array<std::string_view, 5> kKeywords = {"and", "or", "not", "True", "False"};

bool is_keyword(std::string_view name) {
  return std::find(kKeywords.begin(), kKeywords.end(), name) != kKeywords.end();
}

std::string hint(const Token& token) {
  for (const auto& [text, advice] : kHints)
    if (token.is(text)) return std::string(advice);
  return {};
}

Level level_of(const Token& token) {
  for (const auto& [text, level] : kLevels)
    if (token.is(text)) return level;
  return kAny;
}

Function function_of(std::string_view syntax, int arity) {
  const auto rows = all_functions();
  return std::find_if(rows.begin(), rows.end(),
                      [&](const FunctionInfo& row) { return row.syntax == syntax && row.arity == arity; })
      ->function;
}

}  // namespace

Token Parser::take() {
  last_end_ = token_.place + token_.text.size();
  return std::exchange(token_, lexer_.next());
}

bool Parser::accept(std::string_view what) {
  if (!token_.is(what)) return false;
  take();
  return true;
}

void Parser::close(std::string_view bracket, const Token& opening, bool is_list) {
  if (accept(bracket)) return;
  if (token_.kind == Token::Kind::end) fail(lexer_.source(), opening.place, describe(opening) + " is never closed");
  fail_here(fmt::format("expected {}'{}', found {}", is_list ? "',' or " : "", bracket, describe(token_)),
            hint(token_));
}

Token Parser::peek() const { return Lexer(lexer_).next(); }

void Parser::fail_here(const std::string& message, std::string advice) const {
  fail(lexer_.source(), token_.place, message, std::move(advice));
}

NodeIndex Parser::add(decltype(Node::what) what, std::size_t place) {
  syntax_.nodes.push_back({std::move(what), place});
  return syntax_.nodes.size() - 1;
}

NodeIndex Parser::operation(Function function, std::initializer_list<NodeIndex> operands, std::size_t place) {
  Operation what{function, {}, static_cast<int>(operands.size())};
  std::copy(operands.begin(), operands.end(), what.operands.begin());
  return add(what, place);
}

void Parser::statements() {
  while (token_.kind != Token::Kind::end) {
    if (token_.kind == Token::Kind::separator) {
      take();
    } else {
      statement();
    }
  }
  if (syntax_.statements.empty()) fail(lexer_.source(), 0, "there is no expression", "write one, for example x*x + 1");
}

/// `a, b = ...`, or minloc and maxloc, which give two values.
bool Parser::is_pair_statement() const {
  if (token_.kind != Token::Kind::name) return false;
  Lexer ahead(lexer_);
  if ((token_.is("minloc") || token_.is("maxloc")) && Lexer(lexer_).next().is("(")) return true;
  return ahead.next().is(",") && ahead.next().kind == Token::Kind::name && ahead.next().is("=");
}

void Parser::pair_statement() {
  const std::size_t start = token_.place;
  std::array<SyntaxStatement, 2> pair;
  if (peek().is(",")) {
    for (SyntaxStatement& one : pair) {
      if (is_keyword(token_.text)) fail_here(fmt::format("{} cannot be assigned to", describe(token_)));
      one.name = take().text;
      take();  // the comma, and the equals sign
    }
    if (!token_.is("minloc") && !token_.is("maxloc"))
      fail_here("two names are given to one value", "only minloc and maxloc give two: value, place = minloc(x)");
  }
  const Token name = take();
  if (!token_.is("(")) fail_here(fmt::format("expected '(', found {}", describe(token_)));
  const std::array<NodeIndex, 2> values = located_call(name);
  if (token_.kind != Token::Kind::separator && token_.kind != Token::Kind::end)
    fail(lexer_.source(), name.place, fmt::format("{} gives two values and is no part of an expression", name.text),
         fmt::format("give them names: value, place = {0}(x); or write {1}(x) and arg{1}(x)", name.text,
                     name.text.substr(0, 3)));
  for (std::size_t i = 0; i < 2; ++i) {
    pair[i].value = values[i];
    pair[i].text = lexer_.source().substr(start, last_end_ - start);
    syntax_.statements.push_back(pair[i]);
  }
}

void Parser::statement() {
  if (is_pair_statement()) return pair_statement();
  const std::size_t start = token_.place;
  SyntaxStatement statement;
  if (token_.kind == Token::Kind::name && peek().is("=")) {
    if (is_keyword(token_.text)) fail_here(fmt::format("{} cannot be assigned to", describe(token_)));
    statement.name = take().text;
    take();
  }
  statement.value = expression(kAny);
  end_statement();
  statement.text = lexer_.source().substr(start, last_end_ - start);
  syntax_.statements.push_back(statement);
}

void Parser::end_statement() {
  if (token_.kind != Token::Kind::separator && token_.kind != Token::Kind::end) {
    if (token_.is(")") || token_.is("]")) fail_here(describe(token_) + " was never opened");
    fail_here(fmt::format("expected an operator or the end of the expression, found {}", describe(token_)),
              hint(token_));
  }
}

/// Everything that binds at `level` or tighter.
NodeIndex Parser::expression(int level) {
  NodeIndex left = prefix(level);
  for (Level next = level_of(token_); next != kAny && next >= level; next = level_of(token_)) {
    if (next == kComparison) {
      left = comparisons(left);
      continue;
    }
    const Token sign = take();
    std::optional<Nesting> nesting;
    if (next == kPower) nesting.emplace(*this);
    // A power groups to the right, and its exponent may have a sign; the others group to the left.
    const NodeIndex right = expression(next == kPower ? kUnary : next + 1);
    left = operation(function_of(sign.text, 2), {left, right}, sign.place);
  }
  return left;
}

/// `a < b < c` is `a < b and b < c`, with b evaluated once.
NodeIndex Parser::comparisons(NodeIndex left) {
  std::optional<NodeIndex> all;
  while (level_of(token_) == kComparison) {
    const Token sign = take();
    const NodeIndex right = expression(kComparison + 1);
    const NodeIndex one = operation(function_of(sign.text, 2), {left, right}, sign.place);
    all = all ? operation(Function::logical_and, {*all, one}, sign.place) : one;
    left = right;
  }
  return *all;
}

NodeIndex Parser::prefix(int level) {
  if (!token_.is("not") && !token_.is("-") && !token_.is("~") && !token_.is("+")) return postfix();
  const Nesting nesting(*this);
  if (token_.is("-")) return minus();
  if (token_.is("not") && level > kNot) fail_here("'not' binds looser than the operator before it", "write (not ...)");
  const Token sign = take();
  const NodeIndex operand = expression(sign.is("not") ? kNot : kUnary);
  return sign.is("+") ? operand : operation(function_of(sign.text, 1), {operand}, sign.place);
}

// The sign belongs to a number behind it, so that -128i8 and -9223372036854775808 are in range; but -2**2 is -(2**2).
NodeIndex Parser::minus() {
  const Token sign = take();
  if (token_.kind == Token::Kind::number && !peek().is("**")) {
    const Token number = take();
    return add(read_number(lexer_.source(), number, true), sign.place);
  }
  const NodeIndex operand = expression(kUnary);
  return operation(Function::negative, {operand}, sign.place);
}

NodeIndex Parser::postfix() {
  NodeIndex node = operand();
  while (token_.is("[")) node = subscript(node);
  if (token_.is("(")) fail_here("only a function can be called", "a product is written with *");
  return node;
}

NodeIndex Parser::operand() {
  if (token_.is("(")) return parenthesized();
  if (token_.kind == Token::Kind::number) {
    const Token number = take();
    return add(read_number(lexer_.source(), number, false), number.place);
  }
  if (token_.kind != Token::Kind::name || (is_keyword(token_.text) && token_.text != "True" && token_.text != "False"))
    fail_here(fmt::format("expected an expression, found {}", describe(token_)), hint(token_));
  const Token name = take();
  if (name.is("True") || name.is("False"))
    return add(Number{std::int64_t{name.is("True")}, DType::boolean}, name.place);
  return token_.is("(") ? call(name) : add(Name{name.text}, name.place);
}

NodeIndex Parser::parenthesized() {
  const Nesting nesting(*this);
  const Token opening = take();
  const NodeIndex inside = expression(kAny);
  close(")", opening);
  return inside;
}

std::int64_t Parser::whole_number(std::string_view what) {
  const std::size_t place = token_.place;
  const bool negative = accept("-");
  if (token_.kind == Token::Kind::number) {
    const Token digits = take();
    const Number number = read_number(lexer_.source(), digits, negative);
    if (std::holds_alternative<std::uint64_t>(number.value))
      fail(lexer_.source(), place, fmt::format("{} must fit in i64, got {}", what, digits.text));
    if (const auto* value = std::get_if<std::int64_t>(&number.value); value && !number.type) return *value;
  }
  fail(lexer_.source(), place, fmt::format("{} must be a whole number, written out", what));
}

std::shared_ptr<const Syntax> read_syntax(std::string source) {
  if (source.size() > kMaxLength) {
    throw Error(Code::bad_text, fmt::format("the text has {} bytes; at most {} are read", source.size(), kMaxLength),
                "split it into several texts");
  }
  const auto syntax = std::make_shared<Syntax>();
  syntax->source = std::move(source);
  Parser(*syntax).statements();
  return syntax;
}

}  // namespace lockstep::text
