// Thrust on the host: its OpenMP backend, from the headers of the CUDA toolkit or of libthrust-dev.
#include <thrust/copy.h>
#include <thrust/inner_product.h>
#include <thrust/reduce.h>
#include <thrust/system/omp/execution_policy.h>
#include <thrust/transform.h>

#include "standard.hpp"

namespace lockstep::bench {
namespace {

struct Thrust {
  template <class T>
  static void copy(const T* first, const T* last, T* out) {
    thrust::copy(thrust::omp::par, first, last, out);
  }
  template <class T, class F>
  static void transform(const T* first, const T* last, T* out, F f) {
    thrust::transform(thrust::omp::par, first, last, out, f);
  }
  template <class T, class F>
  static void transform2(const T* first, const T* last, const T* second, T* out, F f) {
    thrust::transform(thrust::omp::par, first, last, second, out, f);
  }
  template <class T>
  static T reduce(const T* first, const T* last, T zero) {
    return thrust::reduce(thrust::omp::par, first, last, zero);
  }
  template <class T>
  static T inner_product(const T* first, const T* last, const T* second, T zero) {
    return thrust::inner_product(thrust::omp::par, first, last, second, zero);
  }
};

constexpr HostLoop kLoops[] = {LOCKSTEP_STANDARD_ROWS(Thrust, float, DType::f32),
                               LOCKSTEP_STANDARD_ROWS(Thrust, double, DType::f64)};

}  // namespace

HostLoops thrust_loops() { return {kLoops, sizeof(kLoops) / sizeof(kLoops[0])}; }

}  // namespace lockstep::bench
