#!/usr/bin/env python3
"""Writes engine/src/math/two_over_pi.hpp: python3 docs/math/two_over_pi.py > engine/src/math/two_over_pi.hpp

pi by Machin's formula in integers: pi/4 = 4 atan(1/5) - atan(1/239).
"""

BITS = 64 * 20
GUARD = 64


def atan_of_inverse(n, one):
    """atan(1/n) times `one`."""
    power = total = one // n
    k, sign = 3, -1
    while power:
        power //= n * n
        total += sign * (power // k)
        k, sign = k + 2, -sign
    return total


one = 1 << (BITS + GUARD)
pi = 4 * (4 * atan_of_inverse(5, one) - atan_of_inverse(239, one))
bits = (2 * one * one // pi) >> GUARD
words = [0] + [(bits >> (64 * (19 - i))) & (2**64 - 1) for i in range(20)]

print("// Made by docs/math/two_over_pi.py; not to be edited.\n// clang-format off\n#pragma once\n\n#include <cstdint>\n")
print("namespace lockstep::math {\n")
print("/// 64 zero bits, then the first 1280 bits of 2/pi after the point.")
print("inline constexpr std::uint64_t kTwoOverPi[] = {")
for i in range(0, len(words), 3):
    print("    " + ", ".join(f"0x{word:016x}" for word in words[i : i + 3]) + ",")
print("};\n\n}  // namespace lockstep::math")
