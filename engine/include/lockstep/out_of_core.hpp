#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "lockstep/device.hpp"
#include "lockstep/expr.hpp"

namespace lockstep {

/// Elements in host memory or in a mapped file, dense and in row-major order: an operand of expressions that
/// `evaluate_chunked` computes, for arrays larger than a device's memory. A handle; it reads and copies nothing itself.
class HostArray {
 public:
  /// Over memory of the caller's, which must stay unchanged until the last expression that uses it is gone. Throws
  /// `bad_shape` if the sizes differ.
  template <Element T>
  HostArray(std::span<const T> values, const Shape& shape)
      : HostArray(values.data(), values.size(), dtype_of<T>, shape) {}
  template <Element T>
  HostArray(const std::vector<T>& values, const Shape& shape) : HostArray(std::span<const T>(values), shape) {}

  /// The elements of a `.npy` file, which is mapped and read as it is needed. Throws as `read_npy`, and `unsupported`
  /// for a file whose elements would have to be converted: structured, in Fortran order or of another byte order.
  static HostArray map_npy(const std::filesystem::path& path);

  DType dtype() const noexcept { return dtype_; }
  const Shape& shape() const noexcept { return shape_; }
  std::uint64_t bytes() const noexcept { return shape_.size() * size_of(dtype_); }
  const std::byte* data() const noexcept { return data_; }

  /// As an operand. Only `evaluate_chunked` evaluates it.
  operator Expr() const;

 private:
  HostArray() = default;
  HostArray(const void* data, std::uint64_t count, DType type, const Shape& shape);

  DType dtype_ = DType::f32;
  Shape shape_;
  const std::byte* data_ = nullptr;
  std::shared_ptr<const void> owner_;  // of a mapping
};

/// Takes the elements of a result in row-major order, a part at a time.
using ElementSink = std::function<void(std::span<const std::byte>)>;

/// A value to compute, and who takes its elements; without a sink it becomes an array on the device.
struct ChunkedValue {
  Expr value;
  ElementSink sink{};
};

struct ChunkOptions {
  /// Bytes of device memory for the parts of operands and results that are there at a time; 0 takes half of what is
  /// free, 512 MiB at most.
  std::uint64_t memory = 0;
};

/// Evaluates expressions and reductions of operands in host memory, part by part, with the bits of an evaluation at
/// once. Parts are runs along the first axis, or of all elements if every operand has the shape of the result; where
/// they are folded, they are aligned runs of units of the tree. Two streams take turns, so that parts are copied while
/// others are computed. Returns an array for each value without a sink, an empty handle for the others. Blocks.
/// Throws `unsupported` where a reduction over the first axis has rows that no run of units consists of (other folded
/// axes whose extents' product is no power of two), as `Device::evaluate`, and what a sink throws.
std::vector<Array> evaluate_chunked(const Device& device, std::span<const ChunkedValue> values,
                                    const ChunkOptions& options = {});

/// Writes a `.npy` file in parts; the name appears when it is complete, or not at all.
class NpyWriter {
 public:
  /// Throws `file`.
  NpyWriter(const std::filesystem::path& path, DType type, const Shape& shape);
  ~NpyWriter();
  NpyWriter(const NpyWriter&) = delete;
  NpyWriter& operator=(const NpyWriter&) = delete;

  /// The next elements in row-major order. Throws `disk` if that is full, `file`, `bad_argument` for more than
  /// the shape holds.
  void write(std::span<const std::byte> elements);
  /// Throws `disk`, `file`, `bad_argument` if elements are missing.
  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
