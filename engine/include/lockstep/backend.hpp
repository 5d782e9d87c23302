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

class BackendQueue;

/// Device memory. The destructor frees it, once work that is queued on it is done, and never throws.
class Buffer {
 public:
  explicit Buffer(std::uint64_t bytes) : bytes_(bytes) {}
  virtual ~Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  friend class QueueOrder;
  std::uint64_t bytes_;
  // Which queues used the memory since they were last ordered: the engine's business, see engine/src/queue_order.hpp.
  const BackendQueue* writer_ = nullptr;
  std::vector<const BackendQueue*> readers_;
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
  /// Bytes of scratch memory that a launch of `n` elements is to be given: those of NativeKernel::library need some.
  virtual std::uint64_t workspace(std::uint64_t /*n*/) const { return 0; }
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

/// A point in the work of a queue. Unlike the other hooks these may be called from any thread at any time.
class BackendEvent {
 public:
  virtual ~BackendEvent() = default;

  /// True once all work queued before the event is done.
  virtual bool do_is_done() const = 0;
  /// Blocks until then. Throws what went wrong in that work.
  virtual void do_wait() const = 0;
  /// When that was, in seconds on a clock that all events of the device share. The event is done.
  virtual double do_seconds() const = 0;
};

/// Work that a device does in order. No hook waits for the device; what goes wrong later is thrown by an event's wait
/// or by a later hook.
class BackendQueue {
 public:
  virtual ~BackendQueue() = default;

  /// `from` has been read when this returns.
  virtual void do_write(Buffer& to, std::uint64_t offset, const void* from, std::uint64_t bytes) = 0;
  /// `to` is filled when an event recorded after this is done.
  virtual void do_read(const Buffer& from, std::uint64_t offset, void* to, std::uint64_t bytes) = 0;
  virtual void do_copy(const Buffer& from, std::uint64_t from_offset, Buffer& to, std::uint64_t to_offset,
                       std::uint64_t bytes) = 0;
  virtual void do_run(const Executable& executable, const Pass& pass) = 0;
  virtual void do_launch(const Executable& executable, std::span<const NativeArgument> arguments, std::uint64_t n) = 0;
  virtual std::unique_ptr<BackendEvent> do_record() = 0;
  /// What is queued from here on begins after `event`, which belongs to another queue of the same device.
  virtual void do_wait_for(const BackendEvent& event) = 0;
};

/// An open device. The engine serialises all hooks of one device and its queues, except events and `do_allocate`, which
/// may be called while another hook runs.
class BackendDevice {
 public:
  virtual ~BackendDevice() = default;

  virtual const DeviceInfo& do_info() const = 0;
  /// `bytes` is at least 1. Throws `out_of_memory`; the engine frees its cache and asks once more.
  virtual std::unique_ptr<Buffer> do_allocate(std::uint64_t bytes) = 0;
  virtual std::unique_ptr<Executable> do_compile(const Program& program) = 0;
  /// Throws `unsupported` if the kernel has no source for this kind of device, and names nothing of its library.
  virtual std::unique_ptr<Executable> do_build(const NativeKernel& kernel) = 0;
  /// The device outlives its queues; the engine has waited for a queue's work before it goes.
  virtual std::unique_ptr<BackendQueue> do_make_queue() = 0;
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
