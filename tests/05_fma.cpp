// Rung 5 of the ladder: x*y + z is rounded once, also where no instruction does it.

#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

template <class T>
constexpr int kDigits = std::numeric_limits<T>::digits;

/// Operands of fma near all that can go wrong: sums that end in the middle of two numbers or a little beside it, sums
/// that cancel, products below and beyond the range, zeros, infinities and NaN.
template <class T>
class Operands {
 public:
  explicit Operands(std::uint64_t seed) : random_(seed) {}

  std::array<T, 3> next() {
    const T x = number(), y = number();
    return {x, y, addend(x * y)};
  }

 private:
  using Limits = std::numeric_limits<T>;
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  int around(int n) { return static_cast<int>(below(2 * static_cast<std::uint64_t>(n) + 1)) - n; }

  T number() {
    static constexpr T kSpecial[] = {T(0),
                                     -T(0),
                                     T(1),
                                     Limits::infinity(),
                                     -Limits::infinity(),
                                     Limits::quiet_NaN(),
                                     Limits::min(),
                                     Limits::denorm_min(),
                                     Limits::max()};
    if (below(64) == 0) return kSpecial[below(std::size(kSpecial))];
    // Few digits, or all; near one, or anywhere.
    const int digits = below(2) ? kDigits<T> : 1 + static_cast<int>(below(12));
    const T fraction = std::ldexp(static_cast<T>(random_() >> (64 - digits)), -digits);
    const int range = below(8) ? 4 : Limits::max_exponent + kDigits<T>;
    return std::ldexp(below(2) ? fraction : -fraction, around(range));
  }

  T addend(T product) {
    if (!std::isfinite(product) || product == 0) return number();
    const int exponent = std::ilogb(product);
    switch (below(5)) {
      case 0:
        return -product;
      case 1:
        return std::nextafter(-product, T(0));
      case 2:
        return std::ldexp(number(), exponent + around(2 * kDigits<T>));
      case 3:  // a power of two: the product lies beside the middle of its neighbours, or the other way round
        return std::ldexp(below(2) ? T(1) : T(-1), exponent + (below(2) ? 1 : -1) * kDigits<T> + around(2));
      default:
        return number();
    }
  }

  std::mt19937_64 random_;
};

template <class T>
void check_fma(const Device& device, std::uint64_t seed) {
  CAPTURE(seed);
  const std::size_t n = scaled(std::size_t{1} << 18);
  std::array<std::vector<T>, 3> x;
  std::vector<T> expected;
  Operands<T> operands(seed);
  for (std::size_t i = 0; i < n; ++i) {
    const std::array<T, 3> values = operands.next();
    for (std::size_t k = 0; k < 3; ++k) x[k].push_back(values[k]);
    expected.push_back(std::fma(values[0], values[1], values[2]));
  }
  const auto on = [&](const std::vector<T>& values) { return device.array(std::span<const T>(values)); };
  const std::vector<T> got = device.evaluate(fma(on(x[0]), on(x[1]), on(x[2]))).template to_host<T>();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (same_bits(got[i], expected[i])) continue;
    CAPTURE(x[0][i]);
    CAPTURE(x[1][i]);
    CAPTURE(x[2][i]);
    if (wrong++ < 3) CHECK(got[i] == expected[i]);
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "fma rounds once") {
  check_fma<float>(device, 1);
  if (device.info().has_f64) check_fma<double>(device, 2);
}

TEST_CASE("native code for every instruction set of this processor rounds fma once") {
  for (const char* isa : {"sse41", "avx2", "avx512"}) {
    CAPTURE(isa);
    const Environment instructions("LOCKSTEP_CPU_ISA", isa);
    try {
      const Device native = Engine().open("cpu:1");
      check_fma<float>(native, 3);
      check_fma<double>(native, 4);
    } catch (const Error& error) {
      if (error.code() != Code::bad_argument) throw;
      MESSAGE("skipped: " << error.message());
    }
  }
}
