#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "lockstep/array.hpp"
#include "lockstep/backend.hpp"
#include "lockstep/expr.hpp"
#include "lockstep/pinned_array.hpp"

namespace lockstep {

class TextKernel;
class Stream;

/// A native kernel made ready for one device.
class Kernel {
 public:
  Kernel(Device device, NativeKernel source, std::shared_ptr<const Executable> executable);
  const std::string& name() const noexcept { return source_->name; }
  const std::vector<Parameter>& parameters() const noexcept { return source_->parameters; }
  const std::string& device_name() const noexcept { return device_name_; }

 private:
  friend class Device;
  std::shared_ptr<void> device_;  // keeps it open, longer than the executable
  std::shared_ptr<const NativeKernel> source_;
  std::shared_ptr<const Executable> executable_;
  std::string device_name_;
};

/// An argument of a launch: an array, or a number for a scalar parameter.
using Argument = std::variant<Array, double, std::int64_t>;

/// A value, and the array whose elements it becomes.
struct Assignment {
  Array target;
  Expr value;
};

/// Memory that a device's arrays use, in bytes.
struct MemoryUse {
  std::uint64_t in_use = 0;  ///< held by arrays
  std::uint64_t cached = 0;  ///< free, kept for reuse
  std::uint64_t peak = 0;    ///< most that arrays held at once
  std::uint64_t limit = 0;   ///< the budget, or the device's memory
};

/// What a device has done: for profiles and tests.
struct Counters {
  std::uint64_t passes = 0;    ///< fused kernels run
  std::uint64_t launches = 0;  ///< native kernels run
  std::uint64_t compiled = 0;  ///< programs compiled, not found in the cache
  std::uint64_t bytes_to_device = 0;
  std::uint64_t bytes_to_host = 0;
};

/// A point in the work of a stream. Cheap to copy, safe to use from any thread.
class Event {
 public:
  Event(std::shared_ptr<void> device, std::shared_ptr<const BackendEvent> event)
      : device_(std::move(device)), event_(std::move(event)) {}

  /// True once all that the stream was given before is done.
  bool is_done() const { return event_->do_is_done(); }
  /// Blocks until then. Throws `device` if that work failed.
  void wait() const { event_->do_wait(); }
  /// Seconds on the device between two events of one device. Blocks until both are done.
  double seconds_since(const Event& earlier) const {
    wait();
    earlier.wait();
    return event_->do_seconds() - earlier.event_->do_seconds();
  }

 private:
  friend class Stream;
  std::shared_ptr<void> device_;  // keeps it open, longer than the event
  std::shared_ptr<const BackendEvent> event_;
};

/// Whether a device computes the bits that the engine defines, as its self-test at first use found.
struct BitStatus {
  bool exact = false;
  std::string difference;  ///< the first test that failed; empty if exact
};

/// An open device. A handle: copies are the same device, which closes with the last handle, array or kernel.
/// Safe to use from several threads; the calls of one device run in one order, one after another.
class Device {
 public:
  class Impl;
  explicit Device(std::shared_ptr<Impl> impl);

  const DeviceInfo& info() const noexcept;
  const std::string& name() const noexcept { return info().name; }
  bool operator==(const Device& other) const noexcept { return impl_ == other.impl_; }

  // Arrays. All throw `out_of_memory` with the bytes requested, free and in total, and leave nothing behind.

  /// Elements are whatever the memory held.
  Array empty(const Shape& shape, DType type) const;
  Array zeros(const Shape& shape, DType type) const;
  /// `value` in the type `type`, everywhere. Throws `bad_argument` if an integer type cannot hold it.
  Array full(const Shape& shape, const Expr& value, DType type) const;
  /// A copy of `values` in row-major order; without a shape, one axis. Throws `bad_shape` if the sizes differ.
  template <Element T>
  Array array(std::span<const T> values, const Shape& shape) const {
    return array_from_bytes(values.data(), values.size(), dtype_of<T>, shape);
  }
  template <Element T>
  Array array(std::span<const T> values) const {
    return array(values, Shape{values.size()});
  }
  template <Element T>
  Array array(const std::vector<T>& values) const {
    return array(std::span<const T>(values));
  }
  template <Element T>
  Array array(const std::vector<T>& values, const Shape& shape) const {
    return array(std::span<const T>(values), shape);
  }
  template <Element T>
  Array array(std::initializer_list<T> values) const {
    return array(std::span<const T>(values.begin(), values.size()));
  }
  Array array_from_bytes(const void* data, std::uint64_t count, DType type, const Shape& shape) const;

  /// Memory of the host for `n` elements that copies between it and this device's arrays use directly. It holds
  /// whatever was there. Takes long on GPUs and is taken from all programs of the machine: make few, and keep them.
  /// Not part of the memory budget. Throws `out_of_memory`.
  template <Element T>
  PinnedArray<T> pinned_array(std::uint64_t n) const {
    return {pinned_memory(n, sizeof(T)), static_cast<std::size_t>(n)};
  }

  // Expressions. `evaluate.hpp` has the same as free functions that take the device from the arrays.

