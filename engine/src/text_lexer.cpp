#include "text_lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "text_error.hpp"

namespace lockstep::text {
namespace {

// Longer ones first. The last row is of no use in an expression; as tokens they get better messages.
constexpr std::array<std::string_view, 32> kSymbols = {
    "...", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||",  //
    "+",   "-",  "*",  "/",  "%",  "&",  "|",  "^",  "~",  "<",  ">",
    "=",   "(",  ")",  "[",  "]",  ",",  ":",  "!",  "?",  "."};

std::string describe_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte < 0x7F ? fmt::format("character '{}'", c) : fmt::format("byte 0x{:02x}", byte);
}

}  // namespace

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_name_start(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) noexcept { return is_name_start(c) || is_digit(c); }

std::string describe(const Token& token) {
  if (token.kind == Token::Kind::end) return "the end of the text";
  if (token.text.empty()) return "the end of the line";
  constexpr std::size_t kShown = 40;
  return fmt::format("'{}{}'", token.text.substr(0, kShown), token.text.size() > kShown ? "..." : "");
}

void Lexer::skip_blanks() {
  while (at_ < source_.size()) {
    const char c = source_[at_];
    if (c == '#') {
      at_ = std::min(source_.find('\n', at_), source_.size());
    } else if (c == ' ' || c == '\t' || c == '\r' || (c == '\n' && brackets_ > 0)) {
      ++at_;
    } else {
      return;
    }
  }
}

Token Lexer::take(Token::Kind kind, std::size_t length) {
  const Token token{kind, source_.substr(at_, length), at_};
  at_ += length;
  last_end_ = at_;
  return token;
}

// All that could belong to the number, so that "2x" or "1.5.2" is one bad number and not two tokens.
std::size_t Lexer::number_length() const {
  const std::string_view rest = source_.substr(at_);
  const bool has_base = rest.size() > 1 && rest[0] == '0' && is_name_start(rest[1]);
  std::size_t n = 1;
  for (; n < rest.size(); ++n) {
    const bool exponent_sign = !has_base && (rest[n] == '+' || rest[n] == '-') &&
                               (rest[n - 1] == 'e' || rest[n - 1] == 'E') && n + 1 < rest.size() &&
                               is_digit(rest[n + 1]);
    if (!is_name_part(rest[n]) && rest[n] != '.' && !exponent_sign) break;
  }
  return n;
}

std::size_t Lexer::symbol_length() const {
  const std::string_view rest = source_.substr(at_);
  const auto found = std::find_if(kSymbols.begin(), kSymbols.end(), [&](auto s) { return rest.starts_with(s); });
  return found == kSymbols.end() ? 0 : found->size();
}

Token Lexer::next() {
  skip_blanks();
  if (at_ >= source_.size()) return {Token::Kind::end, {}, last_end_};
  const char c = source_[at_];
  if (c == '\n') {
    const Token token{Token::Kind::separator, {}, last_end_};
    last_end_ = ++at_;
    return token;
  }
  if (c == ';') return take(Token::Kind::separator, 1);
  if (is_digit(c) || (c == '.' && at_ + 1 < source_.size() && is_digit(source_[at_ + 1])))
    return take(Token::Kind::number, number_length());
  if (is_name_start(c)) {
    const auto end = std::find_if_not(source_.begin() + static_cast<std::ptrdiff_t>(at_), source_.end(), is_name_part);
    return take(Token::Kind::name, static_cast<std::size_t>(end - source_.begin()) - at_);
  }
  const std::size_t length = symbol_length();
  if (length == 0) {
    fail(source_, at_, fmt::format("unexpected {}", describe_byte(c)),
         c == '\\' ? "put an expression that takes several lines in parentheses" : "");
  }
  if (c == '(' || c == '[') ++brackets_;
  if (c == ')' || c == ']') brackets_ = std::max(0, brackets_ - 1);
  return take(Token::Kind::symbol, length);
}

}  // namespace lockstep::text
