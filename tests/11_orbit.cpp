#include <doctest/doctest.h>
#include <hwy/targets.h>

#include "orbit/orbit.hpp"
#include "support.hpp"

using namespace lockstep;

namespace {

template <class T>
struct Particles {
  std::vector<T> x, y, w, vx, vy;

  std::vector<std::vector<T>*> columns() { return {&x, &y, &w, &vx, &vy}; }
};

constexpr std::size_t kSizes[] = {0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 95, 96, 97, 1023, 1025, 100003};

template <class T>
Particles<T> ordinary(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto uniform = [&] { return static_cast<T>(std::ldexp(static_cast<double>(random() >> 11), -52) - 1.0); };
  Particles<T> p{std::vector<T>(n), std::vector<T>(n), std::vector<T>(n), std::vector<T>(n, T(7)),
                 std::vector<T>(n, T(7))};
  for (std::size_t i = 0; i < n; ++i) p.x[i] = uniform(), p.y[i] = uniform(), p.w[i] = 3 * uniform();
  return p;
}

template <class T>
Particles<T> awkward(std::size_t n, std::uint64_t seed) {
  return {test::awkward_values<T>(n, seed), test::awkward_values<T>(n, seed + 1), test::awkward_values<T>(n, seed + 2),
          std::vector<T>(n, T(7)), std::vector<T>(n, T(7))};
}

/// The contract of kernels/orbit/README.md, one particle and one operation at a time.
template <class T>
void reference(Particles<T>& p, T h, std::int64_t steps) {
  for (std::size_t i = 0; i < p.x.size(); ++i) {
    volatile T x = p.x[i], y = p.y[i];  // volatile: nothing is fused, reordered or kept wider
    for (std::int64_t s = 0; s < steps; ++s) {
      volatile T xx = x * x, yy = y * y, hw = h * p.w[i];
      volatile T squares = xx + yy;
      const T norm = std::sqrt(squares);
      volatile T vx = T(0), vy = T(0);
      if (!(norm == T(0))) {
        vx = std::copysign(y, std::signbit(y) ? T(1) : T(-1)) / norm;
        vy = x / norm;
      }
      volatile T dx = hw * vx, dy = hw * vy;
      x = x + dx;
      y = y + dy;
      p.vx[i] = vx, p.vy[i] = vy;
    }
    p.x[i] = x, p.y[i] = y;
  }
}

/// The CPU source, called as the backend calls it: ranges that are multiples of some elements, except the last.
template <class T>
void run(Particles<T>& p, T h, std::int64_t steps, std::uint64_t range = UINT64_MAX,
         CpuFunction cpu = orbit_kernel(dtype_of<T>).cpu) {
  void* slots[] = {p.x.data(), p.y.data(), p.w.data(), p.vx.data(), p.vy.data(), &h, &steps};
  for (std::uint64_t begin = 0; begin < p.x.size(); begin += std::min<std::uint64_t>(range, p.x.size() - begin))
    cpu(CpuArguments(slots), begin, begin + std::min<std::uint64_t>(range, p.x.size() - begin));
}

/// The CPU sources that are chosen from.
template <class T>
std::vector<CpuFunction> sources() {
  if constexpr (sizeof(T) == 4) return {orbit_cpu_f32};
  return {orbit_cpu_f64_division, orbit_cpu_f64_reciprocals};
}

template <class T>
void check_same(Particles<T>& got, Particles<T>& expected) {
  const char* names[] = {"x", "y", "w", "vx", "vy"};
  for (std::size_t c = 0; c < 5; ++c) {
    const auto at = test::first_difference(*got.columns()[c], *expected.columns()[c]);
    CAPTURE(names[c]);
    CHECK_MESSAGE(!at, "the first difference is at ", at.value_or(0), " of ", got.x.size());
  }
}

template <class T>
Particles<T> single(T x, T y, T w) {
  return {{x}, {y}, {w}, {T(7)}, {T(7)}};
}

/// Makes Highway use one instruction set while it lives.
class OnTarget {
 public:
  explicit OnTarget(std::int64_t target) { set(target); }
  ~OnTarget() { set(0); }

 private:
  static void set(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
  }
};

std::vector<std::int64_t> targets() {
  std::vector<std::int64_t> list;
  for (std::int64_t rest = hwy::SupportedTargets() & HWY_TARGETS; rest != 0; rest &= rest - 1)
    list.push_back(rest & -rest);
  return list;
}

}  // namespace

TEST_CASE_TEMPLATE("the orbit kernel has the bits of the scalar contract at every length", T, float, double) {
  for (const std::size_t n : kSizes) {
    Particles<T> got = ordinary<T>(n, 11 + n), expected = got;
    const std::int64_t steps = n > 2000 ? 3 : 50;
    run(got, T(0.01), steps);
    reference(expected, T(0.01), steps);
    check_same(got, expected);
  }
}

