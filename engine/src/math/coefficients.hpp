// Made by docs/math/coefficients.sollya; not to be edited.
// clang-format off
#pragma once

#include <span>

namespace lockstep::math {

/// The coefficients of a polynomial for each type.
struct Table {
  std::span<const double> f32, f64;
};
/// A real number as an unevaluated sum, for each type.
struct Split {
  double f32_high, f32_low, f64_high, f64_low;
};

// ln(2) and log10(2), whose first parts times an exponent are exact
inline constexpr Split kLn2{0x1.62e4p-1, 0x1.7f7d1cp-20, 0x1.62e42fefa4p-1, -0x1.8432a1b0e2634p-43};
inline constexpr Split kLog10Of2{0x1.344p-2, 0x1.3509f8p-18, 0x1.34413509f8p-2, -0x1.80433b83b532ap-44};
// pi/2, whose second part times a number of quadrants is exact
inline constexpr double kQuadrantF32[] = {0x1.921fb6p0, -0x1.778p-25, 0x1.68c234p-39};
inline constexpr double kQuadrantF64[] = {0x1.921fb54442d18p0, 0x1.1a626331p-54, 0x1.1701b839a252p-88};
inline constexpr Table kQuadrant{kQuadrantF32, kQuadrantF64};
// Others, first parts with all digits
inline constexpr Split kLn2Full{0x1.62e43p-1, -0x1.05c61p-29, 0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
inline constexpr Split kLog2E{0x1.715476p0, 0x1.4ae0cp-26, 0x1.71547652b82fep0, 0x1.777d0ffda0d24p-56};
inline constexpr Split kLog10E{0x1.bcb7b2p-2, -0x1.5b235ep-27, 0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57};
inline constexpr Split kTwoThirds{0x1.555556p-1, -0x1.555556p-26, 0x1.5555555555555p-1, 0x1.5555555555555p-55};
inline constexpr Split kTwoFifths{0x1.99999ap-2, -0x1.99999ap-28, 0x1.999999999999ap-2, -0x1.999999999999ap-56};
inline constexpr Split kPi{0x1.921fb6p1, -0x1.777a5cp-24, 0x1.921fb54442d18p1, 0x1.1a62633145c07p-53};
inline constexpr Split kHalfPi{0x1.921fb6p0, -0x1.777a5cp-25, 0x1.921fb54442d18p0, 0x1.1a62633145c07p-54};
inline constexpr Split kQuarterPi{0x1.921fb6p-1, -0x1.777a5cp-26, 0x1.921fb54442d18p-1, 0x1.1a62633145c07p-55};
inline constexpr Split kAtanOfHalf{0x1.dac67p-2, 0x1.586ed4p-28, 0x1.dac670561bb4fp-2, 0x1.a2b7f222f65e2p-56};
inline constexpr Split kTwoOverSqrtPi{0x1.20dd76p0, -0x1.f7ac92p-25, 0x1.20dd750429b6dp0, 0x1.1ae3a914fed8p-56};

// expm1(x) = x + c0 x^2 + c1 x^3 + ..., |x| < 0.3467
inline constexpr double kExpF32[] = {  // 2^-30.9
    0x1p-1, 0x1.555554p-3, 0x1.5554fp-5, 0x1.111306p-7, 0x1.6d4372p-10, 0x1.9e0c28p-13};
inline constexpr double kExpF64[] = {  // 2^-61.7
    0x1p-1, 0x1.5555555555559p-3, 0x1.555555555554dp-5, 0x1.111111110f655p-7, 0x1.6c16c16c1aafep-10, 0x1.a01a01b0036d9p-13, 0x1.a01a018e0f1d8p-16, 0x1.71ddf80f86bfep-19, 0x1.27e51339881a6p-22, 0x1.af5f2c464c9c2p-26, 0x1.1f1a36b0a9e8ap-29};
inline constexpr Table kExp{kExpF32, kExpF64};

// 2 atanh(s) = 2 s + c0 s^3 + c1 s^5 + ..., s < 0.1717
inline constexpr double kLogF32[] = {  // 2^-34.9
    0x1.555554p-1, 0x1.999bd2p-2, 0x1.23f25p-2, 0x1.ec01p-3};
inline constexpr double kLogF64[] = {  // 2^-66.9
    0x1.5555555555555p-1, 0x1.9999999999bcap-2, 0x1.2492492467956p-2, 0x1.c71c71fbbced8p-3, 0x1.745d04e46c3a4p-3, 0x1.3b17789c3aef7p-3, 0x1.109e742c1e1c2p-3, 0x1.efd48344675bfp-4, 0x1.6b0aa871c1a59p-4};
inline constexpr Table kLog{kLogF32, kLogF64};

// 2 atanh(s) = 2 s + (2/3) s^3 + (2/5) s^5 + c0 s^7 + ..., s < 0.1717, for pow
inline constexpr double kPowLogF32[] = {  // 2^-43
    0x1.2492bcp-2, 0x1.c69d8cp-3, 0x1.8aa82ap-3};
inline constexpr double kPowLogF64[] = {  // 2^-72.8
    0x1.24924924927d3p-2, 0x1.c71c71c658d81p-3, 0x1.745d17d8275dap-3, 0x1.3b1377f54b54p-3, 0x1.111dd92ecb6c3p-3, 0x1.de9ca28508254p-4, 0x1.e7f0c9f68c211p-4};
inline constexpr Table kPowLog{kPowLogF32, kPowLogF64};

// sin(x) = x + c0 x^3 + ..., x < 0.7855
inline constexpr double kSinF32[] = {  // 2^-32.2
    -0x1.555556p-3, 0x1.111164p-7, -0x1.a04866p-13, 0x1.77e1f8p-19};
inline constexpr double kSinF64[] = {  // 2^-57.8
    -0x1.5555555555548p-3, 0x1.111111110f75dp-7, -0x1.a01a019bf222ep-13, 0x1.71de355f05599p-19, -0x1.ae5e5471f55p-26, 0x1.5d8e3511cda67p-33};
inline constexpr Table kSin{kSinF32, kSinF64};

// cos(x) = 1 - x^2/2 + c0 x^4 + ..., x < 0.7855
inline constexpr double kCosF32[] = {  // 2^-32.9
    0x1.55554ap-5, -0x1.6c0c2ap-10, 0x1.99e91p-16};
inline constexpr double kCosF64[] = {  // 2^-63.9
    0x1.555555555554bp-5, -0x1.6c16c16c15016p-10, 0x1.a01a019c8f3eep-16, -0x1.27e4f7f19d4b2p-22, 0x1.1ee9dbd0d86a6p-29, -0x1.8fa681e385241p-37};
inline constexpr Table kCos{kCosF32, kCosF64};

// sin(x) = x - x^3/8 + c0 x^3 + ..., x < 1.5709
inline constexpr double kHalfTurnSinF32[] = {  // 2^-32.6
    -0x1.555556p-5, 0x1.111118p-7, -0x1.a01b0ap-13, 0x1.71caf2p-19, -0x1.a174cep-26};
inline constexpr double kHalfTurnSinF64[] = {  // 2^-63.4
    -0x1.5555555555555p-5, 0x1.1111111111104p-7, -0x1.a01a01a019417p-13, 0x1.71de3a551234p-19, -0x1.ae64564eaae5ep-26, 0x1.6124517ca984bp-33, -0x1.ae792a986d6ep-41, 0x1.93dc457c44defp-49, -0x1.0da17ba355858p-57};
inline constexpr Table kHalfTurnSin{kHalfTurnSinF32, kHalfTurnSinF64};

// atan(x) = x + c0 x^3 + ..., x <= 0.25
inline constexpr double kAtanF32[] = {  // 2^-32.4
    -0x1.55555p-2, 0x1.9992dcp-3, -0x1.23428cp-3, 0x1.933b06p-4};
inline constexpr double kAtanF64[] = {  // 2^-66.4
    -0x1.5555555555555p-2, 0x1.999999999981p-3, -0x1.249249247cd92p-3, 0x1.c71c71b3ab894p-4, -0x1.745d120b657f7p-4, 0x1.3b12cda7223c3p-4, -0x1.10f7eb39dbc9dp-4, 0x1.de46107bb9d1bp-5, -0x1.8586c008d3df5p-5, 0x1.c79015b6850b9p-7, 0x1.de30a31ec23a4p-5};
inline constexpr Table kAtan{kAtanF32, kAtanF64};

// asin(x) = x + c0 x^3 + ..., x <= 0.5
inline constexpr double kAsinF32[] = {  // 2^-31.6
    0x1.55554cp-3, 0x1.33389ep-4, 0x1.6caab6p-5, 0x1.04af34p-5, 0x1.d7924cp-7, 0x1.33d432p-5};
inline constexpr double kAsinF64[] = {  // 2^-59.8
    0x1.5555555555577p-3, 0x1.333333332e133p-4, 0x1.6db6db721247bp-5, 0x1.f1c71a95002fbp-6, 0x1.6e8bdedebf9dfp-6, 0x1.1c49f077d5bc7p-6, 0x1.ca1f8af1f0a3ap-7, 0x1.75859dad05d79p-7, 0x1.613c1e6ed73f2p-7, 0x1.e5fbe88dfba57p-9, 0x1.639a894e228e8p-6, -0x1.57fad0deac45ep-6, 0x1.0b45e9f72edb3p-5};
inline constexpr Table kAsin{kAsinF32, kAsinF64};

// erf(x) = 2/sqrt(pi) x + c0 x^3 + ..., x <= 0.5
inline constexpr double kErfF32[] = {  // 2^-29.2
    -0x1.812738p-2, 0x1.ce2644p-4, -0x1.b67f92p-6, 0x1.35f95cp-8};
inline constexpr double kErfF64[] = {  // 2^-64.7
    -0x1.812746b0379e7p-2, 0x1.ce2f21a042c57p-4, -0x1.b82ce3128dee8p-6, 0x1.565bcd10547b2p-8, -0x1.c02db4d1759e2p-11, 0x1.f9a35dde204cfp-14, -0x1.f4db50149649ap-17, 0x1.bac7a57c7f62bp-20, -0x1.6b555505bd2a8p-23, 0x1.388ff6bedf64cp-26};
inline constexpr Table kErf{kErfF32, kErfF64};

// x^(-1/3) = c0 + c1 x + ..., 1 <= x <= 2: where the iteration starts
inline constexpr double kCbrtF32[] = {  // 2^-11.9
    0x1.8ab91cp0, -0x1.9eb322p-1, 0x1.456226p-2, -0x1.991554p-5};
inline constexpr double kCbrtF64[] = {  // 2^-14.6
    0x1.ab85904419654p0, -0x1.2c41e23e5eb7dp0, 0x1.6416505a6e46ap-1, -0x1.c51861064401ep-3, 0x1.d46f7d3355354p-6};
inline constexpr Table kCbrt{kCbrtF32, kCbrtF64};

// (2 + 3 x) exp(x^2) erfc(x) = (c0 + c1) + c2 t + c3 t^2 + ..., t = (x - a) / (x + a), x > 0.499; a = 2 (f32), 4 (f64)
inline constexpr double kErfcF32[] = {  // 2^-30.9
    -0x1.2f542p-25, 0x1.058672p1, -0x1.693452p-2, -0x1.069656p-3, 0x1.a71706p-3, -0x1.457d38p-4, -0x1.17e288p-7, 0x1.9f402cp-7, 0x1.61bdccp-10, -0x1.203c1p-9, -0x1.ac25e6p-12, 0x1.72c0a2p-12};
inline constexpr double kErfcF64[] = {  // 2^-60.1
    0x1.d2c750e246b06p-54, 0x1.eb018ce4f8a53p0, -0x1.5b19d309b1b77p-2, 0x1.0f371a2170063p-3, 0x1.47f4030365b6ep-6, -0x1.8da09f8ab12c7p-4, 0x1.bea654d2c399fp-4, -0x1.576eecbc50598p-4, 0x1.941b0a6eb4fa3p-5, -0x1.6cd0575674defp-6, 0x1.d47a1c37f288ep-8, -0x1.2cd2282b530fp-10, -0x1.0ffe80b65934ap-12, 0x1.c229ad5dfacb3p-13, -0x1.3afb62b954286p-15, -0x1.01b43d6e34dc7p-16, 0x1.185e0a2561effp-17, 0x1.3fea35945deecp-22, -0x1.3d2a8a961f83dp-20, 0x1.0d3f9fc2e7be7p-23, 0x1.3d14658a06607p-23, -0x1.e902ec1f46dc9p-26, -0x1.d9492134647dbp-27, 0x1.96026936b6151p-29};
inline constexpr Table kErfc{kErfcF32, kErfcF64};

}  // namespace lockstep::math
