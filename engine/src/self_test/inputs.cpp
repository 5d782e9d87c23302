#include "self_test/inputs.hpp"

#include <array>
#include <cstring>

#include "lockstep/random.hpp"

namespace lockstep::self {
namespace {

// In bits: zeros, infinities, NaN, the least and greatest subnormals and normals, 1, -1, 0.5, 1.5, 2.5, epsilon, pi/2.
constexpr std::array<std::uint32_t, 18> kSpecialF32 = {
    0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0x00000001, 0x80000001, 0x007fffff, 0x00800000,
    0x7f7fffff, 0xff7fffff, 0x3f800000, 0xbf800000, 0x3f000000, 0x3fc00000, 0x40200000, 0x34000000, 0x3fc90fdb};
constexpr std::array<std::uint64_t, 18> kSpecialF64 = {
    0x0000000000000000, 0x8000000000000000, 0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000,
    0x0000000000000001, 0x8000000000000001, 0x000fffffffffffff, 0x0010000000000000, 0x7fefffffffffffff,
    0xffefffffffffffff, 0x3ff0000000000000, 0xbff0000000000000, 0x3fe0000000000000, 0x3ff8000000000000,
    0x4004000000000000, 0x3cb0000000000000, 0x3ff921fb54442d18};

struct Word {
  std::uint64_t kind, bits;
};
Word word(std::uint64_t i, std::uint32_t which) {
  const auto block = RandomStream(20261120, which).block(i, 0, 0);
  return {block[0], std::uint64_t{block[2]} << 32 | block[3]};
}

/// A float of the sign and fraction of `bits` with a binary exponent from -range to range-1.
std::uint64_t moderate(DType type, std::uint64_t bits, std::uint64_t range) {
  const std::uint64_t up = (bits >> 54) % (2 * range);
  if (type == DType::f32) return (bits >> 63) << 31 | (127 - range + up) << 23 | (bits & 0x7fffff);
  return (bits >> 63) << 63 | (1023 - range + up) << 52 | (bits & 0xfffffffffffff);
}

/// A whole number from -20 to 20 as a float: its bits.
std::uint64_t small_float(DType type, std::uint64_t bits) {
  const auto whole = static_cast<int>(bits % 41) - 20;
  std::uint64_t out = 0;
  if (type == DType::f32) {
    const auto value = static_cast<float>(whole);
    std::memcpy(&out, &value, sizeof value);
  } else {
    const auto value = static_cast<double>(whole);
    std::memcpy(&out, &value, sizeof value);
  }
  return out;
}

std::uint64_t float_bits(DType type, const Word& w) {
  const std::uint64_t mask = type == DType::f32 ? 0xffffffffu : ~std::uint64_t{0};
  switch (w.kind % 16) {
    case 0:
    case 1:
    case 2:
    case 3:
      return type == DType::f32 ? kSpecialF32[w.bits % 18] : kSpecialF64[w.bits % 18];
    case 4:
    case 5:
      return w.bits & mask;
    case 6:
    case 7:
      return small_float(type, w.bits);
    default:
      return moderate(type, w.bits, w.kind % 16 < 12 ? 3 : 40);
  }
}

std::uint64_t integer_bits(DType type, const Word& w) {
  const unsigned width = static_cast<unsigned>(8 * size_of(type));
  const std::uint64_t mask = ~std::uint64_t{0} >> (64 - width), top = std::uint64_t{1} << (width - 1);
  const std::array<std::uint64_t, 8> special = {0, 1, mask, top, top - 1, top + 1, 2, 7};
  if (type == DType::boolean) return w.bits & 1;
  if (w.kind % 16 < 4) return special[w.bits % 8] & mask;
  if (w.kind % 16 < 8) return (is_signed(type) ? w.bits % 41 - 20 : w.bits % 41) & mask;
  return w.bits & mask;
}

}  // namespace

std::vector<std::uint64_t> inputs(DType type, std::uint32_t which) {
  std::vector<std::uint64_t> bits(kElements);
  for (std::uint64_t i = 0; i < kElements; ++i) {
    const Word w = word(i, which);
    bits[i] = is_floating(type) ? float_bits(type, w) : integer_bits(type, w);
  }
  return bits;
}

std::vector<std::uint64_t> finite_inputs(DType type) {
  if (!is_floating(type)) return inputs(type, 0);
  std::vector<std::uint64_t> bits(kElements);
  for (std::uint64_t i = 0; i < kElements; ++i) bits[i] = moderate(type, word(i, 7).bits, 2);
  return bits;
}

Array upload(const Device& device, DType type, const std::vector<std::uint64_t>& bits) {
  const std::size_t width = size_of(type);
  std::vector<std::byte> bytes(bits.size() * width);
  for (std::size_t i = 0; i < bits.size(); ++i) std::memcpy(bytes.data() + i * width, &bits[i], width);
  return device.array_from_bytes(bytes.data(), bits.size(), type, Shape{bits.size()});
}

}  // namespace lockstep::self
