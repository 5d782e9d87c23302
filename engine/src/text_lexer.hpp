#pragma once

#include <string>
#include <string_view>

namespace lockstep::text {

struct Token {
  enum class Kind { end, separator, number, name, symbol };
  Kind kind = Kind::end;
  std::string_view text;  ///< empty for the end and for a new line
  std::size_t place = 0;

  bool is(std::string_view what) const noexcept {
    return (kind == Kind::symbol || kind == Kind::name || kind == Kind::separator) && text == what;
  }
};

/// "'+'", "the end of the line", ...: a token as error messages call it.
std::string describe(const Token& token);

/// Cuts a text into tokens, one at a time. A copy looks ahead. Blanks, comments and new lines inside brackets are
/// passed over; `;` and any other new line are separators.
class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}
  /// Throws `bad_text` for a character that starts no token.
  Token next();
  std::string_view source() const noexcept { return source_; }

 private:
  void skip_blanks();
  Token take(Token::Kind kind, std::size_t length);
  std::size_t number_length() const;
  std::size_t symbol_length() const;

  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t last_end_ = 0;  ///< where the last token ended: an error at the end points there, not behind a comment
  int brackets_ = 0;
};

bool is_digit(char c) noexcept;
bool is_name_start(char c) noexcept;
bool is_name_part(char c) noexcept;

}  // namespace lockstep::text
