#pragma once

// What a backend implements. Public calls check their arguments once, for all backends; the do_* hooks below only
// compute. A new backend is a class of each kind here and a row in backends/backends.cpp.

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lockstep/native_kernel.hpp"
#include "lockstep/program.hpp"
#include "lockstep/shape.hpp"

namespace lockstep {

/// What is known of a device without opening it.
struct DeviceInfo {
  std::string name;          ///< the name that opens it: "cpu:4", "opencl:0", "cuda:1"
  std::string kind;          ///< "cpu", "opencl", "cuda"
  std::string description;   ///< the maker's name of the hardware
  std::uint64_t memory = 0;  ///< bytes that the device can address
  bool is_gpu = false;
  bool has_f64 = true;
  int units = 1;  ///< threads, compute units or multiprocessors
  /// Further facts to show, in order: driver, versions, limits, instruction set.
  std::vector<std::pair<std::string, std::string>> properties;
};

/// How to open a device.
struct DeviceOptions {
  /// Bytes that the device's arrays may take together; 0 is no limit but the device's memory.
  std::uint64_t memory_budget = 0;
};

/// Device memory. The destructor frees it and never throws.
class Buffer {
 public:
  explicit Buffer(std::uint64_t bytes) : bytes_(bytes) {}
  virtual ~Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  std::uint64_t bytes_;
};

/// What a backend made of a Program or of a NativeKernel.
class Executable {
 public:
  Executable() = default;
  virtual ~Executable() = default;
  Executable(const Executable&) = delete;
  Executable& operator=(const Executable&) = delete;

  /// The text given to the device's compiler, or a listing; empty if there is none.
  virtual std::string source() const { return {}; }
};

/// An array operand, an index operand (no buffer) or an output of a pass, laid over the pass's dimensions.
/// The element at coordinates c is `offset + sum(c[d] * strides[d])`, in elements; for an index operand that
/// number itself is the value.
struct Operand {
  Buffer* buffer = nullptr;
  std::int64_t offset = 0;
  Strides strides{};
};

/// One run of a compiled program over an iteration space.
/// Dimensions 0 .. outer_rank-1 are kept by the folds, the rest are folded, in row-major order; adjacent dimensions
/// that every operand walks alike are already merged. Without folds `outer_rank` is 0. No extent is 0.
/// Outputs that are stored use the strides of all dimensions, folded ones those of the outer dimensions only.
/// An output may be the very elements of an input (same buffer, offset, strides), never other elements of its buffer.
struct Pass {
  int rank = 0;
  int outer_rank = 0;
  std::array<std::uint64_t, kMaxRank> extents{};
  std::span<const Operand> arrays;
  std::span<const Operand> indices;
  std::span<const Operand> outputs;
  std::span<const std::uint64_t> scalars;  ///< the bits of each parameter, in the low bytes

  std::uint64_t outer() const noexcept { return product(0, outer_rank); }
  std::uint64_t inner() const noexcept { return product(outer_rank, rank); }

 private:
  std::uint64_t product(int from, int to) const noexcept {
    std::uint64_t n = 1;
    for (int d = from; d < to; ++d) n *= extents[static_cast<std::size_t>(d)];
    return n;
  }
};

/// An argument of a native kernel: a buffer with a byte offset, or a scalar's bits.
struct NativeArgument {
  Buffer* buffer = nullptr;
  std::uint64_t offset = 0;
  std::uint64_t bits = 0;
};

/// An open device. The engine serialises the calls of one device: hooks need not be thread safe.
/// Work is queued in order; only `do_read` and `do_wait` must wait for it.
class BackendDevice {
 public:
  virtual ~BackendDevice() = default;

  virtual const DeviceInfo& do_info() const = 0;
  /// `bytes` is at least 1. Throws `out_of_memory`; the engine frees its cache and asks once more.
  virtual std::unique_ptr<Buffer> do_allocate(std::uint64_t bytes) = 0;
  virtual void do_write(Buffer& to, std::uint64_t offset, const void* from, std::uint64_t bytes) = 0;
  virtual void do_read(const Buffer& from, std::uint64_t offset, void* to, std::uint64_t bytes) = 0;
  virtual void do_copy(const Buffer& from, std::uint64_t from_offset, Buffer& to, std::uint64_t to_offset,
                       std::uint64_t bytes) = 0;
  virtual std::unique_ptr<Executable> do_compile(const Program& program) = 0;
  virtual void do_run(const Executable& executable, const Pass& pass) = 0;
  /// Throws `unsupported` if the kernel has no source for this kind of device.
  virtual std::unique_ptr<Executable> do_build(const NativeKernel& kernel) = 0;
  virtual void do_launch(const Executable& executable, std::span<const NativeArgument> arguments, std::uint64_t n) = 0;
  virtual void do_wait() = 0;
};

/// What a kind of device offers on this machine.
struct Listing {
  std::vector<DeviceInfo> devices;
  std::vector<std::string> problems;  ///< why there are no (more) devices, one sentence each; empty if all is well
};

/// A kind of device.
class Backend {
 public:
  virtual ~Backend() = default;

  /// "cpu", "opencl" or "cuda": the first part of its devices' names.
  virtual std::string_view do_kind() const = 0;
  /// Never throws for a missing driver: that is a problem in the listing.
  virtual Listing do_list() = 0;
  /// `number` is what followed the colon: the device's index, or the threads of the CPU; -1 if nothing did.
  virtual std::unique_ptr<BackendDevice> do_open(int number, const DeviceOptions& options) = 0;
};

}  // namespace lockstep
