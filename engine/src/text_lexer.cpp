#include "text_lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "text_error.hpp"

namespace lockstep::text {
namespace {

// Longer ones first. The last row is of no use in an expression; as tokens they get better messages.
constexpr std::array<std::string_view, 32> kSymbols = {
    "...", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||",  //
    "+",   "-",  "*",  "/",  "%",  "&",  "|",  "^",  "~",  "<",  ">",
    "=",   "(",  ")",  "[",  "]",  ",",  ":",  "!",  "?",  "."};

/// The character of UTF-8 that begins `text`, or 0 if none does or it is ASCII.
char32_t wide_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : '\0'); };
  const std::size_t more = byte(0) >= 0xF0 ? 3 : byte(0) >= 0xE0 ? 2 : byte(0) >= 0xC0 ? 1 : 0;
  if (more == 0) return 0;
  char32_t c = byte(0) & (0x3Fu >> more);
  for (std::size_t i = 1; i <= more; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    c = c << 6 | (byte(i) & 0x3F);
  }
  return c;
}

std::string describe_unexpected(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text[0]);
  if (const char32_t c = wide_character(text)) return fmt::format("character U+{:04X}", static_cast<std::uint32_t>(c));
  return byte > 0x20 && byte < 0x7F ? fmt::format("character '{}'", text[0]) : fmt::format("byte 0x{:02x}", byte);
}

/// What stands for `c` here: formulas that were copied from a page have these.
std::string_view meaning_of(char32_t c) {
  constexpr std::pair<char32_t, std::string_view> kMeanings[] = {
      {U'\u00A0', " "}, {U'\u00B2', "**2"}, {U'\u00B3', "**3"}, {U'\u00B7', "*"},
      {U'\u00D7', "*"}, {U'\u00F7', "/"},   {U'\u03C0', "pi"},  {U'\u2013', "-"},
      {U'\u2212', "-"}, {U'\u2260', "!="},  {U'\u2264', "<="},  {U'\u2265', ">="}};
  for (const auto& [character, meaning] : kMeanings)
    if (character == c) return meaning;
  return {};
}

std::string advice_on(std::string_view text) {
  if (text[0] == '\\') return "put an expression that takes several lines in parentheses";
  const std::string_view meaning = meaning_of(wide_character(text));
  return meaning.empty() ? "" : fmt::format("write '{}'", meaning);
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
    const std::string_view rest = source_.substr(at_);
    fail(source_, at_, fmt::format("unexpected {}", describe_unexpected(rest)), advice_on(rest));
  }
  if (c == '(' || c == '[') ++brackets_;
  if (c == ')' || c == ']') brackets_ = std::max(0, brackets_ - 1);
  return take(Token::Kind::symbol, length);
}

}  // namespace lockstep::text