TEST_CASE_TEMPLATE("the orbit kernel has the same bits on every instruction set, zeros, NaNs and subnormals included",
                   T, float, double) {
  REQUIRE(!targets().empty());
  for (const std::size_t n : {1, 17, 4099}) {
    const Particles<T> start = awkward<T>(n, 23 + n);
    Particles<T> expected = start;
    reference(expected, T(0.25), 5);
    for (const std::int64_t target : targets()) {
      CAPTURE(hwy::TargetName(target));
      const OnTarget on(target);
      for (const CpuFunction source : sources<T>()) {
        Particles<T> got = start;
        run(got, T(0.25), 5, UINT64_MAX, source);
        CHECK(hwy::GetChosenTarget().GetIndex() != 0);
        check_same(got, expected);
      }
    }
  }
}

TEST_CASE_TEMPLATE("the orbit kernel divides right at every scale, and where its scales meet", T, float, double) {
  constexpr int kLow = sizeof(T) == 4 ? -149 : -1074, kHigh = sizeof(T) == 4 ? 127 : 1023;
  for (const int scale : {kLow, kLow + 60, -900, -800, -600, -540, -538, -537, -520, -501,
                          -500, -499,      -1,   0,    62,   199,  200,  201,  600,  kHigh}) {
    if (scale < kLow || scale > kHigh) continue;
    CAPTURE(scale);
    Particles<T> start = ordinary<T>(1000, 5);
    for (std::size_t i = 0; i < start.x.size(); ++i) {
      start.x[i] = std::ldexp(start.x[i], scale);
      start.y[i] = std::ldexp(start.y[i], i % 3 ? scale : scale / 2);
    }
    Particles<T> expected = start;
    reference(expected, T(0.5), 4);
    for (const CpuFunction source : sources<T>()) {
      Particles<T> got = start;
      run(got, T(0.5), 4, UINT64_MAX, source);
      check_same(got, expected);
    }
  }
}

TEST_CASE_TEMPLATE("steps may be divided into launches, and elements into ranges, in any way", T, float, double) {
  const Particles<T> start = ordinary<T>(3333, 5);
  Particles<T> once = start;
  run(once, T(0.001), 1000);
  for (const std::int64_t batch : {100, 37, 1000}) {
    for (const std::uint64_t range : {1024, 2048}) {
      Particles<T> parts = start;
      for (std::int64_t done = 0; done < 1000; done += batch)
        run(parts, T(0.001), std::min<std::int64_t>(batch, 1000 - done), range);
      check_same(parts, once);
    }
  }
}

TEST_CASE_TEMPLATE("a particle at the origin stays, and has no direction", T, float, double) {
  using Limits = std::numeric_limits<T>;
  const T tiny = Limits::denorm_min();  // its square underflows to 0
  for (const auto& [x, y] : {std::pair{T(0), T(0)}, {T(-0.0), T(0)}, {tiny, -tiny}, {Limits::min(), T(0)}}) {
    Particles<T> p = single<T>(x, y, T(-3));
    run(p, T(0.5), 4);
    CHECK(p.x[0] == x);
    CHECK(p.y[0] == y);
    CHECK(p.vx[0] == 0);
    CHECK(p.vy[0] == 0);
  }
}

TEST_CASE_TEMPLATE("a particle without speed stays, and has a direction", T, float, double) {
  Particles<T> p = single<T>(T(3), T(-4), T(0));
  run(p, T(0.5), 4);
  CHECK(p.x[0] == 3);
  CHECK(p.y[0] == -4);
  CHECK(p.vx[0] == T(4) / T(5));
  CHECK(p.vy[0] == T(3) / T(5));
}

TEST_CASE_TEMPLATE("squares that overflow leave the particle where it is", T, float, double) {
  const T large = std::numeric_limits<T>::max();
  Particles<T> p = single<T>(large, T(1), T(1));
  run(p, T(0.5), 3);
  CHECK(p.x[0] == large);
  CHECK(p.y[0] == 1);
  CHECK(p.vx[0] == 0);
}

TEST_CASE_TEMPLATE("no steps and no elements write nothing", T, float, double) {
  const Particles<T> start = ordinary<T>(100, 3);
  for (const std::int64_t steps : {std::int64_t{0}, std::int64_t{-1}}) {
    Particles<T> p = start, expected = start;
    run(p, T(0.5), steps);
    check_same(p, expected);
  }
  Particles<T> p = start, expected = start;
  T h(0.5);
  std::int64_t steps = 2;
  void* slots[] = {p.x.data(), p.y.data(), p.w.data(), p.vx.data(), p.vy.data(), &h, &steps};
  orbit_kernel(dtype_of<T>).cpu(CpuArguments(slots), 64, 64);
  check_same(p, expected);
}

TEST_CASE("the orbit kernel exists for floats only") {
  CHECK(orbit_kernel(DType::f32).name == "orbit_f32");
  CHECK(orbit_kernel(DType::f64).name == "orbit_f64");
  CHECK_THROWS_AS(orbit_kernel(DType::i32), Error);
}
