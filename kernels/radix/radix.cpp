#include "radix/radix.hpp"

#include <string>

#include "lockstep/error.hpp"
#include "radix/radix.cl.hpp"
#include "radix/radix.cu.hpp"

namespace lockstep {
namespace {

template <class K>
NativeKernel make() {
  constexpr DType key = dtype_of<K>;
  const std::string type(to_string(key));
  NativeKernel kernel;
  kernel.name = "radix_" + type;
  kernel.parameters = {{"keys_in", key, Access::read, Length::any},
                       {"keys_out", key, Access::write, Length::any},
                       {"places_in", DType::u32, Access::read, Length::any},
                       {"places_out", DType::u32, Access::write, Length::any},
                       {"counts", DType::u32, Access::read_write, Length::any},
                       {"length", DType::u64, Access::scalar},
                       {"tile", DType::u64, Access::scalar},
                       {"phase", DType::u32, Access::scalar},
                       {"order", DType::u32, Access::scalar},
                       {"shift", DType::u32, Access::scalar},
                       {"places", DType::u32, Access::scalar},
                       {"row", DType::u64, Access::scalar}};
  kernel.cpu = radix_cpu<K>;
  kernel.opencl = {embedded::radix_cl, "radix", {{"RADIX_" + type, "1"}}};
  kernel.cuda = {embedded::radix_cu, "radix", kernel.opencl.defines};
  return kernel;
}

}  // namespace

const NativeKernel& radix_kernel(DType key) {
  static const NativeKernel u8 = make<std::uint8_t>(), u32 = make<std::uint32_t>(), u64 = make<std::uint64_t>();
  if (key == DType::u8) return u8;
  if (key == DType::u32) return u32;
  if (key == DType::u64) return u64;
  throw Error(Code::bad_type, "the radix kernel has no version for " + std::string(to_string(key)),
              "Use u8, u32 or u64.");
}

}  // namespace lockstep
