#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "lockstep/backend.hpp"
#include "lockstep/engine.hpp"

namespace lockstep::test {

/// A device that gets one operation wrong.
class FaultyDevice : public BackendDevice {
 public:
  explicit FaultyDevice(std::unique_ptr<BackendDevice> inner) : inner_(std::move(inner)) {}
  const DeviceInfo& do_info() const override { return inner_->do_info(); }
  std::unique_ptr<Buffer> do_allocate(std::uint64_t bytes) override { return inner_->do_allocate(bytes); }
  std::unique_ptr<Executable> do_compile(const Program& program) override {
    Program changed = program;
    for (Node& node : changed.nodes)
      if (node.op == Op::sqrt && node.type == DType::f32) node.op = Op::abs;
    return inner_->do_compile(changed);
  }
  std::unique_ptr<Executable> do_build(const NativeKernel& kernel) override { return inner_->do_build(kernel); }
  std::unique_ptr<BackendQueue> do_make_queue() override { return inner_->do_make_queue(); }

 private:
  std::unique_ptr<BackendDevice> inner_;
};

class FaultyBackend : public Backend {
 public:
  explicit FaultyBackend(std::unique_ptr<Backend> inner) : inner_(std::move(inner)) {}
  std::string_view do_kind() const override { return inner_->do_kind(); }
  Listing do_list() override { return inner_->do_list(); }
  std::unique_ptr<BackendDevice> do_open(int number, const DeviceOptions& options) override {
    return std::make_unique<FaultyDevice>(inner_->do_open(number, options));
  }

 private:
  std::unique_ptr<Backend> inner_;
};

/// A CPU whose square root of f32 is the magnitude.
inline Device faulty_device() {
  std::vector<std::unique_ptr<Backend>> backends;
  for (auto& backend : default_backends())
    if (backend->do_kind() == "cpu") backends.push_back(std::make_unique<FaultyBackend>(std::move(backend)));
  return Engine(std::move(backends)).open("cpu:1");
}

}  // namespace lockstep::test
