#include "text_number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>
#include <utility>

#include "lockstep/decimal.hpp"
#include "lockstep/nearest.hpp"
#include "text_error.hpp"

namespace lockstep::text {
namespace {

constexpr std::array<std::pair<std::string_view, int>, 3> kBases = {{{"xX", 16}, {"bB", 2}, {"oO", 8}}};
constexpr std::array<std::string_view, 8> kSuffixes = {"f32", "f64", "i8", "i32", "i64", "u8", "u32", "u64"};

bool is_digit_of(char c, int base) {
  if (base <= 10) return c >= '0' && c < '0' + base;
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Takes a number token apart, from the front.
class NumberReader {
 public:
  NumberReader(std::string_view source, const Token& token, bool negative)
      : source_(source), token_(token), negative_(negative) {}

  Number read() {
    read_base();
    read_digits();
    if (base_ == 10) read_fraction();
    read_suffix();
    if (floating_ || (base_ == 10 && type_ && is_floating(*type_)))
      return {type_ == DType::f32 ? float_value<float>() : float_value<double>(), type_};
    return integer();
  }

 private:
  [[noreturn]] void bad(std::size_t place, const std::string& message, std::string advice = {}) const {
    fail(source_, token_.place + place, message, std::move(advice));
  }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < token_.text.size() ? token_.text[at_ + ahead] : '\0'; }
  std::string shown() const { return fmt::format("'{}{}'", negative_ ? "-" : "", token_.text); }

  void read_base() {
    if (peek() != '0') return;
    for (const auto& [letters, base] : kBases) {
      if (peek(1) != '\0' && letters.find(peek(1)) != letters.npos) {
        base_ = base;
        at_ = 2;
        if (peek() == '_') ++at_;
      }
    }
  }

  // Digits with single underscores between them, as in Python.
  void read_digits() {
    while (is_digit_of(peek(), base_) ||
           (peek() == '_' && is_digit_of(peek(1), base_) && at_ > 0 && is_digit_of(token_.text[at_ - 1], base_))) {
      if (peek() != '_') digits_ += peek();
      ++at_;
    }
  }

  void read_fraction() {
    if (peek() == '.') {
      floating_ = true;
      digits_ += peek();
      ++at_;
      read_digits();
    }
    const bool sign = peek(1) == '+' || peek(1) == '-';
    if ((peek() != 'e' && peek() != 'E') || !is_digit(peek(sign ? 2 : 1))) return;
    floating_ = true;
    digits_ += 'e';
    ++at_;
    if (sign) {
      if (peek() == '-') digits_ += '-';
      ++at_;
    }
    read_digits();
  }

  void read_suffix() {
    const std::string_view suffix = token_.text.substr(at_);
    if (digits_.empty()) bad(at_, fmt::format("{} has no digits", shown()));
    if (suffix.empty()) return check_leading_zero();
    if (std::find(kSuffixes.begin(), kSuffixes.end(), suffix) == kSuffixes.end()) bad_suffix(suffix);
    type_ = dtype_from_string(suffix);
    if (floating_ && !is_floating(*type_)) {
      bad(at_, fmt::format("{} has a point or an exponent, but the type of an integer", shown()),
          fmt::format("write {0}({1}) to cut off the fraction", suffix, token_.text.substr(0, at_)));
    }
    check_leading_zero();
  }

  [[noreturn]] void bad_suffix(std::string_view suffix) const {
    if (suffix[0] == '.' || suffix[0] == '_')
      bad(at_, fmt::format("{} is not a number: unexpected '{}'", shown(), suffix[0]));
    const std::string_view meant = detail::nearest(suffix, kSuffixes);
    std::string advice = fmt::format("the types are {}", fmt::join(kSuffixes, ", "));
    if (!meant.empty()) advice = fmt::format("did you mean '{}{}'?", token_.text.substr(0, at_), meant);
    if (is_name_start(suffix[0]) && meant.empty() && base_ == 10)
      advice += fmt::format("; a product is written {}*{}", token_.text.substr(0, at_), suffix);
    bad(at_, fmt::format("'{}' is no type for a number", suffix), std::move(advice));
  }

  // Python refuses "010" too, which C reads as eight.
  void check_leading_zero() const {
    if (base_ != 10 || floating_ || digits_[0] != '0' || digits_.find_first_not_of('0') == std::string::npos) return;
    bad(0, fmt::format("{} has a leading zero", shown()), "octal numbers are written 0o17");
  }

  template <class T>
  double float_value() const {
    T value{};
    const auto [end, error] = std::from_chars(digits_.data(), digits_.data() + digits_.size(), value);
    if (error == std::errc::result_out_of_range || value > std::numeric_limits<T>::max()) {
      if (!detail::is_too_small(digits_))
        bad(0, fmt::format("{} is too large for {}", shown(), to_string(dtype_of<T>)), "infinity is written inf");
      value = 0;
    }
    return negative_ ? -static_cast<double>(value) : static_cast<double>(value);
  }

  Number integer() const {
    std::uint64_t magnitude = 0;
    const auto [end, error] = std::from_chars(digits_.data(), digits_.data() + digits_.size(), magnitude, base_);
    if (error == std::errc::result_out_of_range) out_of_range(type_.value_or(negative_ ? DType::i64 : DType::u64));
    if (type_ && is_floating(*type_)) return {floating(magnitude), type_};
    const DType type = type_.value_or(!negative_ && magnitude > INT64_MAX ? DType::u64 : DType::i64);
    check_range(magnitude, type);
    if (magnitude > INT64_MAX && !negative_) return {magnitude, type_};
    return {static_cast<std::int64_t>(negative_ ? 0 - magnitude : magnitude), type_};
  }

  double floating(std::uint64_t magnitude) const {
    const double value =
        *type_ == DType::f32 ? static_cast<double>(static_cast<float>(magnitude)) : static_cast<double>(magnitude);
    return negative_ ? -value : value;
  }

  void check_range(std::uint64_t magnitude, DType type) const {
    const std::uint64_t largest = UINT64_MAX >> (64 - 8 * size_of(type) + (is_signed(type) ? 1 : 0));
    const std::uint64_t limit = !negative_ ? largest : is_signed(type) ? largest + 1 : 0;
    if (magnitude > limit) out_of_range(type);
  }

  [[noreturn]] void out_of_range(DType type) const {
    bad(0, fmt::format("{} is outside {}", shown(), to_string(type)), visit(type, [&]<class T>() {
          using Limits = std::numeric_limits<T>;
          return fmt::format("{} holds {} to {}", to_string(type), +Limits::lowest(), +Limits::max());
        }));
  }

  std::string_view source_;
  const Token& token_;
  bool negative_;
  std::size_t at_ = 0;
  int base_ = 10;
  bool floating_ = false;
  std::string digits_;
  std::optional<DType> type_;
};

}  // namespace

Number read_number(std::string_view source, const Token& token, bool negative) {
  return NumberReader(source, token, negative).read();
}

}  // namespace lockstep::text
