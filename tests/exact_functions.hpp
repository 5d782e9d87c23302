#pragma once

#include <mpfr.h>

#include "function_inputs.hpp"

// The mathematical functions with many digits, by MPFR, and how far a result is from them.

namespace lockstep::test {

/// A number of MPFR that frees itself.
class Exact {
 public:
  explicit Exact(mpfr_prec_t digits) { mpfr_init2(value_, digits); }
  ~Exact() { mpfr_clear(value_); }
  Exact(const Exact&) = delete;
  Exact& operator=(const Exact&) = delete;

  mpfr_ptr get() { return value_; }
  mpfr_srcptr get() const { return value_; }

 private:
  mpfr_t value_;
};

using ExactFunction = int (*)(mpfr_ptr result, mpfr_srcptr x, mpfr_srcptr y);

inline int exact_sigmoid(mpfr_ptr r, mpfr_srcptr x, mpfr_srcptr) {
  mpfr_neg(r, x, MPFR_RNDN);
  mpfr_exp(r, r, MPFR_RNDN);
  mpfr_add_ui(r, r, 1, MPFR_RNDN);
  return mpfr_ui_div(r, 1, r, MPFR_RNDN);
}

/// With the sign of a zero: IEEE 754's rSqrt of -0 is minus infinity.
inline int exact_rsqrt(mpfr_ptr r, mpfr_srcptr x, mpfr_srcptr) {
  mpfr_rec_sqrt(r, x, MPFR_RNDN);
  return mpfr_zero_p(x) ? mpfr_setsign(r, r, mpfr_signbit(x), MPFR_RNDN) : 0;
}

inline int exact_lgamma(mpfr_ptr r, mpfr_srcptr x, mpfr_srcptr) {
  int sign;
  return mpfr_lgamma(r, &sign, x, MPFR_RNDN);
}

/// Null for functions that are not mathematical ones.
inline ExactFunction exact_function(Function function) {
#define LOCKSTEP_TEST_EXACT_1(name, mpfr_name) \
  case Function::name:                         \
    return [](mpfr_ptr r, mpfr_srcptr x, mpfr_srcptr) { return mpfr_name(r, x, MPFR_RNDN); };
#define LOCKSTEP_TEST_EXACT_2(name, mpfr_name) \
  case Function::name:                         \
    return [](mpfr_ptr r, mpfr_srcptr x, mpfr_srcptr y) { return mpfr_name(r, x, y, MPFR_RNDN); };
  switch (function) {
    LOCKSTEP_TEST_EXACT_1(exp, mpfr_exp)
    LOCKSTEP_TEST_EXACT_1(exp2, mpfr_exp2)
    LOCKSTEP_TEST_EXACT_1(expm1, mpfr_expm1)
    LOCKSTEP_TEST_EXACT_1(log, mpfr_log)
    LOCKSTEP_TEST_EXACT_1(log2, mpfr_log2)
    LOCKSTEP_TEST_EXACT_1(log10, mpfr_log10)
    LOCKSTEP_TEST_EXACT_1(log1p, mpfr_log1p)
    LOCKSTEP_TEST_EXACT_1(sin, mpfr_sin)
    LOCKSTEP_TEST_EXACT_1(cos, mpfr_cos)
    LOCKSTEP_TEST_EXACT_1(tan, mpfr_tan)
    LOCKSTEP_TEST_EXACT_1(asin, mpfr_asin)
    LOCKSTEP_TEST_EXACT_1(acos, mpfr_acos)
    LOCKSTEP_TEST_EXACT_1(atan, mpfr_atan)
    LOCKSTEP_TEST_EXACT_1(sinh, mpfr_sinh)
    LOCKSTEP_TEST_EXACT_1(cosh, mpfr_cosh)
    LOCKSTEP_TEST_EXACT_1(tanh, mpfr_tanh)
    LOCKSTEP_TEST_EXACT_1(asinh, mpfr_asinh)
    LOCKSTEP_TEST_EXACT_1(acosh, mpfr_acosh)
    LOCKSTEP_TEST_EXACT_1(atanh, mpfr_atanh)
    LOCKSTEP_TEST_EXACT_1(cbrt, mpfr_cbrt)
    LOCKSTEP_TEST_EXACT_1(erf, mpfr_erf)
    LOCKSTEP_TEST_EXACT_1(erfc, mpfr_erfc)
    LOCKSTEP_TEST_EXACT_1(tgamma, mpfr_gamma)
    LOCKSTEP_TEST_EXACT_2(atan2, mpfr_atan2)
    LOCKSTEP_TEST_EXACT_2(power, mpfr_pow)
    LOCKSTEP_TEST_EXACT_2(hypot, mpfr_hypot)
    case Function::rsqrt:
      return exact_rsqrt;
    case Function::sigmoid:
      return exact_sigmoid;
    case Function::lgamma:
      return exact_lgamma;
    default:
      return nullptr;
  }
#undef LOCKSTEP_TEST_EXACT_1
#undef LOCKSTEP_TEST_EXACT_2
}

/// The exponent below which the ulps of a function's results stay those of that exponent: near the zeros of lgamma
/// below 0 the error counts beside 1/4.
template <class T>
int least_exponent(Function function, T x) {
  return function == Function::lgamma && x < 0 ? -2 : std::numeric_limits<T>::min_exponent - 1;
}

/// The distance of a result from the exact one in ulps of the exact one; infinite if they are of different kinds.
/// The greatest float and infinity are one ulp apart, as if the range went on.
template <class T>
class UlpMeter {
 public:
  explicit UlpMeter(Function function) : name_(function), function_(exact_function(function)) {
    mpfr_set_emin(-10000000);
    mpfr_set_emax(10000000);
  }

