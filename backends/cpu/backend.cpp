#include "backend.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "block_ops.hpp"
#include "direct_run.hpp"
#include "float_environment.hpp"
#include "host_buffer.hpp"
#include "interpreter.hpp"
#include "lockstep/backend_extras.hpp"
#include "lockstep/error.hpp"

namespace lockstep::cpu {
namespace {

constexpr int kMaxThreads = 4096;

/// The maker's name of the processor, as the system tells it.
std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "CPU";
}

/// LOCKSTEP_CPU_JIT=off leaves everything to the interpreter.
bool wants_native_code() {
  const char* choice = std::getenv("LOCKSTEP_CPU_JIT");
  if (!choice || !*choice || std::string_view(choice) == "on") return true;
  if (std::string_view(choice) == "off") return false;
  throw Error(Code::bad_argument, "LOCKSTEP_CPU_JIT is '" + std::string(choice) + "'",
              "Write on for native code, or off for the interpreter.");
}

/// Memory for native code, if it is wanted and there is any for the instruction set.
std::shared_ptr<JitMemory> jit_memory() {
  if (!wants_native_code()) return nullptr;
  const BlockTable& table = block_table();
  static constexpr std::pair<std::string_view, JitTarget> kTargets[] = {
      {"sse41", JitTarget::sse41}, {"avx2", JitTarget::avx2}, {"avx512", JitTarget::avx512}};
  for (const auto& [name, target] : kTargets)
    if (table.name == name) return make_jit_memory(target, table);
  return nullptr;
}

DeviceInfo describe(int threads) {
  DeviceInfo info;
  info.name = "cpu:" + std::to_string(threads);
  info.kind = "cpu";
  info.description = processor_name();
  info.memory = total_memory();
  info.units = threads;
  info.properties = {{"instruction set", block_table().name},
                     {"programs", jit_memory() ? "native code" : "interpreter"}};
  return info;
}

class NativeProgram : public Executable {
 public:
  explicit NativeProgram(const NativeKernel& kernel)
      : function(kernel.cpu), grain(kernel.cpu_grain), nanoseconds(kernel.cpu_nanoseconds) {}
  CpuFunction function;
  std::uint64_t grain;
  double (*nanoseconds)(const CpuArguments&);
};

/// Calls return when their work is done, so that an event is no more than a time.
class CpuEvent : public BackendEvent {
 public:
  bool do_is_done() const override { return true; }
  void do_wait() const override {}
  double do_seconds() const override { return std::chrono::duration<double>(time_.time_since_epoch()).count(); }

 private:
  std::chrono::steady_clock::time_point time_ = std::chrono::steady_clock::now();
};

/// Memory that a queue copies from and to is any memory here.
class PinnedHostBuffer : public PinnedBuffer {
 public:
  explicit PinnedHostBuffer(std::unique_ptr<HostBuffer> memory)
      : PinnedBuffer(memory->bytes(), memory->data()), memory_(std::move(memory)) {}

 private:
  std::unique_ptr<HostBuffer> memory_;
};

class CpuQueue : public BackendQueue, public PinnedQueue {
 public:
  explicit CpuQueue(ThreadPool& pool) : pool_(pool) {}

  void do_write(Buffer& to, std::uint64_t offset, const void* from, std::uint64_t bytes) override {
    std::memcpy(data_of(to) + offset, from, bytes);
  }
  void do_read(const Buffer& from, std::uint64_t offset, void* to, std::uint64_t bytes) override {
    std::memcpy(to, data_of(from) + offset, bytes);
  }
  void do_copy(const Buffer& from, std::uint64_t from_offset, Buffer& to, std::uint64_t to_offset,
               std::uint64_t bytes) override {
    std::memmove(data_of(to) + to_offset, data_of(from) + from_offset, bytes);
  }

  void do_run(const Executable& executable, const Pass& pass) override {
    const FloatEnvironment environment;
    const auto& program = static_cast<const InterpretedProgram&>(executable);
    if (!run_directly(program, pass, pool_)) interpret(program, pass, pool_);
  }

