#include "algorithms/radix_sort.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "algorithms/library.hpp"
#include "algorithms/rows.hpp"
#include "radix/radix.hpp"
#include "require.hpp"

namespace lockstep::algorithms {
namespace {

/// Elements of a tile: a multiple of what the kernel asks for. A GPU needs many tiles at once; a thread works best on
/// large ones, as each has 256 counters to write and read, and takes four at a time.
std::uint64_t tile_of(const DeviceInfo& device, std::uint64_t length) {
  constexpr std::uint64_t kTilesOfGpu = 1024, kTilesOfThread = 16, kPartsOfThread = 8;
  const std::uint64_t most = device.is_gpu ? kTilesOfGpu : kTilesOfThread * static_cast<std::uint64_t>(device.units);
  const std::uint64_t parts = (length + kRadixTile - 1) / kRadixTile;
  return std::max((parts + most - 1) / most, device.is_gpu ? 1 : kPartsOfThread) * kRadixTile;
}

class Passes {
 public:
  Passes(const Array& keys, const RadixOrder& how)
      : how_(how),
        device_(keys.device()),
        kernel_(radix_kernel(keys.dtype())),
        length_(keys.size()),
        tile_(tile_of(device_.info(), length_)),
        tiles_((length_ + tile_ - 1) / tile_),
        counts_(device_.empty({kRadixDigits * (tiles_ + 1)}, DType::u32)),
        keys_(keys),
        next_keys_(device_.empty(keys.shape(), keys.dtype())),
        places_(places(how)),
        next_places_(places(how)) {}

  void run(int shift, std::uint64_t row) {
    // The first pass reads the caller's keys, which stay as they are: its output is the first of two buffers in turn.
    const RadixPlaces carried = !how_.places ? RadixPlaces::none : first_ ? RadixPlaces::positions : RadixPlaces::read;
    for (const RadixPhase phase : {RadixPhase::count, RadixPhase::offsets, RadixPhase::move})
      launch_tiles(device_, kernel_,
                   {keys_, next_keys_, places_, next_places_, counts_, whole(length_), whole(tile_), whole(phase),
                    whole(how_.order), whole(shift), whole(carried), whole(row)},
                   phase == RadixPhase::offsets ? kRadixDigits : tiles_);
    std::swap(keys_, next_keys_);
    std::swap(places_, next_places_);
    if (std::exchange(first_, false)) next_keys_ = device_.empty(keys_.shape(), keys_.dtype());
  }

  RadixSorted result() const { return {keys_, how_.places ? places_ : Array()}; }

 private:
  Array places(const RadixOrder& how) const { return device_.empty({how.places ? length_ : 1}, DType::u32); }

  RadixOrder how_;
  Device device_;
  const NativeKernel& kernel_;
  std::uint64_t length_, tile_, tiles_;
  Array counts_, keys_, next_keys_, places_, next_places_;
  bool first_ = true;
};

/// The type of keys of this width in this order.
DType element_of(DType key, BitOrder order) {
  const bool wide = size_of(key) == 8;
  if (size_of(key) == 1 || order == BitOrder::as_unsigned) return key;
  if (order == BitOrder::as_signed) return wide ? DType::i64 : DType::i32;
  return wide ? DType::f64 : DType::f32;
}

RadixSorted sort_by_library(const Kernel& kernel, LibrarySort what, const Array& keys, const RadixOrder& how,
                            int bits) {
  const Device device = keys.device();
  const DType element = element_of(keys.dtype(), how.order);
  const RadixSorted out{device.empty(keys.shape(), keys.dtype()),
                        what == LibrarySort::keys ? Array() : device.empty({keys.size()}, DType::u32)};
  std::vector<Argument> arguments = {reinterpret(keys, element), reinterpret(out.keys, element), whole(bits)};
  if (what != LibrarySort::keys) arguments.emplace_back(out.places);
  if (what == LibrarySort::rows) arguments.emplace_back(whole(how.row));
  launch_library(device, kernel, std::move(arguments), keys.size());
  return {out.keys, how.places ? out.places : Array()};
}

}  // namespace

void check_sortable(std::uint64_t keys) {
  require(keys >> 32 == 0, Code::bad_shape, "a sort takes less than 2^32 elements, got {}", keys);
}

bool has_library_sort(const Device& device, DType element) {
  return from_library(device, library_sort(LibrarySort::keys, element)).has_value();
}

RadixSorted radix_sort(const Array& keys, const RadixOrder& how) {
  check_sortable(keys.size());
  if (keys.size() == 0) return {keys, how.places ? keys.device().empty({0}, DType::u32) : Array()};
  // At least one: the result must be a copy, with places.
  const int bits = std::max(1, std::min(how.bits, static_cast<int>(8 * size_of(keys.dtype()))));
  const std::uint64_t rows = how.row ? keys.size() / how.row : 1;
  const LibrarySort what = rows > 1 ? LibrarySort::rows : how.places ? LibrarySort::places : LibrarySort::keys;
  if (const auto kernel = from_library(keys.device(), library_sort(what, element_of(keys.dtype(), how.order))))
    return sort_by_library(*kernel, what, keys, how, bits);
  Passes passes(keys, how);
  for (int shift = 0; shift < bits; shift += 8) passes.run(shift, 0);
  for (int shift = 0; (rows - 1) >> shift; shift += 8) passes.run(shift, how.row);
  return passes.result();
}

}  // namespace lockstep::algorithms
