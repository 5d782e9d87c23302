#include "pick/pick.hpp"

#include "pick/pick.cl.hpp"
#include "pick/pick.cu.hpp"

namespace lockstep {

const NativeKernel& pick_kernel() {
  static const NativeKernel kernel{.name = "pick",
                                   .parameters = {{"mask", DType::u8, Access::read, Length::any},
                                                  {"counts", DType::i64, Access::read_write, Length::any},
                                                  {"places", DType::i64, Access::write, Length::any},
                                                  {"length", DType::u64, Access::scalar},
                                                  {"phase", DType::u32, Access::scalar}},
                                   .cpu = pick_cpu,
                                   .opencl = {embedded::pick_cl, "pick", {}},
                                   .cuda = {embedded::pick_cu, "pick", {}}};
  return kernel;
}

}  // namespace lockstep
