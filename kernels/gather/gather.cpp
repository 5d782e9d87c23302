#include "gather/gather.hpp"

#include <string>

#include "gather/gather.cl.hpp"
#include "gather/gather.cu.hpp"
#include "lockstep/error.hpp"

namespace lockstep {
namespace {

template <class T>
NativeKernel make() {
  constexpr DType element = dtype_of<T>;
  const std::string type(to_string(element));
  NativeKernel kernel;
  kernel.name = "gather_" + type;
  kernel.parameters = {{"x", element, Access::read, Length::any}, {"indices", DType::i64, Access::read, Length::any},
                       {"out", element, Access::write},           {"length", DType::u64, Access::scalar},
                       {"count", DType::u64, Access::scalar},     {"inner", DType::u64, Access::scalar},
                       {"mode", DType::u32, Access::scalar}};
  kernel.cpu = gather_cpu<T>;
  kernel.opencl = {embedded::gather_cl, "gather", {{"GATHER_" + type, "1"}}};
  kernel.cuda = {embedded::gather_cu, "gather", kernel.opencl.defines};
  return kernel;
}

}  // namespace

const NativeKernel& gather_kernel(DType element) {
  static const NativeKernel u8 = make<std::uint8_t>(), u32 = make<std::uint32_t>(), u64 = make<std::uint64_t>();
  if (element == DType::u8) return u8;
  if (element == DType::u32) return u32;
  if (element == DType::u64) return u64;
  throw Error(Code::bad_type, "the gather kernel has no version for " + std::string(to_string(element)),
              "Use u8, u32 or u64.");
}

}  // namespace lockstep
