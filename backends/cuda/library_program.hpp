#pragma once

#include <memory>
#include <string>

#include "backends/cuda/library.hpp"
#include "backends/cuda/native_program.hpp"

namespace lockstep::cuda {

/// An operation of CUB's on one device.
class LibraryProgram : public Launchable {
 public:
  /// Throws `unsupported` if the library lacks it, or the device or its driver does not take the library's code.
  LibraryProgram(std::shared_ptr<const Session> session, const LibraryOperations& library, const std::string& name);

  std::uint64_t workspace(std::uint64_t n) const override;
  void launch(Queue& queue, std::span<const NativeArgument> arguments, std::uint64_t n) const override;

 private:
  std::shared_ptr<const Session> session_;
  const LibraryOperation* operation_ = nullptr;
};

}  // namespace lockstep::cuda
