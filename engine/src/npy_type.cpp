#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "lockstep/error.hpp"
#include "npy_header.hpp"

namespace lockstep::detail {
namespace {

struct KnownType {
  std::string_view code;
  DType type;
};
constexpr KnownType kKnown[] = {
    {"b1", DType::boolean}, {"i1", DType::i8},  {"i4", DType::i32}, {"i8", DType::i64}, {"u1", DType::u8},
    {"u4", DType::u32},     {"u8", DType::u64}, {"f4", DType::f32}, {"f8", DType::f64},
};

/// What to do about a type of NumPy's that this library does not have. An entry with a kind only stands for all its
/// sizes.
struct ForeignType {
  std::string_view code;
  std::string_view name;
  std::string_view advice;
};
constexpr std::string_view kAsInt32 = "Convert it in NumPy: np.save(file, x.astype('int32')).";
constexpr std::string_view kAsFloat64 = "Convert it in NumPy: np.save(file, x.astype('float64')).";
constexpr std::string_view kSplit = "Save the two parts in NumPy: np.save(file, x.real), np.save(file, x.imag).";
constexpr std::string_view kAsNumbers =
    "Only numbers can be computed with. If that is what it holds, convert it in NumPy: x.astype('float64').";
constexpr ForeignType kForeign[] = {
    {"i2", "int16", kAsInt32},
    {"u2", "uint16", "Convert it in NumPy: np.save(file, x.astype('uint32'))."},
    {"f2", "float16", "Convert it in NumPy: np.save(file, x.astype('float32'))."},
    {"f", "longdouble", kAsFloat64},
    {"c8", "complex64", kSplit},
    {"c16", "complex128", kSplit},
    {"c", "complex", kSplit},
    {"O", "object", kAsNumbers},
    {"U", "str", kAsNumbers},
    {"S", "bytes", kAsNumbers},
    {"a", "bytes", kAsNumbers},
    {"M8", "datetime64", "Convert it in NumPy: np.save(file, x.astype('int64'))."},
    {"m8", "timedelta64", "Convert it in NumPy: np.save(file, x.astype('int64'))."},
    {"V", "void", "Convert it in NumPy to a numeric type."},
};

Error refuse(std::string_view code, std::string_view text, const std::string& file) {
  for (const ForeignType& foreign : kForeign)
    if (code.starts_with(foreign.code))
      return {Code::unsupported,
              fmt::format("'{}' holds elements of type {} ('{}'), which is not supported", file, foreign.name, text),
              std::string(foreign.advice)};
  return {Code::unsupported, fmt::format("'{}' holds elements of the unknown type '{}'", file, text),
          std::string(kAsFloat64)};
}

template <std::size_t N>
void swap_elements(std::span<std::byte> elements) {
  for (std::size_t i = 0; i + N <= elements.size(); i += N) {
    std::byte* first = elements.data() + i;
    std::reverse(first, first + N);
  }
}

}  // namespace

std::string npy_type_name(DType type) {
  const auto* known = std::find_if(std::begin(kKnown), std::end(kKnown), [&](auto& k) { return k.type == type; });
  const char native = std::endian::native == std::endian::little ? '<' : '>';
  return fmt::format("{}{}", size_of(type) == 1 ? '|' : native, known->code);
}

NpyColumn parse_npy_type(std::string_view text, const std::string& file) {
  const char order = text.empty() ? '\0' : text.front();
  const bool has_order = std::string_view("<>|=").find(order) != std::string_view::npos && order != '\0';
  const std::string_view code = has_order ? text.substr(1) : text;
  for (const KnownType& known : kKnown) {
    if (code != known.code) continue;
    const bool other = std::endian::native == std::endian::little ? order == '>' : order == '<';
    return {.name = {}, .type = known.type, .offset = 0, .swapped = other && size_of(known.type) > 1};
  }
  throw refuse(code, text, file);
}

void normalize(std::span<std::byte> elements, const NpyColumn& column) {
  // A bool that is neither 0 nor 1 is undefined behaviour in C++.
  if (column.type == DType::boolean)
    for (std::byte& b : elements) b = b == std::byte{0} ? std::byte{0} : std::byte{1};
  if (!column.swapped) return;
  if (size_of(column.type) == 4) swap_elements<4>(elements);
  if (size_of(column.type) == 8) swap_elements<8>(elements);
}

}  // namespace lockstep::detail
