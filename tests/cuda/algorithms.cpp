// The hand-written kernels behind docs/algorithms.md: their CUDA text, run on the host, has the CPU's bits.
#include "lockstep/algorithms.hpp"

#include <array>

#include "backends/cpu/host_buffer.hpp"
#include "engine/src/device_impl.hpp"
#include "gather/gather.hpp"
#include "host_device.hpp"
#include "opencl/pass_runner.hpp"
#include "pick/pick.hpp"
#include "ptx_compiler.hpp"
#include "radix/radix.hpp"
#include "scatter/scatter.hpp"
#include "segments/segments.hpp"
#include "tally/tally.hpp"
#include "tests/cells.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr DType kUnsigned[] = {DType::u8, DType::u32, DType::u64};
constexpr DType kArithmetic[] = {DType::f32, DType::f64, DType::u64};

std::vector<const NativeKernel*> all_kernels() {
  std::vector<const NativeKernel*> all = {&pick_kernel(), &tally_kernel()};
  for (const DType type : kUnsigned)
    for (const NativeKernel* kernel : {&radix_kernel(type), &gather_kernel(type), &scatter_kernel(type),
                                       &scan_kernel(ScanOp::smallest, type), &segments_kernel(ScanOp::smallest, type)})
      all.push_back(kernel);
  for (const DType type : kArithmetic)
    for (const ScanOp op : {ScanOp::sum, ScanOp::prod})
      for (const NativeKernel* kernel : {&scan_kernel(op, type), &segments_kernel(op, type)}) all.push_back(kernel);
  return all;
}

KernelText text_of(const NativeKernel& kernel) { return {kernel.cuda.text, kernel.cuda.entry, kernel.cuda.defines}; }

class CudaText : public Executable {
 public:
  explicit CudaText(const NativeKernel& kernel) : text(text_of(kernel)) {}
  KernelText text;
};

/// A queue of the CPU whose native kernels are CUDA text on the host.
class MixedQueue : public BackendQueue {
 public:
  MixedQueue(std::unique_ptr<BackendQueue> cpu, HostDevice& host) : cpu_(std::move(cpu)), host_(host) {}

  void do_write(Buffer& to, std::uint64_t offset, const void* from, std::uint64_t bytes) override {
    cpu_->do_write(to, offset, from, bytes);
  }
  void do_read(const Buffer& from, std::uint64_t offset, void* to, std::uint64_t bytes) override {
    cpu_->do_read(from, offset, to, bytes);
  }
  void do_copy(const Buffer& from, std::uint64_t from_offset, Buffer& to, std::uint64_t to_offset,
               std::uint64_t bytes) override {
    cpu_->do_copy(from, from_offset, to, to_offset, bytes);
  }
  void do_run(const Executable& executable, const Pass& pass) override { cpu_->do_run(executable, pass); }
  void do_launch(const Executable& executable, std::span<const NativeArgument> arguments, std::uint64_t n) override {
    std::vector<std::uint64_t> words;
    for (const NativeArgument& a : arguments)
      words.push_back(a.buffer ? reinterpret_cast<std::uintptr_t>(cpu::data_of(*a.buffer)) + a.offset : a.bits);
    words.push_back(n);
    host_.start(static_cast<const CudaText&>(executable).text, words, (n + 255) / 256, 256);
  }
  std::unique_ptr<BackendEvent> do_record() override { return cpu_->do_record(); }
  void do_wait_for(const BackendEvent& event) override { cpu_->do_wait_for(event); }

 private:
  std::unique_ptr<BackendQueue> cpu_;
  HostDevice& host_;
};

class MixedDevice : public BackendDevice {
 public:
  explicit MixedDevice(const KernelCompiler& compiler)
      : cpu_(open_backend("cpu:1")), info_(cpu_->do_info()), host_(4, compiler) {
    info_.kind = "cuda";
    info_.is_gpu = true;  // so that work is divided as for one
    for (const NativeKernel* kernel : all_kernels()) host_.start(text_of(*kernel), {}, 0, 0);
    host_.build();
  }

