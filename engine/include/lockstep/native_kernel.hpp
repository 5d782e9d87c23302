#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lockstep/dtype.hpp"

namespace lockstep {

/// How a kernel uses an argument.
enum class Access { scalar, read, write, read_write };

/// How many elements an array argument must have: as many as the launch, or what the kernel says itself.
enum class Length { of_launch, any };

/// One argument of a hand-written kernel: a scalar, or a dense array.
struct Parameter {
  std::string name;
  DType type;
  Access access = Access::read;
  Length length = Length::of_launch;
};

/// What the CPU source of a kernel is given: its arguments, in the order of the parameters.
class CpuArguments {
 public:
  /// One slot per parameter: the array's first element, or the scalar's value.
  explicit CpuArguments(std::span<void* const> slots) : slots_(slots) {}

  template <Element T>
  T* array(int i) const {
    return static_cast<T*>(slots_[static_cast<std::size_t>(i)]);
  }
  template <Element T>
  T scalar(int i) const {
    return *static_cast<const T*>(slots_[static_cast<std::size_t>(i)]);
  }

 private:
  std::span<void* const> slots_;
};

/// The CPU source of a kernel: works on elements begin .. end-1. Called by several threads at once, each with its own
/// range; the ranges' bounds are multiples of NativeKernel::cpu_grain, except the last end. May throw: the caller of
/// `launch` gets it.
using CpuFunction = void (*)(const CpuArguments& arguments, std::uint64_t begin, std::uint64_t end);

/// The text of a kernel for a device compiler, and the entry point in it. The entry takes the parameters in order
/// (a pointer for an array, a value for a scalar) and then the number of elements as a 64-bit unsigned integer.
struct KernelSource {
  std::string text;
  std::string entry;
  std::vector<std::pair<std::string, std::string>> defines;
};

/// A kernel written by hand, once for each kind of device: one signature, one contract, one source per backend.
/// A source that is absent (null or empty text) makes the kernel `unsupported` on that kind of device.
/// The engine's own integrators are such kernels.
struct NativeKernel {
  std::string name;
  std::vector<Parameter> parameters;
  CpuFunction cpu = nullptr;
  /// The grain size: how many elements `cpu` is given at least, and in multiples of what. At least 1.
  std::uint64_t cpu_grain = 1024;
  /// About how long `cpu` takes for an element with these arguments, in nanoseconds on one core; `launch` asks once.
  /// With it only as many threads take part as gain from it; without it, as many as there are grains.
  double (*cpu_nanoseconds)(const CpuArguments& arguments) = nullptr;
  KernelSource opencl{};
  KernelSource cuda{};
  /// In the place of all sources: an operation of the engine's own that a device may have from its maker's library.
  std::string library{};
};

}  // namespace lockstep
