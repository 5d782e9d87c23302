#include "python_literal.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lockstep/error.hpp"

namespace lockstep::detail {
namespace {

using Kind = PythonLiteral::Kind;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class Reader {
 public:
  explicit Reader(std::string_view source) : source_(source) {}

  PythonLiteral read_all() {
    PythonLiteral value = read(0);
    peek();
    if (at_ < source_.size()) fail("something follows the value");
    return value;
  }

 private:
  // NumPy nests four deep at most: a shape in a field in a list in the dictionary.
  static constexpr int kDeepest = 16;

  [[noreturn]] void fail(std::string_view what) const {
    throw Error(Code::bad_text, fmt::format("{} at character {}", what, at_ + 1));
  }

  /// The next character that is no space, or NUL at the end.
  char peek() {
    while (at_ < source_.size() && (source_[at_] == ' ' || source_[at_] == '\n')) ++at_;
    return at_ < source_.size() ? source_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c || at_ == source_.size()) return false;
    ++at_;
    return true;
  }

  PythonLiteral read(int depth) {
    if (depth > kDeepest) fail("too many brackets");
    const char c = peek();
    if (c == '\'' || c == '"') return read_string();
    if (is_digit(c)) return read_integer();
    if (is_letter(c)) return read_word();
    if (take('(')) return read_sequence(Kind::tuple, ')', depth);
    if (take('[')) return read_sequence(Kind::list, ']', depth);
    if (take('{')) return read_dictionary(depth);
    fail("a value is missing");
  }

  PythonLiteral read_string() {
    PythonLiteral value{.kind = Kind::text};
    const char quote = source_[at_++];
    while (at_ < source_.size() && source_[at_] != quote) {
      if (source_[at_] == '\\') {
        ++at_;
        if (at_ == source_.size() || std::string_view("\\'\"").find(source_[at_]) == std::string_view::npos)
          fail("an escape that field names do not need");
      }
      value.text += source_[at_++];
    }
    if (at_ == source_.size()) fail("a string does not end");
    ++at_;
    return value;
  }

  PythonLiteral read_integer() {
    PythonLiteral value{.kind = Kind::integer};
    while (at_ < source_.size() && is_digit(source_[at_])) value.text += source_[at_++];
    if (at_ < source_.size() && source_[at_] == 'L') ++at_;  // Python 2 wrote 3L
    return value;
  }

  PythonLiteral read_word() {
    const std::size_t begin = at_;
    while (at_ < source_.size() && is_letter(source_[at_])) ++at_;
    const std::string_view word = source_.substr(begin, at_ - begin);
    if (word == "True" || word == "False") return {.kind = Kind::boolean, .truth = word == "True"};
    if (word == "None") return {.kind = Kind::none};
    at_ = begin;
    fail("a word that is no value");
  }

  PythonLiteral read_sequence(Kind kind, char end, int depth) {
    PythonLiteral value{.kind = kind};
    while (!take(end)) {
      value.items.push_back(read(depth + 1));
      if (take(end)) break;
      if (!take(',')) fail("a comma or a closing bracket is missing");
    }
    return value;
  }

  PythonLiteral read_dictionary(int depth) {
    PythonLiteral value{.kind = Kind::dictionary};
    while (!take('}')) {
      const char c = peek();
      if (c != '\'' && c != '"') fail("a key is missing");
      value.keys.push_back(read_string().text);
      if (!take(':')) fail("a colon is missing");
      value.items.push_back(read(depth + 1));
      if (take('}')) break;
      if (!take(',')) fail("a comma or a closing bracket is missing");
    }
    return value;
  }

  std::string_view source_;
  std::size_t at_ = 0;
};

}  // namespace

const PythonLiteral* PythonLiteral::find(std::string_view key) const noexcept {
  const auto found = std::find(keys.begin(), keys.end(), key);
  return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

PythonLiteral parse_python_literal(std::string_view source) { return Reader(source).read_all(); }

std::string python_string(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace lockstep::detail
