#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <functional>
#include <limits>
#include <memory>
#include <span>

#include "lockstep/particles/particles.hpp"

namespace lockstep {
namespace {

class Hash {
 public:
  Hash() : state_(XXH3_createState(), &XXH3_freeState) {
    if (!state_) throw std::bad_alloc();
    XXH3_128bits_reset(state_.get());
  }

  void text(std::string_view text) { XXH3_128bits_update(state_.get(), text.data(), text.size()); }
  void number(std::uint64_t value) { words<std::uint64_t>(std::span<const std::uint64_t>(&value, 1), std::identity()); }

  /// The values that `bits` makes of `from`, in little-endian order.
  template <std::unsigned_integral Word, class From, class Bits>
  void words(std::span<const From> from, Bits bits) {
    std::array<unsigned char, 4096> block;
    constexpr std::size_t kPerBlock = block.size() / sizeof(Word);
    for (; !from.empty(); from = from.subspan(std::min(kPerBlock, from.size()))) {
      unsigned char* at = block.data();
      for (const From& value : from.first(std::min(kPerBlock, from.size())))
        for (Word word = bits(value), i = 0; i < sizeof(Word); ++i) *at++ = static_cast<unsigned char>(word >> (8 * i));
      XXH3_128bits_update(state_.get(), block.data(), static_cast<std::size_t>(at - block.data()));
    }
  }

  std::string digits() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
  }

 private:
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state_;
};

template <std::floating_point T>
auto canonical_bits(double value) {
  using Word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  const T rounded = std::isnan(value) ? std::numeric_limits<T>::quiet_NaN() : static_cast<T>(value);
  return std::bit_cast<Word>(rounded);
}

void hash_column(Hash& hash, const std::vector<double>& column, DType type) {
  const std::span<const double> values(column);
  if (type == DType::f32)
    hash.words<std::uint32_t>(values, canonical_bits<float>);
  else
    hash.words<std::uint64_t>(values, canonical_bits<double>);
}

NpyField number_field(std::string name, const std::vector<double>& column, DType type) {
  if (type == DType::f64) return make_field(std::move(name), column);
  return make_field(std::move(name), std::vector<float>(column.begin(), column.end()));
}

}  // namespace

std::string state_hash(const State& state) {
  const Particles& p = state.particles;
  Hash hash;
  hash.text("lockstep-state-1\n");
  hash.text(state.dynamics);
  hash.text("\n");
  hash.text(to_string(state.precision));
  hash.text("\n");
  hash.number(static_cast<std::uint64_t>(state.step));
  hash.number(p.size());
  hash.words<std::uint64_t>(std::span<const std::int64_t>(p.id),
                            [](std::int64_t id) { return static_cast<std::uint64_t>(id); });
  for (const auto* column : {&p.x, &p.y, &p.vx, &p.vy, &p.w}) hash_column(hash, *column, state.precision);
  return hash.digits();
}

Npy final_table(const State& state) {
  const Particles& p = state.particles;
  Npy table{Shape{p.size()}, {}, true};
  table.fields.push_back(make_field("id", p.id));
  table.fields.push_back(number_field("x", p.x, state.precision));
  table.fields.push_back(number_field("y", p.y, state.precision));
  table.fields.push_back(number_field("vx", p.vx, state.precision));
  table.fields.push_back(number_field("vy", p.vy, state.precision));
  return table;
}

}  // namespace lockstep
