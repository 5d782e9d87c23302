#include "tally/tally.hpp"

#include "tally/tally.cl.hpp"
#include "tally/tally.cu.hpp"

namespace lockstep {

const NativeKernel& tally_kernel() {
  static const NativeKernel kernel{.name = "tally",
                                   .parameters = {{"indices", DType::i64, Access::read, Length::any},
                                                  {"values", DType::u64, Access::read, Length::any},
                                                  {"sums", DType::u64, Access::read_write, Length::any},
                                                  {"count", DType::u64, Access::scalar},
                                                  {"length", DType::i64, Access::scalar},
                                                  {"weighted", DType::u32, Access::scalar}},
                                   .cpu = tally_cpu,
                                   .opencl = {embedded::tally_cl, "tally", {}},
                                   .cuda = {embedded::tally_cu, "tally", {}}};
  return kernel;
}

}  // namespace lockstep
