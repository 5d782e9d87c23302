#pragma once

#include <string_view>

#include "text_support.hpp"

namespace lockstep::test {

/// What became of a text that a fuzzer made.
enum class Fate { refused, failed, evaluated, skipped };

/// True if a text might ask for more than a moment's work: `arange` with a long number.
inline bool is_large(std::string_view text) {
  std::size_t digits = 0;
  std::size_t longest = 0;
  for (const char c : text) {
    const bool counts = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '_';
    digits = counts ? digits + 1 : 0;
    longest = std::max(longest, digits);
  }
  return text.find("arange") != text.npos && longest > 4;
}

inline bool is_sound(const Error& error) {
  return !error.message().empty() && to_string(error.code()) != "" && error.code() <= Code::device;
}

/// Parses `text` and evaluates what it says. Whatever it is, only a sound Error may come out: anything else is thrown
/// on to the fuzzer.
inline Fate fuzz_text(const Device& device, const Names& names, std::string_view text) {
  Fate fate = Fate::refused;
  try {
    std::vector<Expr> values;
    for (Statement& statement : parse(text, names)) {
      if (statement.value.shape().size() > (1u << 16)) return Fate::skipped;
      values.push_back(std::move(statement.value));
    }
    if (is_large(text) || values.size() > 64) return Fate::skipped;
    fate = Fate::failed;
    device.evaluate(values);
    return Fate::evaluated;
  } catch (const Error& error) {
    if (!is_sound(error)) throw std::logic_error("an error without a message or with no valid code");
    if (error.code() == Code::bad_text && !error.message().starts_with("line ") && text.size() <= (1u << 20))
      throw std::logic_error("bad_text without a place: " + error.message());
    return fate;
  }
}

/// Texts that a fuzzer starts from: every construct of the language once.
inline const std::vector<std::string>& fuzz_seeds() {
  static const std::vector<std::string> seeds = {
      "x*x + y*y",
      "-x**2 // 3 % velocity",
      "0 <= i < 10 == (j >= 2) != k",
      "i & j | k ^ ~i << 2 >> 1",
      "x > 1 and not y < 0 or n",
      "where(y < 0, 0f32, y); clip(i, -1, 0x1Fi32)",
      "r = sqrt(x*x + y*y)  # length\nr / max(r); sum(r, axis=-1)",
      "m - mean(m, axis=(0, 1), keepdims=True)",
      "count(m[1:, ::2] > 2.5e-1) + argmax(m[::-1, None, ..., 0])",
      "u8(index(0) * 3) + arange(5)",
      "min(x, y) + min(x) - inf * nan + pi - e",
      "1_00 + 0b101u8 + 0o17 + 18446744073709551615u64",
      "True and false or (x[1:] - x[:-1])[0]",
      "any(isnan(x), axis=0) ^ all(p = 1)",
      "2**-1 + x**0.5 + x**-2 + 2**k",
  };
  return seeds;
}

/// Pieces that a fuzzer puts together.
inline const std::vector<std::string>& fuzz_tokens() {
  static const std::vector<std::string> tokens = {"+",           "-",      "*",          "/",
                                                  "//",          "%",      "**",         "==",
                                                  "!=",          "<",      "<=",         ">",
                                                  ">=",          "&",      "|",          "^",
                                                  "~",           "<<",     ">>",         "and",
                                                  "or",          "not",    "(",          ")",
                                                  "[",           "]",      ",",          ":",
                                                  ";",           "\n",     "=",          "...",
                                                  "None",        "#",      " ",          "x",
                                                  "y",           "i",      "j",          "k",
                                                  "m",           "n",      "pi",         "inf",
                                                  "nan",         "True",   "t = ",       "t",
                                                  "0",           "1",      "2",          "-1",
                                                  "3.5",         "1e400",  "1e-40",      "0x7f",
                                                  "255u8",       "1f32",   "2i64",       ".5",
                                                  "sum(",        "prod(",  "min(",       "argmax(",
                                                  "mean(",       "any(",   "axis=",      "keepdims=True",
                                                  "axis=(0, 1)", "where(", "sqrt(",      "clip(",
                                                  "fma(",        "abs(",   "u8(",        "i32(",
                                                  "f64(",        "bool(",  "index(",     "arange(",
                                                  "x[1:]",       "m[0]",   "m[:, None]", "\xc3\xa9"};
  return tokens;
}

}  // namespace lockstep::test
