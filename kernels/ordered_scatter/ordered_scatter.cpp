#include "ordered_scatter/ordered_scatter.hpp"

#include <string>

#include "lockstep/error.hpp"

namespace lockstep {
namespace {

template <class T>
NativeKernel make() {
  constexpr DType element = dtype_of<T>;
  NativeKernel kernel;
  kernel.name = "ordered_scatter_" + std::string(to_string(element));
  kernel.parameters = {{"indices", DType::i64, Access::read, Length::any},
                       {"values", element, Access::read, Length::any},
                       {"out", element, Access::read_write, Length::any},
                       {"ends", DType::u32, Access::write, Length::any},
                       {"grouped", element, Access::write, Length::any},
                       {"count", DType::u64, Access::scalar},
                       {"length", DType::i64, Access::scalar},
                       {"parts", DType::u64, Access::scalar},
                       {"action", DType::u32, Access::scalar}};
  kernel.cpu = ordered_scatter_cpu<T>;
  return kernel;
}

}  // namespace

const NativeKernel& ordered_scatter_kernel(DType element) {
  static const NativeKernel u8 = make<std::uint8_t>(), u32 = make<std::uint32_t>(), u64 = make<std::uint64_t>(),
                            f32 = make<float>(), f64 = make<double>();
  switch (element) {
    case DType::u8:
      return u8;
    case DType::u32:
      return u32;
    case DType::u64:
      return u64;
    case DType::f32:
      return f32;
    case DType::f64:
      return f64;
    default:
      throw Error(Code::bad_type, "the ordered scatter has no version for " + std::string(to_string(element)),
                  "Use u8, u32, u64, f32 or f64.");
  }
}

}  // namespace lockstep
