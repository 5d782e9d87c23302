#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "lockstep/backend.hpp"
#include "lockstep/error.hpp"

namespace lockstep::test {

/// What a fake device did with memory; the next `failures_left` allocations fail. All devices that are open when
/// `losses` grows are lost.
struct FakeMemory {
  int failures_left = 0;
  int losses = 0;
  std::uint64_t live = 0;
};

struct FakeOptions {
  int devices = 1;
  std::vector<std::string> problems{};
  std::shared_ptr<FakeMemory> memory = std::make_shared<FakeMemory>();
};

class FakeBuffer : public Buffer {
 public:
  FakeBuffer(std::uint64_t bytes, std::shared_ptr<FakeMemory> memory)
      : Buffer(bytes), data(bytes), memory_(std::move(memory)) {
    memory_->live += bytes;
  }
  ~FakeBuffer() override { memory_->live -= bytes(); }

  std::vector<std::byte> data;

 private:
  std::shared_ptr<FakeMemory> memory_;
};

inline Error fake_refusal() { return Error(Code::unsupported, "the fake device computes nothing"); }

class FakeEvent : public BackendEvent {
 public:
  bool do_is_done() const override { return true; }
  void do_wait() const override {}
  double do_seconds() const override { return 0; }
};

class FakeQueue : public BackendQueue {
 public:
  explicit FakeQueue(std::shared_ptr<const FakeMemory> memory) : memory_(std::move(memory)), losses_(memory_->losses) {}

  void do_write(Buffer& to, std::uint64_t offset, const void* from, std::uint64_t bytes) override {
    std::memcpy(data(to) + offset, from, bytes);
  }
  void do_read(const Buffer& from, std::uint64_t offset, void* to, std::uint64_t bytes) override {
    std::memcpy(to, static_cast<const FakeBuffer&>(from).data.data() + offset, bytes);
  }
  void do_copy(const Buffer& from, std::uint64_t from_offset, Buffer& to, std::uint64_t to_offset,
               std::uint64_t bytes) override {
    std::memmove(data(to) + to_offset, static_cast<const FakeBuffer&>(from).data.data() + from_offset, bytes);
  }
  void do_run(const Executable&, const Pass&) override { throw fake_refusal(); }
  void do_launch(const Executable&, std::span<const NativeArgument>, std::uint64_t) override { throw fake_refusal(); }
  std::unique_ptr<BackendEvent> do_record() override {
    if (memory_->losses != losses_) throw Error(Code::device, "the fake device is lost");
    return std::make_unique<FakeEvent>();
  }
  void do_wait_for(const BackendEvent&) override {}

 private:
  static std::byte* data(Buffer& buffer) { return static_cast<FakeBuffer&>(buffer).data.data(); }

  std::shared_ptr<const FakeMemory> memory_;
  int losses_;
};

/// A device that holds memory and computes nothing.
class FakeDevice : public BackendDevice {
 public:
  FakeDevice(DeviceInfo info, std::shared_ptr<FakeMemory> memory)
      : info_(std::move(info)), memory_(std::move(memory)) {}

  const DeviceInfo& do_info() const override { return info_; }
  std::unique_ptr<Buffer> do_allocate(std::uint64_t bytes) override {
    if (memory_->failures_left > 0) {
      --memory_->failures_left;
      throw Error(Code::out_of_memory, "the fake device has no memory");
    }
    return std::make_unique<FakeBuffer>(bytes, memory_);
  }
  std::unique_ptr<Executable> do_compile(const Program&) override { throw fake_refusal(); }
  std::unique_ptr<Executable> do_build(const NativeKernel&) override { throw fake_refusal(); }
  std::unique_ptr<BackendQueue> do_make_queue() override { return std::make_unique<FakeQueue>(memory_); }

 private:
  DeviceInfo info_;
  std::shared_ptr<FakeMemory> memory_;
};

/// Devices "fake:0", "fake:1" ... as many as asked for.
class FakeBackend : public Backend {
 public:
  explicit FakeBackend(FakeOptions options) : options_(std::move(options)) {}

  std::string_view do_kind() const override { return "fake"; }
  Listing do_list() override {
    Listing listing{{}, options_.problems};
    for (int i = 0; i < options_.devices; ++i) listing.devices.push_back(info(i));
    return listing;
  }
  std::unique_ptr<BackendDevice> do_open(int number, const DeviceOptions&) override {
    if (number < 0) number = 0;
    if (number >= options_.devices) {
      std::string message = "there is no fake:" + std::to_string(number);
      for (const std::string& problem : options_.problems) message += ": " + problem;
      throw Error(Code::no_device, message);
    }
    return std::make_unique<FakeDevice>(info(number), options_.memory);
  }

 private:
  static DeviceInfo info(int number) {
    DeviceInfo info;
    info.name = "fake:" + std::to_string(number);
    info.kind = "fake";
    info.description = "memory that computes nothing";
    info.memory = std::uint64_t{1} << 32;
    info.is_gpu = true;  // so that "auto" takes it
    return info;
  }

  FakeOptions options_;
};

}  // namespace lockstep::test
