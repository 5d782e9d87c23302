#include "lockstep/expr.hpp"

namespace lockstep {

int bits_version(Function function, DType type) noexcept {
  if (!is_floating(type)) return 0;
  switch (function) {
#define LOCKSTEP_MATH_1(name, f32_version, f64_version) \
  case Function::name:                                  \
    return type == DType::f32 ? f32_version : f64_version;
#define LOCKSTEP_MATH_2 LOCKSTEP_MATH_1
#define LOCKSTEP_MATH_POWER LOCKSTEP_MATH_1
#include "versions.def"
#undef LOCKSTEP_MATH_1
#undef LOCKSTEP_MATH_2
#undef LOCKSTEP_MATH_POWER
    default:
      return 0;
  }
}

}  // namespace lockstep
