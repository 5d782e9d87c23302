#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backends/cuda/queue.hpp"

namespace lockstep::cuda {

/// What NativeKernel stands for on one device.
class Launchable : public Executable {
 public:
  virtual void launch(Queue& queue, std::span<const NativeArgument> arguments, std::uint64_t n) const = 0;

 protected:
  /// A word for each argument: a device address, or a scalar's bits.
  static std::vector<std::uint64_t> words_of(std::span<const NativeArgument> arguments);
};

/// A kernel written by hand, built for one device. Blocks have 256 threads in one dimension, the last one is padded.
class NativeProgram : public Launchable {
 public:
  /// Throws `unsupported` if the kernel has no CUDA source.
  NativeProgram(std::shared_ptr<Session> session, const NativeKernel& kernel);

  void launch(Queue& queue, std::span<const NativeArgument> arguments, std::uint64_t n) const override;
  std::string source() const override { return source_; }

  /// "-DNAME=VALUE" for each definition of a source.
  static std::vector<std::string> options_of(const KernelSource& source);

 private:
  std::shared_ptr<Session> session_;
  std::string source_;
  KernelHandle kernel_;
};

}  // namespace lockstep::cuda
