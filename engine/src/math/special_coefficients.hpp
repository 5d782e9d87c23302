// Made by docs/math/special.py; not to be edited.
// clang-format off
#pragma once

#include "coefficients.hpp"

namespace lockstep::math {

inline constexpr Split kOneLessEuler{0x1.b0ee6p-2, 0x1.c824f4p-28, 0x1.b0ee6072093cep-2, 0x1.6cb90701fbfabp-58};
inline constexpr Split kLogPi{0x1.250d04p+0, 0x1.1cf438p-25, 0x1.250d048e7a1bdp+0, 0x1.7abf2ad8d5088p-57};
// (log(2 pi) - 1) / 2
inline constexpr Split kStirlingConstant{0x1.acfe3ap-2, -0x1.e6d052p-27, 0x1.acfe390c97d69p-2, 0x1.3494bc9001442p-56};

// log(gamma(2 + t)) = (1 - euler) t + c0 t^2 + c1 t^3 + ..., abs(t) <= 1/2
inline constexpr double kGammaNearTwoF32[] = {  // 2^-31.6
    0x1.4a34ccp-2, -0x1.13e002p-4, 0x1.5132d2p-6, -0x1.e4042ap-8, 0x1.7aa5ap-9, -0x1.38d72ap-10, 0x1.0e59c4p-11, -0x1.cc17p-13, 0x1.9dc56p-14, -0x1.ce075ap-15};
inline constexpr double kGammaNearTwoF64[] = {  // 2^-60.6
    0x1.4a34cc4a60fa6p-2, -0x1.13e001a557609p-4, 0x1.51322ac7d8745p-6, -0x1.e404fc218de3p-8, 0x1.7add6ead69acp-9, -0x1.38ac5c2d36aa7p-10, 0x1.0b36afa77f1a7p-11, -0x1.d3fd4b701ae1ap-13, 0x1.a127a090b092cp-14, -0x1.78de997a54dbcp-15, 0x1.581044fc5419fp-16, -0x1.3cb3da867a4fp-17, 0x1.255c50a57f72fp-18, -0x1.1275673b47642p-19, 0x1.03dc44d95e35ap-20, -0x1.ce2e49ec5dfc7p-22, 0x1.8a73b477b74aap-23, -0x1.1fe4f4565e6b1p-23, 0x1.55106539b236p-24};
inline constexpr Table kGammaNearTwo{kGammaNearTwoF32, kGammaNearTwoF64};

// log(gamma(x)) = (x - 1/2) (log(x) - 1) + (log(2 pi) - 1) / 2 + (c0 + c1 / x^2 + ...) / x, x >= 6.5
inline constexpr double kStirlingF32[] = {  // 2^-33.1
    0x1.555556p-4, -0x1.6c1c7p-9, 0x1.9abf5ap-11};
inline constexpr double kStirlingF64[] = {  // 2^-60.2
    0x1.555555555555p-4, -0x1.6c16c16bd6fe7p-9, 0x1.a019ffdb77e5p-11, -0x1.38121a444d1dfp-11, 0x1.b8bdc3eeee8a1p-11, -0x1.e5ef786035c2ap-10, 0x1.225f57be1aa2bp-8};
inline constexpr Table kStirling{kStirlingF32, kStirlingF64};

// erf(x) = x + x (c0 + c1 t + ...), t = x^2 - 1/2, abs(x) <= 17/16
inline constexpr double kErfNearF32[] = {  // 2^-29.8
    -0x1.1ae14ep-5, -0x1.1fd162p-2, 0x1.45436ep-4, -0x1.2b90b8p-6, 0x1.c82286p-9, -0x1.25ead8p-11, 0x1.4c22c4p-14, -0x1.5e7fc8p-17};
inline constexpr double kErfNearF64[] = {  // 2^-58.9
    -0x1.1ae14dc34815ap-5, -0x1.1fd16292151fdp-2, 0x1.454368017b04fp-4, -0x1.2b902b7b2f39fp-6, 0x1.c82aa249db5f4p-9, -0x1.263991b7e3d8p-11, 0x1.486638c3c0f9ap-14, -0x1.429e9417539d3p-17, 0x1.1ad5e1d7bcd05p-20, -0x1.bf8ce73f7834dp-24, 0x1.42a1ea3344495p-27, -0x1.acdec81151d8dp-31, 0x1.f4843b0c011dp-35};
inline constexpr Table kErfNear{kErfNearF32, kErfNearF64};

// erf(x) = 1 - exp(-x^2) (c0 + c1 t + ...), t = x - 3/2, 17/16 <= x <= 4 (f32), 6
inline constexpr double kErfFarF32[] = {  // 2^-28.8
    0x1.494dbp-2, -0x1.4f19a2p-3, 0x1.37ea3ep-4, -0x1.0db7eep-5, 0x1.b64ebep-7, -0x1.544222p-8, 0x1.f70f56p-10, -0x1.2ca8f8p-11, 0x1.7355a4p-14};
inline constexpr double kErfFarF64[] = {  // 2^-57.2
    0x1.494daffa2ad68p-2, -0x1.4f1988444cacfp-3, 0x1.37ea271bc575ap-4, -0x1.0dc51d294519ap-5, 0x1.b65944f310617p-7, -0x1.513ed75d5e866p-8, 0x1.ee705e8eea978p-10, -0x1.5b0ac102b36a6p-11, 0x1.d4509a001e33ap-13, -0x1.30c0b0a2badebp-14, 0x1.7f98da3552216p-16, -0x1.d41f8bce685ebp-18, 0x1.15943c8a36f02p-19, -0x1.402de49b11789p-21, 0x1.647ef67edb87cp-23, -0x1.740c79bacf7a7p-25, 0x1.56ec59512eda1p-27, -0x1.00a99d61eba84p-29, 0x1.194b85943b792p-32, -0x1.868fc43ea643ap-36, 0x1.fb32b11d30b1cp-41};
inline constexpr Table kErfFar{kErfFarF32, kErfFarF64};

}  // namespace lockstep::math