  double operator()(T x, T y, T got) {
    mpfr_set_d(x_.get(), static_cast<double>(x), MPFR_RNDN);
    mpfr_set_d(y_.get(), static_cast<double>(y), MPFR_RNDN);
    function_(result_.get(), x_.get(), y_.get());
    return distance(got, least_exponent(name_, x) + 1);
  }

  /// `least`: the exponent, as MPFR counts, below which the ulps stay the same.
  double distance(T got, mpfr_exp_t least = std::numeric_limits<T>::min_exponent) {
    constexpr double kWrong = std::numeric_limits<double>::infinity();
    using L = std::numeric_limits<T>;
    if (mpfr_nan_p(result_.get()) || got != got) return mpfr_nan_p(result_.get()) && got != got ? 0 : kWrong;
    if (mpfr_inf_p(result_.get()))
      return std::isinf(got) && std::signbit(got) == (mpfr_sgn(result_.get()) < 0) ? 0 : kWrong;
    if (mpfr_zero_p(result_.get())) return got == 0 ? 0 : kWrong;
    if (mpfr_get_exp(result_.get()) > L::max_exponent)  // beyond the greatest float: infinity is right
      mpfr_set_si_2exp(result_.get(), mpfr_sgn(result_.get()), L::max_exponent, MPFR_RNDN);
    const mpfr_exp_t last = std::clamp<mpfr_exp_t>(mpfr_get_exp(result_.get()), least, L::max_exponent) - L::digits;
    if (std::isinf(got))
      mpfr_set_si_2exp(x_.get(), got < 0 ? -1 : 1, L::max_exponent, MPFR_RNDN);
    else
      mpfr_set_d(x_.get(), static_cast<double>(got), MPFR_RNDN);
    mpfr_sub(y_.get(), x_.get(), result_.get(), MPFR_RNDN);
    mpfr_mul_2si(y_.get(), y_.get(), -last, MPFR_RNDN);
    return std::fabs(mpfr_get_d(y_.get(), MPFR_RNDN));
  }

  /// Sets the exact result, for tests of the meter itself.
  void set_exact(double value) { mpfr_set_d(result_.get(), value, MPFR_RNDN); }

 private:
  static constexpr mpfr_prec_t kDigits = sizeof(T) == 4 ? 80 : 140;

  Function name_;
  ExactFunction function_;
  Exact x_{64}, y_{64}, result_{kDigits};
};

}  // namespace lockstep::test
