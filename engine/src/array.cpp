#include "lockstep/array.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "device_impl.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

/// First and last place in memory that an array's elements take, in bytes. Only for arrays with elements.
std::pair<std::int64_t, std::int64_t> byte_range(const Array& a) {
  std::int64_t low = a.offset();
  std::int64_t high = a.offset();
  for (int d = 0; d < a.rank(); ++d) {
    const std::int64_t span = a.strides()[static_cast<std::size_t>(d)] * (static_cast<std::int64_t>(a.shape()[d]) - 1);
    (span < 0 ? low : high) += span;
  }
  const auto size = static_cast<std::int64_t>(size_of(a.dtype()));
  return {low * size, high * size + size - 1};
}

/// Start, extent and step of a Python slice over `extent` elements.
struct Range {
  std::int64_t start = 0;
  std::uint64_t extent = 0;
};
Range resolve(const Slice& s, std::uint64_t extent) {
  require(s.step != 0, Code::bad_argument, "a slice has step 0");
  const auto n = static_cast<std::int64_t>(extent);
  const std::int64_t low = s.step > 0 ? 0 : -1;
  const std::int64_t high = s.step > 0 ? n : n - 1;
  const auto place = [&](std::int64_t i) { return std::clamp(i < 0 ? i + n : i, low, high); };
  const std::int64_t start = s.start == Slice::kOpen ? (s.step > 0 ? low : high) : place(s.start);
  const std::int64_t stop = s.stop == Slice::kOpen ? (s.step > 0 ? high : low) : place(s.stop);
  const std::int64_t distance = s.step > 0 ? stop - start : start - stop;
  if (distance <= 0) return {0, 0};
  const std::uint64_t step = s.step > 0 ? static_cast<std::uint64_t>(s.step) : 0 - static_cast<std::uint64_t>(s.step);
  return {start, (static_cast<std::uint64_t>(distance) - 1) / step + 1};
}

/// Strides under which the same memory has another shape, if there are any. Walks both shapes from the front, and
/// pairs runs of axes with equal products; within a run the old axes must lie one in another.
std::optional<Strides> strides_for(const Array& a, const Shape& shape) {
  if (a.size() == 0) return row_major(shape);
  std::vector<std::pair<std::uint64_t, std::int64_t>> old;
  for (int d = 0; d < a.rank(); ++d)
    if (a.shape()[d] != 1) old.emplace_back(a.shape()[d], a.strides()[static_cast<std::size_t>(d)]);
  Strides strides{};
  int to = 0;
  for (std::size_t from = 0; from < old.size();) {
    std::size_t from_end = from + 1;
    int to_end = to;
    std::uint64_t old_product = old[from].first;
    std::uint64_t product = 1;
    while (product != old_product) {
      if (product < old_product)
        product *= shape[to_end++];
      else
        old_product *= old[from_end++].first;
    }
    for (std::size_t i = from; i + 1 < from_end; ++i)
      if (old[i].second != old[i + 1].second * static_cast<std::int64_t>(old[i + 1].first)) return std::nullopt;
    std::int64_t step = old[from_end - 1].second;
    for (int d = to_end - 1; d >= to; --d) {
      strides[static_cast<std::size_t>(d)] = step;
      step *= static_cast<std::int64_t>(shape[d]);
    }
    from = from_end;
    to = to_end;
  }
  return strides;
}

}  // namespace

Device Array::device() const {
  require(valid(), Code::bad_argument, "an Array that holds no array has no device");
  return Device(storage_->device());
}

bool Array::is_contiguous() const noexcept {
  if (size() == 0) return true;
  std::int64_t step = 1;
  for (int d = rank() - 1; d >= 0; --d) {
    if (shape_[d] == 1) continue;
    if (strides_[static_cast<std::size_t>(d)] != step) return false;
    step *= static_cast<std::int64_t>(shape_[d]);
  }
  return true;
}

bool Array::may_overlap(const Array& other) const noexcept {
  if (storage_ != other.storage_ || !storage_ || size() == 0 || other.size() == 0) return false;
  const auto [low, high] = byte_range(*this);
  const auto [other_low, other_high] = byte_range(other);
  return low <= other_high && other_low <= high;
}

Array Array::slice(std::span<const Slice> slices) const {
  require(slices.size() <= static_cast<std::size_t>(rank()), Code::bad_shape, "{} slices for an array of {} axes",
          slices.size(), rank());
  std::vector<std::uint64_t> extents(shape_.extents().begin(), shape_.extents().end());
  Strides strides = strides_;
  std::int64_t offset = offset_;
  for (std::size_t d = 0; d < slices.size(); ++d) {
    const Range range = resolve(slices[d], extents[d]);
    offset += range.start * strides[d];
    extents[d] = range.extent;
    strides[d] = range.extent > 1 ? strides[d] * slices[d].step : strides[d];
  }
  return Array(storage_, dtype_, Shape(extents), strides, offset);
}

