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

namespace lockstep {

class TextKernel;

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

  /// Blocks until all work queued so far is done.
  void wait() const;
  MemoryUse memory() const;
  /// Gives cached memory back to the system.
  void trim() const;
  Counters counters() const;
  /// Runs the self-test at the first call (milliseconds), then remembers.
  const BitStatus& bits() const;

  const std::shared_ptr<Impl>& impl() const noexcept { return impl_; }

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace lockstep
