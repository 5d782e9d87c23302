#pragma once

#include <memory>

#include "backends/cuda/library.hpp"
#include "backends/cuda/session.hpp"
#include "lockstep/backend.hpp"

namespace lockstep::cuda {

class Device : public BackendDevice {
 public:
  Device(const Found& found, const Platform& platform, const LibraryOperations& library)
      : session_(std::make_shared<Session>(found, platform)), library_(library) {}

  const DeviceInfo& do_info() const override { return session_->info; }
  std::unique_ptr<Buffer> do_allocate(std::uint64_t bytes) override;
  std::unique_ptr<Executable> do_compile(const Program& program) override;
  std::unique_ptr<Executable> do_build(const NativeKernel& kernel) override;
  std::unique_ptr<BackendQueue> do_make_queue() override;

 private:
  std::shared_ptr<Session> session_;
  const LibraryOperations& library_;
};

}  // namespace lockstep::cuda
