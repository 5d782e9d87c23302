#include "algorithms/forms.hpp"

#include <cstring>
#include <limits>

namespace lockstep::algorithms {

Form arithmetic_form(ScanOp op, DType type) {
  const std::int64_t empty = op == ScanOp::prod;
  if (is_floating(type)) return {op, type, type, 0, empty};
  return {op, is_unsigned(type) ? DType::u64 : DType::i64, DType::u64, 0, empty};
}

Form extreme_form(bool smallest, DType type) {
  const auto empty = visit(type, [&]<Element T>() {
    using L = std::numeric_limits<T>;
    T value = smallest ? L::max() : L::lowest();
    if constexpr (L::has_infinity) value = smallest ? L::infinity() : -L::infinity();
    std::int64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    return bits;
  });
  return {ScanOp::smallest, type, unsigned_type(type),
          static_cast<std::uint32_t>(bit_order(type)) | (smallest ? 0 : kScanMirrored), empty};
}

}  // namespace lockstep::algorithms
