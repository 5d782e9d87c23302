#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace lockstep {

/// The element types. The order is that of NumPy's kinds: bool, signed, unsigned, floating.
enum class DType : std::uint8_t { boolean, i8, i32, i64, u8, u32, u64, f32, f64 };

inline constexpr int kDTypeCount = 9;

/// Every element type once, in the order of the enumeration.
std::span<const DType> all_dtypes() noexcept;

/// "bool", "i8", ... "f64".
std::string_view to_string(DType type) noexcept;

/// The type with this name; NumPy's names ("float32", "int64") are accepted too. Nothing if there is none.
std::optional<DType> dtype_from_string(std::string_view name) noexcept;

/// Bytes per element; a bool takes one.
constexpr std::uint64_t size_of(DType type) noexcept {
  switch (type) {
    case DType::boolean:
    case DType::i8:
    case DType::u8:
      return 1;
    case DType::i32:
    case DType::u32:
    case DType::f32:
      return 4;
    default:
      return 8;
  }
}

constexpr bool is_floating(DType type) noexcept { return type == DType::f32 || type == DType::f64; }
constexpr bool is_signed(DType type) noexcept { return type == DType::i8 || type == DType::i32 || type == DType::i64; }
constexpr bool is_unsigned(DType type) noexcept {
  return type == DType::u8 || type == DType::u32 || type == DType::u64;
}
constexpr bool is_integer(DType type) noexcept { return is_signed(type) || is_unsigned(type); }

/// The type in which two arrays meet: NumPy's table without its 16-bit types (i8 with u8 gives i32).
/// The whole table stands in docs/types.md.
DType promote(DType a, DType b) noexcept;

/// A C++ type that an array can hold.
template <class T>
concept Element = std::same_as<T, bool> || std::same_as<T, std::int8_t> || std::same_as<T, std::int32_t> ||
    std::same_as<T, std::int64_t> || std::same_as<T, std::uint8_t> || std::same_as<T, std::uint32_t> ||
    std::same_as<T, std::uint64_t> || std::same_as<T, float> || std::same_as<T, double>;

/// The element type of a C++ type: `dtype_of<float> == DType::f32`.
template <Element T>
inline constexpr DType dtype_of = std::same_as<T, bool>            ? DType::boolean
                                  : std::same_as<T, std::int8_t>   ? DType::i8
                                  : std::same_as<T, std::int32_t>  ? DType::i32
                                  : std::same_as<T, std::int64_t>  ? DType::i64
                                  : std::same_as<T, std::uint8_t>  ? DType::u8
                                  : std::same_as<T, std::uint32_t> ? DType::u32
                                  : std::same_as<T, std::uint64_t> ? DType::u64
                                  : std::same_as<T, float>         ? DType::f32
                                                                   : DType::f64;

/// Calls `f.template operator()<T>()` with the C++ type of `type`: the bridge from a run-time type to templates.
template <class F>
constexpr decltype(auto) visit(DType type, F&& f) {
  switch (type) {
    case DType::boolean:
      return f.template operator()<bool>();
    case DType::i8:
      return f.template operator()<std::int8_t>();
    case DType::i32:
      return f.template operator()<std::int32_t>();
    case DType::i64:
      return f.template operator()<std::int64_t>();
    case DType::u8:
      return f.template operator()<std::uint8_t>();
    case DType::u32:
      return f.template operator()<std::uint32_t>();
    case DType::u64:
      return f.template operator()<std::uint64_t>();
    case DType::f32:
      return f.template operator()<float>();
    default:
      return f.template operator()<double>();
  }
}

}  // namespace lockstep
