#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backends/opencl/queue.hpp"

namespace lockstep::opencl {

/// A kernel written by hand, built for one device.
class NativeProgram : public Executable {
 public:
  /// Throws `unsupported` if the kernel has no OpenCL source, or needs f64 where there is none.
  NativeProgram(std::shared_ptr<Session> session, const NativeKernel& kernel);

  void launch(Queue& queue, std::span<const NativeArgument> arguments, std::uint64_t n) const;
  std::string source() const override { return source_; }

 private:
  std::shared_ptr<Session> session_;
  std::vector<Parameter> parameters_;
  std::string source_;
  ProgramHandle program_;
  KernelHandle direct_;   ///< the kernel itself
  KernelHandle shifted_;  ///< the same for arrays that begin inside their buffers
  std::size_t group_size_ = 1;
};

}  // namespace lockstep::opencl
