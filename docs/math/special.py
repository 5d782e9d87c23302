#!/usr/bin/env python3
"""The coefficients of engine/src/math/special_coefficients.hpp (needs mpmath: Sollya has no gamma
function and no weights):

    python3 docs/math/special.py > engine/src/math/special_coefficients.hpp

Each polynomial is a weighted least-squares fit at Chebyshev nodes. Its coefficients are rounded in turn, the lowest
first; those above are fitted anew to what the rounding left. The comments give the largest error of the function that
is approximated: relative for the polynomials near 2 and near 0, absolute for Stirling's series and of erf(x).
"""
import re

from mpmath import cos, erf, erfc, euler, exp, frexp, ldexp, log, loggamma, matrix, mp, mpf, pi, qr_solve, sqrt, zeta

mp.prec = 260
DIGITS = {"F32": 24, "F64": 53}
SERIES_FROM = mpf(13) / 2


def rounded(value, digits):
    mantissa, exponent = frexp(value)
    return ldexp(mp.nint(ldexp(mantissa, digits)), exponent - digits)


def hexadecimal(value):
    return re.sub(r"\.?0*p", "p", float(value).hex())


def fit(f, low, high, terms, digits, weight):
    """The coefficients, and the largest weighted error."""
    count = 4 * terms
    nodes = [(low + high) / 2 + (high - low) / 2 * cos(pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    done = []
    for first in range(terms):
        left, right = matrix(count, terms - first), matrix(count, 1)
        for i, x in enumerate(nodes):
            right[i] = (f(x) - sum(c * x**k for k, c in enumerate(done))) * weight(x)
            for j in range(terms - first):
                left[i, j] = x ** (first + j) * weight(x)
        done.append(rounded(qr_solve(left, right)[0][0], digits))
    grid = [low + (high - low) * i / 499 for i in range(500)]
    return done, max(abs((f(x) - sum(c * x**k for k, c in enumerate(done))) * weight(x)) for x in grid)


def near_two(t):
    """(log(gamma(2 + t)) - (1 - euler) t) / t^2."""
    if abs(t) < mpf(2) ** -40:
        return (zeta(2) - 1) / 2 - (zeta(3) - 1) / 3 * t
    return (loggamma(2 + t) - (1 - euler) * t) / t**2


def stirling(z):
    """What Stirling's formula leaves of log(gamma(x)), times x; z = 1/x^2."""
    if z < mpf(2) ** -60:
        return mpf(1) / 12 - z / 360
    x = 1 / sqrt(z)
    return (loggamma(x) - ((x - mpf(1) / 2) * log(x) - x + log(2 * pi) / 2)) * x


def erf_near(z):
    """erf(x) / x - 1; z = x^2."""
    x = sqrt(z)
    return 2 / sqrt(pi) * (1 - z / 3) - 1 if z < mpf(2) ** -80 else erf(x) / x - 1


def erf_far(center):
    return lambda t: erfc(t + center) * exp((t + center) ** 2)


def table(name, f, low, high, terms, weight):
    for kind in ("F32", "F64"):
        end = high[kind] if isinstance(high, dict) else high
        found, error = fit(f, low, end, terms[kind], DIGITS[kind], weight)
        print(f"inline constexpr double k{name}{kind}[] = {{  // 2^{float(log(error, 2)):.1f}")
        print("    " + ", ".join(map(hexadecimal, found)) + "};")
    print(f"inline constexpr Table k{name}{{k{name}F32, k{name}F64}};\n")


def split(name, value):
    parts = []
    for digits in DIGITS.values():
        most = rounded(value, digits)
        parts += [most, rounded(value - most, digits)]
    print(f"inline constexpr Split k{name}{{{', '.join(map(hexadecimal, parts))}}};")


print("// Made by docs/math/special.py; not to be edited.\n// clang-format off\n#pragma once\n")
print('#include "coefficients.hpp"\n\nnamespace lockstep::math {\n')
split("OneLessEuler", 1 - euler)
split("LogPi", log(pi))
print("// (log(2 pi) - 1) / 2")
split("StirlingConstant", (log(2 * pi) - 1) / 2)
print("\n// log(gamma(2 + t)) = (1 - euler) t + c0 t^2 + c1 t^3 + ..., abs(t) <= 1/2")
table("GammaNearTwo", near_two, mpf(-1) / 2, mpf(1) / 2, {"F32": 10, "F64": 19}, abs)
print("// log(gamma(x)) = (x - 1/2) (log(x) - 1) + (log(2 pi) - 1) / 2 + (c0 + c1 / x^2 + ...) / x, x >= 6.5")
table("Stirling", stirling, mpf(0), 1 / SERIES_FROM**2, {"F32": 3, "F64": 7}, sqrt)
print("// erf(x) = x + x (c0 + c1 t + ...), t = x^2 - 1/2, abs(x) <= 17/16")
middle = mpf(1) / 2
table("ErfNear", lambda t: erf_near(t + middle), -middle, mpf(289) / 256 - middle, {"F32": 8, "F64": 13},
      lambda t: 1 / (1 + erf_near(t + middle)))
print("// erf(x) = 1 - exp(-x^2) (c0 + c1 t + ...), t = x - 3/2, 17/16 <= x <= 4 (f32), 6")
center = mpf(3) / 2
table("ErfFar", erf_far(center), mpf(17) / 16 - center, {"F32": 4 - center, "F64": 6 - center}, {"F32": 9, "F64": 21},
      lambda t: exp(-((t + center) ** 2)))
print("}  // namespace lockstep::math")
