#pragma once

#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include "lockstep/dtype.hpp"
#include "lockstep/error.hpp"
#include "lockstep/pinned_array.hpp"
#include "lockstep/shape.hpp"

namespace lockstep {

class Device;
class Storage;

/// A dense or strided array in the memory of one device. Copies share the elements, as in NumPy;
/// `copy()` makes new ones. The memory goes back to the device's pool with the last array that uses it.
class Array {
 public:
  /// No array; only assigning to it and `valid()` are allowed.
  Array() = default;

  bool valid() const noexcept { return storage_ != nullptr; }
  DType dtype() const noexcept { return dtype_; }
  const Shape& shape() const noexcept { return shape_; }
  int rank() const noexcept { return shape_.rank(); }
  std::uint64_t size() const noexcept { return shape_.size(); }
  std::uint64_t bytes() const noexcept { return size() * size_of(dtype_); }
  Device device() const;
  /// In elements, one for each axis.
  const Strides& strides() const noexcept { return strides_; }
  /// Place of the first element in the memory, in elements.
  std::int64_t offset() const noexcept { return offset_; }
  /// True if the elements lie one after another in row-major order.
  bool is_contiguous() const noexcept;
  /// True if the two share memory, or might.
  bool may_overlap(const Array& other) const noexcept;

  // Views: new arrays over the same elements. They cost nothing and do not block.

  /// The elements that `slices` select, one slice per axis from the first; axes beyond keep all. Python's rules:
  /// negative counts from the end, what lies outside is cut. Throws `bad_shape` for too many slices, `bad_argument` for
  /// step 0.
  Array slice(std::span<const Slice> slices) const;
  Array slice(std::initializer_list<Slice> slices) const { return slice(std::span(slices.begin(), slices.size())); }
  /// The array at `index` along `axis`, with that axis gone. Negative counts from the end. Throws `bad_argument`
  /// outside.
  Array at(std::int64_t index, int axis = 0) const;
  /// The axes in the order `axes`, or reversed if it is empty. Throws `bad_shape` unless each axis is there once.
  Array transpose(std::span<const int> axes = {}) const;
  Array transpose(std::initializer_list<int> axes) const { return transpose(std::span(axes.begin(), axes.size())); }
  /// The same elements in row-major order under another shape of the same size: a view if the strides allow it,
  /// else a view of a copy. Throws `bad_shape` if the sizes differ.
  Array reshape(const Shape& shape) const;
  /// Stretched to `shape` by NumPy's broadcasting rule, without copying. Throws `bad_shape` if it does not fit.
  Array broadcast_to(const Shape& shape) const;

  /// A new contiguous array with the same elements. Queued, does not block.
  Array copy() const;
  /// This array if it is contiguous, else a copy.
  Array contiguous() const;

  // Transfers.

  /// All elements in row-major order. Blocks until the device has computed them. Throws `bad_type` for another type.
  template <Element T>
  std::vector<T> to_host() const {
    static_assert(!std::same_as<T, bool>, "std::vector<bool> has no elements to copy to: use to_host(span<bool>)");
    std::vector<T> values(static_cast<std::size_t>(size()));
    to_host(std::span<T>(values));
    return values;
  }
  template <Element T>
  void to_host(std::span<T> to) const {
    check_host(dtype_of<T>, to.size());
    read_bytes(to.data());
  }
  /// The only element of an array of size 1. Blocks. Throws `bad_shape` for another size, `bad_type` for another type.
  template <Element T>
  T item() const {
    T value{};
    check_host(dtype_of<T>, 1);
    read_bytes(&value);
    return value;
  }
  /// Overwrites all elements from host memory in row-major order. The values are taken before the call returns.
  template <Element T>
  void from_host(std::span<const T> from) const {
    check_host(dtype_of<T>, from.size());
    write_bytes(from.data());
  }
  /// Fills `to` directly, and blocks until that is done. Throws `wrong_device` if it was made for another device.
  template <Element T>
  void to_host(const PinnedArray<T>& to) const {
    check_host(dtype_of<T>, to.size());
    read_pinned(to.memory());
    to.memory().wait();
  }
  /// Overwrites all elements. Queued, does not block: the values are taken when the device comes to it, and
  /// `from.values()` waits for that. Throws as `to_host`.
  template <Element T>
  void from_host(const PinnedArray<T>& from) const {
    check_host(dtype_of<T>, from.size());
    write_pinned(from.memory());
  }
  /// As `to_host` and `from_host`, untyped: `bytes()` bytes. NaNs come out as the one quiet NaN only if canonicalised
  /// by an expression; transfers copy bits.
  void read_bytes(void* to) const;
  void write_bytes(const void* from) const;

  // For the engine and backends' tests.
  Array(std::shared_ptr<Storage> storage, DType dtype, const Shape& shape, const Strides& strides, std::int64_t offset)
      : storage_(std::move(storage)), dtype_(dtype), shape_(shape), strides_(strides), offset_(offset) {}
  const std::shared_ptr<Storage>& storage() const noexcept { return storage_; }

 private:
  void check_host(DType type, std::size_t count) const;
  void read_pinned(const HostMemory& to) const;
  void write_pinned(const HostMemory& from) const;

  std::shared_ptr<Storage> storage_;
  DType dtype_ = DType::f32;
  Shape shape_;
  Strides strides_{};
  std::int64_t offset_ = 0;
};

}  // namespace lockstep
