// The standard's parallel algorithms, which g++ builds on oneTBB.
#include <algorithm>
#include <execution>
#include <numeric>

#include "standard.hpp"

namespace lockstep::bench {
namespace {

struct Standard {
  template <class T>
  static void copy(const T* first, const T* last, T* out) {
    std::copy(std::execution::par_unseq, first, last, out);
  }
  template <class T, class F>
  static void transform(const T* first, const T* last, T* out, F f) {
    std::transform(std::execution::par_unseq, first, last, out, f);
  }
  template <class T, class F>
  static void transform2(const T* first, const T* last, const T* second, T* out, F f) {
    std::transform(std::execution::par_unseq, first, last, second, out, f);
  }
  template <class T>
  static T reduce(const T* first, const T* last, T zero) {
    return std::reduce(std::execution::par_unseq, first, last, zero);
  }
  template <class T>
  static T inner_product(const T* first, const T* last, const T* second, T zero) {
    return std::transform_reduce(std::execution::par_unseq, first, last, second, zero);
  }
};

constexpr HostLoop kLoops[] = {LOCKSTEP_STANDARD_ROWS(Standard, float, DType::f32),
                               LOCKSTEP_STANDARD_ROWS(Standard, double, DType::f64)};

}  // namespace

HostLoops tbb_loops() { return {kLoops, sizeof(kLoops) / sizeof(kLoops[0])}; }

}  // namespace lockstep::bench
