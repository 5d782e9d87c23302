#include "fold_writer.hpp"

#include <cstring>
#include <limits>
#include <type_traits>

namespace lockstep::cpu::jit {
namespace {

template <class T>
T identity(Fold fold) {
  using Limits = std::numeric_limits<T>;
  constexpr bool kFloat = std::is_floating_point_v<T>;
  switch (fold) {
    case Fold::sum:
      return kFloat ? T(-0.0) : T(0);
    case Fold::prod:
      return T(1);
    case Fold::min:
    case Fold::argmin:
      return kFloat ? Limits::infinity() : Limits::max();
    case Fold::max:
    case Fold::argmax:
      return kFloat ? -Limits::infinity() : Limits::lowest();
    case Fold::all:
      return T(1);
    case Fold::band:
      if constexpr (std::is_same_v<T, bool>)
        return true;
      else
        return static_cast<T>(-1);
    default:
      return T(0);
  }
}

}  // namespace

std::uint64_t fold_identity(Fold fold, DType type) {
  return visit(type, [fold]<class T>() {
    const T value = identity<T>(fold);
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    return bits;
  });
}

asmjit::InstId fold_instruction(const FoldInstructions& row, DType type) {
  switch (type) {
    case DType::f32:
      return row.f32;
    case DType::f64:
      return row.f64;
    case DType::i64:
      return row.i64;
    case DType::u64:
      return row.u64;
    case DType::u32:
    case DType::u8:
      return row.u32;
    default:
      return row.i32;
  }
}

}  // namespace lockstep::cpu::jit
