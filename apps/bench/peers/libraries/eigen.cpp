// Eigen: array expressions on one thread, in vectors as wide as the processor's.
#include <Eigen/Core>

#include "libraries.hpp"

namespace lockstep::bench {
namespace {

template <class T>
using Column = Eigen::Array<T, Eigen::Dynamic, 1>;

template <class T>
auto input(const HostWork& work, int slot) {
  return Eigen::Map<const Column<T>>(static_cast<const T*>(work.in[slot]) + work.begin,
                                     static_cast<Eigen::Index>(work.end - work.begin));
}
template <class T>
auto output(const HostWork& work) {
  return Eigen::Map<Column<T>>(static_cast<T*>(work.out) + work.begin,
                               static_cast<Eigen::Index>(work.end - work.begin));
}

template <class T>
void copy(const HostWork& w) {
  output<T>(w) = input<T>(w, 0);
}
template <class T>
void triad(const HostWork& w) {
  output<T>(w) = input<T>(w, 0) + T(3) * input<T>(w, 1);
}
template <class T>
void norm(const HostWork& w) {
  output<T>(w) = (input<T>(w, 0) * input<T>(w, 0) + input<T>(w, 1) * input<T>(w, 1)).sqrt();
}
template <class T>
void exponential(const HostWork& w) {
  output<T>(w) = input<T>(w, 0).exp();
}
template <class T>
double sum(const HostWork& w) {
  return static_cast<double>(input<T>(w, 0).sum());
}
template <class T>
double dot(const HostWork& w) {
  return static_cast<double>((input<T>(w, 0) * input<T>(w, 1)).sum());
}

template <class T>
constexpr HostLoop map_row(const char* name, DType type, int inputs, void (*f)(const HostWork&)) {
  return {name, type, inputs, 1, f, nullptr, nullptr, Combine::sum, true};
}
template <class T>
constexpr HostLoop fold_row(const char* name, DType type, int inputs, double (*f)(const HostWork&)) {
  return {name, type, inputs, 0, nullptr, nullptr, f, Combine::sum, true};
}

#define LOCKSTEP_ROWS(T, type)                                                                                        \
  map_row<T>("copy", type, 1, copy<T>), map_row<T>("triad", type, 2, triad<T>), map_row<T>("norm", type, 2, norm<T>), \
      map_row<T>("exp", type, 1, exponential<T>), fold_row<T>("sum", type, 1, sum<T>),                                \
      fold_row<T>("dot", type, 2, dot<T>)
constexpr HostLoop kLoops[] = {LOCKSTEP_ROWS(float, DType::f32), LOCKSTEP_ROWS(double, DType::f64)};
#undef LOCKSTEP_ROWS

}  // namespace

HostLoops eigen_loops() { return {kLoops, sizeof(kLoops) / sizeof(kLoops[0])}; }

}  // namespace lockstep::bench
