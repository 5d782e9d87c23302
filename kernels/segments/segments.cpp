#include "segments/segments.hpp"

#include <array>
#include <string>

#include "lockstep/error.hpp"
#include "segments/segments.cl.hpp"
#include "segments/segments.cu.hpp"

namespace lockstep {
namespace {

constexpr std::array<std::string_view, 3> kOps = {"sum", "prod", "smallest"};
constexpr std::array<DType, 3> kArithmetic = {DType::f32, DType::f64, DType::u64};
constexpr std::array<DType, 3> kOrdered = {DType::u8, DType::u32, DType::u64};

NativeKernel make(ScanOp op, DType type) {
  const std::string name(kOps[static_cast<std::size_t>(op)]), element(to_string(type));
  NativeKernel kernel;
  kernel.name = "segments_" + name + "_" + element;
  kernel.parameters = {{"x", type, Access::read, Length::any},
                       {"offsets", DType::i64, Access::read, Length::any},
                       {"units", DType::i64, Access::read, Length::any},
                       {"nodes", type, Access::read_write, Length::any},
                       {"out", type, Access::write, Length::any},
                       {"segments", DType::u64, Access::scalar},
                       {"phase", DType::u32, Access::scalar},
                       {"order", DType::u32, Access::scalar},
                       {"empty", DType::i64, Access::scalar}};
  kernel.cpu = segments_cpu(op, type);
  kernel.opencl = {embedded::segments_cl, "segments", {{"SEGMENTS_" + name, "1"}, {"SEGMENTS_" + element, "1"}}};
  kernel.cuda = {embedded::segments_cu, "segments", kernel.opencl.defines};
  return kernel;
}

using Kernels = std::array<std::array<NativeKernel, 3>, 3>;

Kernels make_all() {
  Kernels all;
  for (std::size_t op = 0; op < 3; ++op)
    for (std::size_t type = 0; type < 3; ++type)
      all[op][type] = make(static_cast<ScanOp>(op), op < 2 ? kArithmetic[type] : kOrdered[type]);
  return all;
}

}  // namespace

const NativeKernel& segments_kernel(ScanOp op, DType type) {
  static const Kernels all = make_all();
  for (const NativeKernel& kernel : all[static_cast<std::size_t>(op)])
    if (kernel.parameters.front().type == type) return kernel;
  throw Error(Code::bad_type, "the segments kernel has no version for " + std::string(to_string(type)),
              "Sums and products: f32, f64, u64; the smallest: u8, u32, u64.");
}

}  // namespace lockstep
