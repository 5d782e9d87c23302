#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support.hpp"

namespace lockstep::test {

/// The names that the tests of the text form use, on the device under test.
inline Names text_names(const Device& device) {
  return {{"x", device.array<float>({1, 2, 3, 4, 5})},
          {"y", device.array<float>({5, -4, 3, -2, 1})},
          {"i", device.array<std::int32_t>({7, -3, 0, 12, 5})},
          {"j", device.array<std::int32_t>({2, 1, 3, 5, 4})},
          {"k", device.array<std::int32_t>({1, 2, 3, 2, 1})},
          {"m", device.array<double>(std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, Shape{3, 4})},
          {"velocity", Expr(2.5)},
          {"n", Expr(3)}};
}

/// The value of the last statement of `text`.
inline Array evaluated(const Device& device, std::string_view text, const Names& names) {
  return device.evaluate(parse(text, names).back().value);
}
inline Array evaluated(const Device& device, std::string_view text) {
  return evaluated(device, text, text_names(device));
}

/// The Error that `f` throws; a failed check if it throws none.
template <class F>
Error error_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  return Error(Code::device, "");
}

}  // namespace lockstep::test