  void do_launch(const Executable& executable, std::span<const NativeArgument> arguments, std::uint64_t n) override {
    const auto& program = static_cast<const NativeProgram&>(executable);
    std::vector<std::uint64_t> scalars(arguments.size());
    std::vector<void*> slots(arguments.size());
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      scalars[i] = arguments[i].bits;
      const bool array = arguments[i].buffer != nullptr;
      slots[i] = array ? static_cast<void*>(data_of(*arguments[i].buffer) + arguments[i].offset) : &scalars[i];
    }
    const CpuArguments native{std::span<void* const>(slots)};
    const int threads = program.nanoseconds
                            ? pool_.helpful_threads(program.nanoseconds(native) * static_cast<double>(n))
                            : pool_.threads();
    // Ranges of whole grains, few enough that handing them out costs nothing, and enough to share.
    const std::uint64_t grains = (n - 1) / program.grain + 1;
    const std::uint64_t wanted = threads == 1 ? 1 : static_cast<std::uint64_t>(threads) * 16;
    const std::uint64_t step = std::max<std::uint64_t>(1, grains / wanted) * program.grain;
    const auto run = [&](std::uint64_t i) { program.function(native, i * step, std::min(n, (i + 1) * step)); };
    pool_.run((n - 1) / step + 1, run, threads);
  }

  std::unique_ptr<BackendEvent> do_record() override { return std::make_unique<CpuEvent>(); }
  void do_wait_for(const BackendEvent&) override {}

  std::unique_ptr<PinnedBuffer> do_allocate_pinned(std::uint64_t bytes) override {
    return std::make_unique<PinnedHostBuffer>(std::make_unique<HostBuffer>(bytes));
  }
  void do_write_pinned(Buffer& to, std::uint64_t offset, const PinnedBuffer& from, std::uint64_t bytes) override {
    do_write(to, offset, from.data(), bytes);
  }
  void do_read_pinned(const Buffer& from, std::uint64_t offset, PinnedBuffer& to, std::uint64_t bytes) override {
    do_read(from, offset, to.data(), bytes);
  }

 private:
  ThreadPool& pool_;
};

class CpuDevice : public BackendDevice {
 public:
  explicit CpuDevice(int threads)
      : info_(describe(threads)), table_(block_table()), jit_(jit_memory()), pool_(threads) {}

  const DeviceInfo& do_info() const override { return info_; }

  std::unique_ptr<Buffer> do_allocate(std::uint64_t bytes) override { return std::make_unique<HostBuffer>(bytes); }

  std::unique_ptr<Executable> do_compile(const Program& program) override {
    return std::make_unique<InterpretedProgram>(program, table_, jit_);
  }
  std::unique_ptr<Executable> do_build(const NativeKernel& kernel) override {
    if (!kernel.cpu)
      throw Error(Code::unsupported, "kernel '" + kernel.name + "' has no source for the CPU",
                  "Give NativeKernel::cpu.");
    if (kernel.cpu_grain == 0)
      throw Error(Code::bad_argument, "cpu_grain of kernel '" + kernel.name + "' is 0",
                  "Give how many elements its CPU source takes at least, 1 or more.");
    return std::make_unique<NativeProgram>(kernel);
  }
  std::unique_ptr<BackendQueue> do_make_queue() override { return std::make_unique<CpuQueue>(pool_); }

 private:
  DeviceInfo info_;
  const BlockTable& table_;
  std::shared_ptr<JitMemory> jit_;  // memory of compiled code; null if the interpreter runs everything
  ThreadPool pool_;
};

class CpuBackend : public Backend {
 public:
  std::string_view do_kind() const override { return "cpu"; }
  Listing do_list() override { return {{describe(available_processors())}, {}}; }
  std::unique_ptr<BackendDevice> do_open(int number, const DeviceOptions&) override {
    if (number == 0 || number > kMaxThreads)
      throw Error(Code::bad_argument, "cpu:" + std::to_string(number) + " is not a number of threads",
                  "Use cpu for one thread per core, or cpu:1 to cpu:" + std::to_string(kMaxThreads) + ".");
    return std::make_unique<CpuDevice>(number < 0 ? available_processors() : number);
  }
};

}  // namespace

std::unique_ptr<Backend> make_backend() { return std::make_unique<CpuBackend>(); }

}  // namespace lockstep::cpu