  const DeviceInfo& do_info() const override { return info_; }
  std::unique_ptr<Buffer> do_allocate(std::uint64_t bytes) override { return cpu_->do_allocate(bytes); }
  std::unique_ptr<Executable> do_compile(const Program& program) override { return cpu_->do_compile(program); }
  std::unique_ptr<Executable> do_build(const NativeKernel& kernel) override {
    if (kernel.cuda.text.empty()) throw Error(Code::unsupported, kernel.name + " has no CUDA text");
    return std::make_unique<CudaText>(kernel);
  }
  std::unique_ptr<BackendQueue> do_make_queue() override {
    return std::make_unique<MixedQueue>(cpu_->do_make_queue(), host_);
  }

 private:
  std::unique_ptr<BackendDevice> cpu_;
  DeviceInfo info_;
  HostDevice host_;
};

/// What every algorithm gives for some values, one after another.
std::vector<Array> results(const Device& device, const Cells& values) {
  const auto n = static_cast<std::int64_t>(values.size());
  const Array x = upload(device, values);
  const Array i = device.evaluate(index(0) * 7919 % Expr(n) - Expr(n / 2) + device.zeros({values.size()}, DType::i64));
  std::vector<Array> out;
  for (const Prefix prefix : {Prefix::inclusive, Prefix::exclusive})
    for (const auto run : {cumsum, cumprod, cummin, cummax}) out.push_back(run(x, 0, prefix));
  const Unique u = unique(x);
  const SegmentsByKey by_key = reduce_by_key(Reduction::sum, i % 5, x);
  const Array target = device.zeros({values.size()}, values.type);
  put(target, floor_divide(i, 3), x);
  out.insert(out.end(),
             {sort(x), argsort(x), flatnonzero(x), u.values, u.counts, take(x, i), by_key.keys, by_key.values, target});
  for (const Reduction reduction : {Reduction::sum, Reduction::prod, Reduction::min, Reduction::max})
    out.push_back(
        segment_reduce(reduction, x, device.array<std::int64_t>({0, 3, 3, std::min<std::int64_t>(n, 1500), n})));
  if (values.type != DType::boolean) {
    const Array sums = x.copy();
    scatter_add(sums, i, x);
    out.push_back(sums);
  }
  out.push_back(bincount(abs(i) % 50));
  out.push_back(bincount(abs(i) + 2000));
  return out;
}

void compare(const KernelCompiler& compiler, std::span<const DType> types, std::initializer_list<std::size_t> sizes) {
  const Device mixed(std::make_shared<Device::Impl>(std::make_unique<MixedDevice>(compiler), DeviceOptions{}));
  const Device cpu(std::make_shared<Device::Impl>(open_backend("cpu:2"), DeviceOptions{}));
  for (const DType type : types)
    for (const std::size_t n : sizes) {
      CAPTURE(to_string(type));
      CAPTURE(n);
      const Cells values = awkward_cells(type, n, n);
      const std::vector<Array> expected = results(cpu, values), got = results(mixed, values);
      REQUIRE(got.size() == expected.size());
      for (std::size_t k = 0; k < got.size(); ++k) {
        CAPTURE(k);
        CHECK(difference(got[k], expected[k]) == "");
      }
    }
}

}  // namespace

TEST_CASE("the CUDA text of the algorithms has the CPU's bits, for every type") {
  compare(compile_for_host, all_dtypes(), {5, 2100});
}

// Sorts take long in PTX: not every type with both of the compiler's code generators.
TEST_CASE("the PTX of the algorithms has the CPU's bits") {
  const auto nvrtc = load_nvrtc();
  if (!nvrtc) return;
  compare(compile_to_ptx(nvrtc, 75), std::array{DType::f32, DType::i8}, {520});
  compare(compile_to_ptx(nvrtc, nvrtc->target_for(9999).architecture), std::array{DType::f64, DType::i32}, {520});
}
