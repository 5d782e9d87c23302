#pragma once

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace lockstep::cpu {

/// Round to nearest even, subnormals kept, no traps, while it lives. Another library in the process may have set the
/// thread to flush subnormals (one object linked with -ffast-math is enough).
class FloatEnvironment {
 public:
#if defined(__SSE2__)
  FloatEnvironment() : saved_(_mm_getcsr()) {
    if (is_changed()) _mm_setcsr(kPlain);
  }
  ~FloatEnvironment() {
    if (is_changed()) _mm_setcsr(saved_);
  }

 private:
  static constexpr unsigned kPlain = 0x1f80;
  static constexpr unsigned kFlags = 0x3f;  // what happened so far: of no effect
  // Writing the register costs more than a small kernel.
  bool is_changed() const { return (saved_ & ~kFlags) != kPlain; }
  unsigned saved_;
#elif defined(__aarch64__)
  FloatEnvironment() : saved_(__builtin_aarch64_get_fpcr()) { __builtin_aarch64_set_fpcr(0); }
  ~FloatEnvironment() { __builtin_aarch64_set_fpcr(saved_); }

 private:
  unsigned saved_;
#else
  FloatEnvironment() {}
#endif
 public:
  FloatEnvironment(const FloatEnvironment&) = delete;
  FloatEnvironment& operator=(const FloatEnvironment&) = delete;
};

}  // namespace lockstep::cpu
