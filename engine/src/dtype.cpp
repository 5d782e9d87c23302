#include "lockstep/dtype.hpp"

#include <algorithm>
#include <array>

namespace lockstep {
namespace {

struct Names {
  std::string_view own;
  std::string_view numpy;
};
constexpr std::array<Names, kDTypeCount> kNames{{{"bool", "bool"},
                                                 {"i8", "int8"},
                                                 {"i32", "int32"},
                                                 {"i64", "int64"},
                                                 {"u8", "uint8"},
                                                 {"u32", "uint32"},
                                                 {"u64", "uint64"},
                                                 {"f32", "float32"},
                                                 {"f64", "float64"}}};
constexpr std::array<DType, kDTypeCount> kAll{DType::boolean, DType::i8,  DType::i32, DType::i64, DType::u8,
                                              DType::u32,     DType::u64, DType::f32, DType::f64};

DType signed_of_size(std::uint64_t bytes) { return bytes <= 1 ? DType::i8 : bytes <= 4 ? DType::i32 : DType::i64; }

}  // namespace

std::span<const DType> all_dtypes() noexcept { return kAll; }

std::string_view to_string(DType type) noexcept { return kNames[static_cast<std::size_t>(type)].own; }

std::optional<DType> dtype_from_string(std::string_view name) noexcept {
  for (DType type : kAll) {
    const Names& names = kNames[static_cast<std::size_t>(type)];
    if (name == names.own || name == names.numpy) return type;
  }
  return std::nullopt;
}

DType promote(DType a, DType b) noexcept {
  if (a == b) return a;
  if (a > b) std::swap(a, b);
  if (a == DType::boolean) return b;
  if (b == DType::f64) return b;
  if (b == DType::f32) return size_of(a) == 1 ? DType::f32 : DType::f64;
  if (is_signed(a) == is_signed(b)) return size_of(a) > size_of(b) ? a : b;
  // a is signed, b unsigned: the next larger signed type that holds both; NumPy has none for u64 and takes f64.
  if (size_of(a) > size_of(b)) return a;
  if (b == DType::u64) return DType::f64;
  return signed_of_size(size_of(b) * 2);
}

}  // namespace lockstep
