#include "host_device.hpp"

#include <chrono>
#include <cstring>
#include <new>
#include <stdexcept>

#include "backends/common/kernel_text.hpp"
#include "backends/cuda/arguments.hpp"
#include "host_compiler.hpp"
#include "host_grid.hpp"
#include "lockstep/error.hpp"

namespace lockstep::test {
namespace {

class HostBuffer : public Buffer {
 public:
  HostBuffer(std::uint64_t bytes, std::shared_ptr<HostArrays> arrays)
      : Buffer(bytes), memory_(new (kAlignment, std::nothrow) std::byte[bytes]), arrays_(std::move(arrays)) {
    if (!memory_) throw Error(Code::out_of_memory, "the host has no room");
    (*arrays_)[reinterpret_cast<std::uintptr_t>(memory_)] = bytes;
  }
  ~HostBuffer() override {
    arrays_->erase(reinterpret_cast<std::uintptr_t>(memory_));
    operator delete[](memory_, kAlignment);
  }
  std::byte* get() const { return memory_; }

 private:
  static constexpr std::align_val_t kAlignment{256};  // as CUDA's
  std::byte* memory_;
  std::shared_ptr<HostArrays> arrays_;
};

std::byte* address_of(const Buffer& buffer) { return static_cast<const HostBuffer&>(buffer).get(); }
std::uint64_t word_of(const Buffer& buffer) { return reinterpret_cast<std::uintptr_t>(address_of(buffer)); }

class HostProgram : public Executable {
 public:
  explicit HostProgram(const Program& program) : program_(program) {}

  void run(HostDevice& device, const Pass& incomplete) const {
    const Pass pass = text::complete(incomplete, text::has_folds(program_));
    const text::Layout layout = text::make_layout(program_, pass, text::Target::warps);
    const text::Work work = text::make_work(layout, pass, static_cast<std::uint64_t>(device.do_info().units));
    const text::Dialect& dialect = text::cuda_dialect();
    const auto scratch = device.do_allocate(text::make_partials(program_, work).bytes + 8);
    const std::uint64_t place = word_of(*scratch);

    auto words = cuda::Arguments::of_run(program_, layout, pass, word_of, place,
                                         text::geometry_values(program_, layout, text::Stage::run, pass, work));
    device.start({text::kernel_text(program_, layout, text::Stage::run, dialect), text::kKernelName}, words,
                 work.groups, work.group_size);
    if (work.chunks <= 1) return;
    words = cuda::Arguments::of_finish(program_, layout, pass, work, word_of, place);
    device.start({text::kernel_text(program_, layout, text::Stage::finish, dialect), text::kKernelName}, words,
                 work.finish_groups, work.finish_size);
  }

 private:
  Program program_;
};

class HostNative : public Executable {
 public:
  explicit HostNative(const NativeKernel& kernel) : kernel_{kernel.cuda.text, kernel.cuda.entry, kernel.cuda.defines} {}

  void launch(HostDevice& device, std::span<const NativeArgument> arguments, std::uint64_t n) const {
    std::vector<std::uint64_t> words;
    for (const NativeArgument& a : arguments) words.push_back(a.buffer ? word_of(*a.buffer) + a.offset : a.bits);
    words.push_back(n);
    device.start(kernel_, words, (n + 255) / 256, 256);
  }

 private:
  KernelText kernel_;
};

class Done : public BackendEvent {
 public:
  bool do_is_done() const override { return true; }
  void do_wait() const override {}
  double do_seconds() const override { return std::chrono::duration<double>(when_.time_since_epoch()).count(); }

 private:
  std::chrono::steady_clock::time_point when_ = std::chrono::steady_clock::now();
};

class HostQueue : public BackendQueue {
 public:
  explicit HostQueue(HostDevice& device) : device_(device) {}

  void do_write(Buffer& to, std::uint64_t offset, const void* from, std::uint64_t bytes) override {
    std::memcpy(address_of(to) + offset, from, bytes);
  }
  void do_read(const Buffer& from, std::uint64_t offset, void* to, std::uint64_t bytes) override {
    std::memcpy(to, address_of(from) + offset, bytes);
  }
  void do_copy(const Buffer& from, std::uint64_t from_offset, Buffer& to, std::uint64_t to_offset,
               std::uint64_t bytes) override {
    std::memmove(address_of(to) + to_offset, address_of(from) + from_offset, bytes);
  }
  void do_run(const Executable& executable, const Pass& pass) override {
    static_cast<const HostProgram&>(executable).run(device_, pass);
  }
  void do_launch(const Executable& executable, std::span<const NativeArgument> arguments, std::uint64_t n) override {
    static_cast<const HostNative&>(executable).launch(device_, arguments, n);
  }
  std::unique_ptr<BackendEvent> do_record() override { return std::make_unique<Done>(); }
  void do_wait_for(const BackendEvent&) override {}

 private:
  HostDevice& device_;
};

}  // namespace

std::vector<RunnableKernel> compile_for_host(const std::vector<KernelText>& texts) {
  const auto library = std::make_shared<HostLibrary>(texts);
  std::vector<RunnableKernel> kernels;
  for (const HostKernel& kernel : library->kernels())
    kernels.push_back([library, kernel](const KernelLaunch& launch) {
      auto words = launch.arguments;
      auto places = cuda::places_of(words);
      run_grid(kernel.entry, kernel.state, places.data(), launch.blocks, launch.block_size, kernel.has_barriers);
    });
  return kernels;
}

HostDevice::HostDevice(int units, KernelCompiler compiler) : compiler_(std::move(compiler)) {
  info_.name = "cuda:0";
  info_.kind = "cuda";
  info_.description = "CUDA C on the host";
  info_.memory = std::uint64_t{8} << 30;
  info_.units = units;
}

std::vector<KernelText> HostDevice::texts() const {
  std::vector<KernelText> texts;
  for (const auto& [kernel, runnable] : kernels_)
    if (!runnable) texts.push_back(kernel);
  return texts;
}

void HostDevice::build() {
  const auto all = texts();
  const auto runnable = compiler_(all);
  for (std::size_t i = 0; i < all.size(); ++i) kernels_[all[i]] = runnable[i];
  is_built_ = true;
}

void HostDevice::start(const KernelText& kernel, std::vector<std::uint64_t> arguments, std::uint64_t blocks,
                       std::uint64_t block_size) {
  const RunnableKernel& runnable = kernels_[kernel];
  if (!is_built_) return;
  if (!runnable) throw std::runtime_error("a kernel that was not collected");
  runnable({std::move(arguments), blocks, static_cast<unsigned>(block_size), *arrays_});
  blocks_ += blocks;
}

std::unique_ptr<Buffer> HostDevice::do_allocate(std::uint64_t bytes) {
  return std::make_unique<HostBuffer>(bytes, arrays_);
}
std::unique_ptr<Executable> HostDevice::do_compile(const Program& program) {
  return std::make_unique<HostProgram>(program);
}
std::unique_ptr<Executable> HostDevice::do_build(const NativeKernel& kernel) {
  return std::make_unique<HostNative>(kernel);
}
std::unique_ptr<BackendQueue> HostDevice::do_make_queue() { return std::make_unique<HostQueue>(*this); }

}  // namespace lockstep::test
