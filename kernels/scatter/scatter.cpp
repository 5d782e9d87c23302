#include "scatter/scatter.hpp"

#include <string>

#include "lockstep/error.hpp"
#include "scatter/scatter.cl.hpp"
#include "scatter/scatter.cu.hpp"

namespace lockstep {
namespace {

template <class T>
NativeKernel make() {
  constexpr DType element = dtype_of<T>;
  const std::string type(to_string(element));
  NativeKernel kernel;
  kernel.name = "scatter_" + type;
  kernel.parameters = {{"indices", DType::i64, Access::read, Length::any},
                       {"values", element, Access::read, Length::any},
                       {"last", DType::u32, Access::read_write, Length::any},
                       {"out", element, Access::read_write, Length::any},
                       {"length", DType::i64, Access::scalar},
                       {"phase", DType::u32, Access::scalar}};
  kernel.cpu = scatter_cpu<T>;
  kernel.opencl = {embedded::scatter_cl, "scatter", {{"SCATTER_" + type, "1"}}};
  kernel.cuda = {embedded::scatter_cu, "scatter", kernel.opencl.defines};
  return kernel;
}

}  // namespace

const NativeKernel& scatter_kernel(DType element) {
  static const NativeKernel u8 = make<std::uint8_t>(), u32 = make<std::uint32_t>(), u64 = make<std::uint64_t>();
  if (element == DType::u8) return u8;
  if (element == DType::u32) return u32;
  if (element == DType::u64) return u64;
  throw Error(Code::bad_type, "the scatter kernel has no version for " + std::string(to_string(element)),
              "Use u8, u32 or u64.");
}

}  // namespace lockstep