  /// Evaluates all of `values` together: expressions and reductions over the same shape run as one fused kernel, in one
  /// pass over memory. Queued, does not block. Throws `wrong_device` for arrays of another device.
  std::vector<Array> evaluate(std::span<const Expr> values) const;
  Array evaluate(const Expr& value) const;
  /// Writes `value`, converted to its type and stretched to its shape, to the elements of `target`. `value` may read
  /// `target`, in any order. Throws `bad_shape`, and `bad_type` where NumPy's same-kind rule forbids the conversion.
  void assign(const Array& target, const Expr& value) const;
  /// Several assignments and evaluations together, fused like those of `evaluate`; returns the values. All read
  /// what the arrays held before. Throws as `assign` and `evaluate`.
  std::vector<Array> run(std::span<const Assignment> assignments, std::span<const Expr> values) const;
  /// The program that `evaluate` would run for each pass, and what the backend made of it, for people.
  std::string show_program(std::span<const Expr> values) const;
  std::string show_source(std::span<const Expr> values) const;

  /// Expressions in the text form, to run with other values each time: `device.kernel("y = a*x + y")({...})`. Needs
  /// lockstep/text.hpp. Throws `bad_text` if the syntax is wrong.
  TextKernel kernel(std::string text) const;

  // Native kernels.

  /// Makes a hand-written kernel ready. Throws `unsupported` if it has no source for this kind of device, `compile`
  /// with the log if the device's compiler refuses it.
  Kernel build(const NativeKernel& kernel) const;
  /// Runs `kernel` on elements 0 .. n-1. Arrays must be contiguous, of the parameter's type, with at least n elements.
  /// Queued, does not block. n = 0 does nothing.
  void launch(const Kernel& kernel, std::span<const Argument> arguments, std::uint64_t n) const;
  void launch(const Kernel& kernel, std::initializer_list<Argument> arguments, std::uint64_t n) const {
    launch(kernel, std::span(arguments.begin(), arguments.size()), n);
  }

  /// Another queue of this device: see Stream.
  Stream make_stream() const;
  /// A point in the work of the device's own stream.
  Event record() const;
  /// Blocks until all work queued so far on the device's own stream is done.
  void wait() const;
  MemoryUse memory() const;
  /// Gives cached memory back to the system.
  void trim() const;
  Counters counters() const;
  /// Runs the self-test at the first call (milliseconds), then remembers.
  const BitStatus& bits() const;

  const std::shared_ptr<Impl>& impl() const noexcept { return impl_; }

 private:
  HostMemory pinned_memory(std::uint64_t count, std::size_t element_bytes) const;

  std::shared_ptr<Impl> impl_;
};

/// A queue of work beside the device's own, which a Device's calls use: what is in different streams may run at the
/// same time. Arrays are shared safely: where two streams use the same memory and one of them writes, the engine makes
/// the later wait for the earlier. A handle; the last one waits for the stream's work. On the CPU every call returns
/// when its work is done, so that streams order nothing and gain nothing there.
class Stream {
 public:
  class Impl;
  explicit Stream(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

  Device device() const;

  // As the calls of Device of the same names.
  std::vector<Array> evaluate(std::span<const Expr> values) const;
  Array evaluate(const Expr& value) const { return evaluate(std::span(&value, 1)).front(); }
  void assign(const Array& target, const Expr& value) const;
  std::vector<Array> run(std::span<const Assignment> assignments, std::span<const Expr> values) const;
  void launch(const Kernel& kernel, std::span<const Argument> arguments, std::uint64_t n) const;
  void launch(const Kernel& kernel, std::initializer_list<Argument> arguments, std::uint64_t n) const {
    launch(kernel, std::span(arguments.begin(), arguments.size()), n);
  }

  /// Queues a copy of a contiguous array's elements to host memory, which must stay until the event is done. Throws
  /// `bad_type`, `bad_shape` if `to` does not match.
  template <Element T>
  Event read(const Array& from, std::span<T> to) const {
    return read_bytes(from, to.data(), dtype_of<T>, to.size());
  }
  /// Queues a copy from host memory, which may be changed as soon as this returns.
  template <Element T>
  void write(const Array& to, std::span<const T> from) const {
    write_bytes(to, from.data(), dtype_of<T>, from.size());
  }
  /// Both directly, without a copy in between: `host.values()` waits for them. Throws `wrong_device` too if `host` was
  /// made for another device. Streams that use the same pinned array take turns, as with arrays.
  template <Element T>
  Event read(const Array& from, const PinnedArray<T>& host) const {
    return read_pinned(from, host.memory(), dtype_of<T>, host.size());
  }
  template <Element T>
  Event write(const Array& to, const PinnedArray<T>& host) const {
    return write_pinned(to, host.memory(), dtype_of<T>, host.size());
  }

  Event record() const;
  /// What is queued from here on begins after `event`, of another stream of the same device.
  void wait_for(const Event& event) const;
  /// Blocks until all work queued so far is done.
  void wait() const { record().wait(); }

  /// For the engine.
  BackendQueue& queue() const noexcept;

 private:
  Event read_bytes(const Array& from, void* to, DType type, std::uint64_t count) const;
  void write_bytes(const Array& to, const void* from, DType type, std::uint64_t count) const;
  Event read_pinned(const Array& from, const HostMemory& to, DType type, std::uint64_t count) const;
  Event write_pinned(const Array& to, const HostMemory& from, DType type, std::uint64_t count) const;

  std::shared_ptr<Impl> impl_;
};

}  // namespace lockstep
