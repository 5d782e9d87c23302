#pragma once

// The operations of the hand-written loops, on single elements and, where square roots of vectors were declared before
// this header, on vectors. Everything here has internal linkage: the sources that include it are compiled for several
// instruction sets.

namespace lockstep::bench {
namespace {

inline float root(float x) { return __builtin_sqrtf(x); }
inline double root(double x) { return __builtin_sqrt(x); }

struct Copy {
  template <class V>
  static V of(V x, V) {
    return x;
  }
};
struct Mul {
  template <class V>
  static V of(V x, V) {
    return x * 3;
  }
};
struct Add {
  template <class V>
  static V of(V x, V y) {
    return x + y;
  }
};
struct Triad {
  template <class V>
  static V of(V x, V y) {
    return x + y * 3;
  }
};
struct Product {
  template <class V>
  static V of(V x, V y) {
    return x * y;
  }
};
struct Square {
  template <class V>
  static V of(V x, V) {
    return x * x;
  }
};
struct Quotient {
  template <class V>
  static V of(V x, V y) {
    return x / y;
  }
};
struct Root {
  template <class V>
  static V of(V x, V) {
    return root(x);
  }
};
struct Norm {
  template <class V>
  static V of(V x, V y) {
    return root(x * x + y * y);
  }
};
struct Quadratic {
  template <class V>
  static V of(V x, V) {
    return x * 3 * x + x * 5 + 7;
  }
};

}  // namespace
}  // namespace lockstep::bench
