#include "lockstep/decimal.hpp"

#include <fmt/format.h>

namespace lockstep {
namespace {

template <class T>
std::string shortest(T value) {
  if (value != value) return "nan";  // without the sign, which means nothing
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";  // 'n' is that of "inf"
  return text;
}

}  // namespace

std::string to_decimal(double value) { return shortest(value); }
std::string to_decimal(float value) { return shortest(value); }

}  // namespace lockstep