Array Array::at(std::int64_t index, int axis) const {
  const auto d = static_cast<std::size_t>(normalize_axis(axis, rank()));
  const auto n = static_cast<std::int64_t>(shape_[static_cast<int>(d)]);
  require(index >= -n && index < n, Code::bad_argument, "index {} is out of range for axis {} with {} elements", index,
          d, n);
  std::vector<std::uint64_t> extents(shape_.extents().begin(), shape_.extents().end());
  extents.erase(extents.begin() + static_cast<std::ptrdiff_t>(d));
  Strides strides = strides_;
  std::copy(strides_.begin() + static_cast<std::ptrdiff_t>(d) + 1, strides_.end(),
            strides.begin() + static_cast<std::ptrdiff_t>(d));
  return Array(storage_, dtype_, Shape(extents), strides, offset_ + (index < 0 ? index + n : index) * strides_[d]);
}

Array Array::transpose(std::span<const int> axes) const {
  std::vector<int> order(axes.begin(), axes.end());
  if (order.empty()) {
    order.resize(static_cast<std::size_t>(rank()));
    std::iota(order.rbegin(), order.rend(), 0);
  }
  require(static_cast<int>(order.size()) == rank(), Code::bad_shape, "transpose names {} axes of an array of {}",
          order.size(), rank());
  std::vector<std::uint64_t> extents;
  Strides strides{};
  std::array<bool, kMaxRank> seen{};
  for (std::size_t d = 0; d < order.size(); ++d) {
    const auto from = static_cast<std::size_t>(normalize_axis(order[d], rank()));
    require(!std::exchange(seen[from], true), Code::bad_shape, "transpose names axis {} twice", order[d]);
    extents.push_back(shape_[static_cast<int>(from)]);
    strides[d] = strides_[from];
  }
  return Array(storage_, dtype_, Shape(extents), strides, offset_);
}

Array Array::reshape(const Shape& shape) const {
  require(shape.size() == size(), Code::bad_shape, "an array of shape {} has {} elements, not the {} of shape {}",
          shape_, size(), shape.size(), shape);
  const std::optional<Strides> strides = strides_for(*this, shape);
  return strides ? Array(storage_, dtype_, shape, *strides, offset_) : copy().reshape(shape);
}

Array Array::broadcast_to(const Shape& shape) const {
  require(broadcast(shape_, shape) == shape, Code::bad_shape, "shape {} does not broadcast to {}", shape_, shape);
  Strides strides{};
  const int shift = shape.rank() - rank();
  for (int d = 0; d < rank(); ++d)
    strides[static_cast<std::size_t>(d + shift)] = shape_[d] == 1 ? 0 : strides_[static_cast<std::size_t>(d)];
  return Array(storage_, dtype_, shape, strides, offset_);
}

Array Array::copy() const { return device().evaluate(Expr(*this)); }

Array Array::contiguous() const { return is_contiguous() ? *this : copy(); }

void Array::check_host(DType type, std::size_t count) const {
  require(valid(), Code::bad_argument, "an Array that holds no array has no elements");
  require(type == dtype_, Code::bad_type, "the array's elements are {}, not {}\nCast them, or use the matching type.",
          to_string(dtype_), to_string(type));
  require(count == size(), Code::bad_shape, "the array has {} elements (shape {}), not {}", size(), shape_, count);
}

void Array::read_bytes(void* to) const {
  require(valid(), Code::bad_argument, "an Array that holds no array has no elements");
  if (size() == 0) return;
  Device::Impl& device = *storage_->device();
  device.read(*device.queue, contiguous(), to).wait();
}

void Array::read_pinned(const HostMemory& to) const {
  if (size() == 0) return;
  Device::Impl& device = *storage_->device();
  device.read(*device.queue, contiguous(), to);
}

void Array::write_pinned(const HostMemory& from) const {
  if (size() == 0) return;
  Device::Impl& device = *storage_->device();
  const Array to = is_contiguous() ? *this : this->device().empty(shape_, dtype_);
  device.write(*device.queue, to, from);
  if (!is_contiguous()) this->device().assign(*this, to);
}

void Array::write_bytes(const void* from) const {
  require(valid(), Code::bad_argument, "an Array that holds no array has no elements");
  if (size() == 0) return;
  if (!is_contiguous()) {
    device().assign(*this, device().array_from_bytes(from, size(), dtype_, shape_));
    return;
  }
  Device::Impl& device = *storage_->device();
  device.write(*device.queue, *this, from);
}

}  // namespace lockstep
