#pragma once

// The rows of libraries with the algorithms of the standard: one set of calls for std::execution and for Thrust. A
// library is a type with `transform`, `transform2`, `reduce`, `inner_product` and `copy` over ranges of pointers.

#include <cmath>

#include "libraries.hpp"

namespace lockstep::bench {

template <class Library, class T>
struct StandardRows {
  static const T* in(const HostWork& w, int slot) { return static_cast<const T*>(w.in[slot]); }
  static T* out(const HostWork& w) { return static_cast<T*>(w.out); }

  static void copy(const HostWork& w) { Library::copy(in(w, 0), in(w, 0) + w.n, out(w)); }
  static void triad(const HostWork& w) {
    Library::transform2(in(w, 0), in(w, 0) + w.n, in(w, 1), out(w), [](T x, T y) { return x + 3 * y; });
  }
  static void norm(const HostWork& w) {
    Library::transform2(in(w, 0), in(w, 0) + w.n, in(w, 1), out(w), [](T x, T y) { return std::sqrt(x * x + y * y); });
  }
  static void exponential(const HostWork& w) {
    Library::transform(in(w, 0), in(w, 0) + w.n, out(w), [](T x) { return std::exp(x); });
  }
  static void sin_exp(const HostWork& w) {
    Library::transform2(in(w, 0), in(w, 0) + w.n, in(w, 1), out(w),
                        [](T x, T y) { return std::sin(x) * std::exp(-y); });
  }
  static double sum(const HostWork& w) { return static_cast<double>(Library::reduce(in(w, 0), in(w, 0) + w.n, T(0))); }
  static double dot(const HostWork& w) {
    return static_cast<double>(Library::inner_product(in(w, 0), in(w, 0) + w.n, in(w, 1), T(0)));
  }
};

#define LOCKSTEP_STANDARD_ROWS(Library, T, type)                                                                   \
  HostLoop{"copy", type, 1, 1, StandardRows<Library, T>::copy, nullptr, nullptr, Combine::sum, true},              \
      HostLoop{"triad", type, 2, 1, StandardRows<Library, T>::triad, nullptr, nullptr, Combine::sum, true},        \
      HostLoop{"norm", type, 2, 1, StandardRows<Library, T>::norm, nullptr, nullptr, Combine::sum, true},          \
      HostLoop{"exp", type, 1, 1, StandardRows<Library, T>::exponential, nullptr, nullptr, Combine::sum, true},    \
      HostLoop{"sin_exp", type, 2, 1, StandardRows<Library, T>::sin_exp, nullptr, nullptr, Combine::sum, true},    \
      HostLoop{"sum", type, 1, 0, nullptr, nullptr, StandardRows<Library, T>::sum, Combine::sum, true}, HostLoop { \
    "dot", type, 2, 0, nullptr, nullptr, StandardRows<Library, T>::dot, Combine::sum, true                         \
  }

}  // namespace lockstep::bench
