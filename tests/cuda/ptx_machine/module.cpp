#include "module.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace lockstep::test::ptx {
namespace {

bool is_in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         c == '%' || c == '.';
}

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  unsigned line = 1;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const std::string_view rest = text.substr(i);
    std::size_t length = 1;
    if (rest.starts_with("//")) {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    if (rest.starts_with("/*")) {
      length = rest.find("*/") + 2;
    } else if (c == '"') {
      length = rest.find('"', 1) + 1;
    } else if (is_in_word(c)) {
      while (length < rest.size() && (is_in_word(rest[length]) || rest.substr(length, 2) == "::" ||
                                      (rest[length] == ':' && rest[length - 1] == ':')))
        ++length;
    }
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\0' && !rest.starts_with("/*"))
      tokens.push_back({rest.substr(0, length), line});
    line += static_cast<unsigned>(std::count(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(length), '\n'));
    i += length;
  }
  return tokens;
}

std::uint64_t number(Reader& in) {
  const bool negative = in.accept("-");
  std::uint64_t value = 0;
  if (!is_number(in.next().text, value)) in.fail("a number is missing");
  return negative ? -value : value;
}

}  // namespace

const Token& Reader::peek(std::size_t ahead) const {
  if (at_ + ahead >= tokens_.size()) throw Fault("the text ends too early");
  return tokens_[at_ + ahead];
}
const Token& Reader::next() {
  const Token& token = peek();
  ++at_;
  return token;
}
bool Reader::accept(std::string_view text) {
  if (is_over() || peek().text != text) return false;
  ++at_;
  return true;
}
void Reader::expect(std::string_view text) {
  if (!accept(text)) fail(fmt::format("'{}' is missing", text));
}
std::span<const Token> Reader::until_closed(std::string_view open, std::string_view close) {
  const std::size_t first = at_;
  for (int depth = 1; depth > 0;) {
    const std::string_view text = next().text;
    depth += (text == open) - (text == close);
  }
  return tokens_.subspan(first, at_ - first - 1);
}
void Reader::fail(const std::string& problem) const {
  const Token& at = is_over() ? tokens_.back() : peek();
  throw Fault(fmt::format("line {}: {} before '{}'", at.line, problem, at.text));
}

bool is_space(std::string_view word, Space& space) {
  constexpr std::pair<std::string_view, Space> kSpaces[] = {{".global", Space::global},
                                                            {".const", Space::constant},
                                                            {".shared", Space::shared},
                                                            {".local", Space::local},
                                                            {".param", Space::param}};
  for (const auto& [name, is] : kSpaces)
    if (word == name) {
      space = is;
      return true;
    }
  return false;
}

unsigned bytes_of_type(std::string_view name) {
  if (name == "pred") return 1;
  if (name.size() < 2 || std::string_view("busf").find(name[0]) == std::string_view::npos) return 0;
  const std::string_view bits = name.substr(1);
  return bits == "8" ? 1 : bits == "16" ? 2 : bits == "32" ? 4 : bits == "64" ? 8 : 0;
}

bool is_number(std::string_view word, std::uint64_t& value) {
  if (word.empty() || word[0] < '0' || word[0] > '9') return false;
  if (word.back() == 'U') word.remove_suffix(1);
  int base = 10;
  std::string_view digits = word;
  if (word.size() > 1 && word[0] == '0') {
    const char kind = word[1];
    const bool hexadecimal = kind == 'x' || kind == 'X' || kind == 'f' || kind == 'F' || kind == 'd' || kind == 'D';
    base = hexadecimal ? 16 : kind == 'b' || kind == 'B' ? 2 : 8;
    digits.remove_prefix(base == 8 ? 1 : 2);
  }
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  return result.ec == std::errc() && result.ptr == digits.data() + digits.size();
}

Variable read_variable(Reader& in, Space space) {
  Variable v{{}, space};
  unsigned element = 0;
  std::uint64_t count = 1;
  while (in.peek().text[0] == '.') {
    const std::string_view word = in.next().text;
    Space points_to{};
    if (word == ".align") {
      v.align = number(in);
    } else if (word == ".ptr") {
      // What it points to, and how that is aligned.
      is_space(in.peek().text, points_to) && !in.next().text.empty();
      if (in.accept(".align")) number(in);
    } else if (word == ".v2" || word == ".v4") {
      count = word == ".v2" ? 2 : 4;
    } else if (element = bytes_of_type(word.substr(1)); element == 0) {
      in.fail(fmt::format("unknown declaration '{}'", word));
    }
  }
  v.name = in.next().text;
  while (in.accept("[")) {
    if (in.accept("]")) {
      v.is_open = true;
      continue;
    }
    count *= number(in);
    in.expect("]");
  }
  v.bytes = v.is_open ? 0 : element * count;
  v.align = std::max<std::uint64_t>(v.align, element);
  if (in.accept("=")) {
    v.initial.resize(v.bytes);
    std::size_t at = 0;
    const auto put = [&](Reader& from) {
      const std::uint64_t value = number(from);
      if (at + element > v.bytes) from.fail("too many values");
      std::memcpy(v.initial.data() + at, &value, element);
      at += element;
    };
    if (in.accept("{")) {
      Reader values(in.until_closed("{", "}"));
      while (!values.is_over())
        if (!values.accept(",") && !values.accept("{") && !values.accept("}")) put(values);
    } else {
      put(in);
    }
  }
  return v;
}

Module::Module(std::string_view ptx) : text_(ptx), tokens_(tokens_of(text_)) {
  Reader in(tokens_);
  while (!in.is_over()) {
    const std::string_view word = in.next().text;
    Space space{};
    if (word == ".version" || word == ".target" || word == ".address_size") {
      in.next();
      while (in.accept(",")) in.next();
    } else if (word == ".visible" || word == ".extern" || word == ".weak" || word == ".common") {
      continue;
    } else if (word == ".entry" || word == ".func") {
      read_function(in, word == ".entry");
    } else if (is_space(word, space)) {
      variables_.push_back(read_variable(in, space));
      in.expect(";");
    } else {
      in.fail(fmt::format("unknown directive '{}'", word));
    }
  }
}

void Module::read_function(Reader& in, bool is_entry) {
  Function function{is_entry, {}, {}, {}};
  const auto list = [&] {
    std::vector<Variable> found;
    while (!in.accept(")")) {
      in.expect(".param");
      found.push_back(read_variable(in, Space::param));
      in.accept(",");
    }
    return found;
  };
  if (in.accept("(")) function.results = list();
  const std::string_view name = in.next().text;
  if (in.accept("(")) function.parameters = list();
  while (in.peek().text != "{" && in.peek().text != ";") in.next();  // how many threads it is for
  if (!in.accept(";")) {
    in.expect("{");
    function.body = in.until_closed("{", "}");
  }
  if (!function.body.empty() || !functions_.contains(name)) functions_[name] = std::move(function);
}

const Function& Module::function(std::string_view name) const {
  const auto found = functions_.find(name);
  if (found == functions_.end()) throw Fault(fmt::format("there is no function '{}'", name));
  return found->second;
}

}  // namespace lockstep::test::ptx
