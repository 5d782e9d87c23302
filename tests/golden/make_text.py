#!/usr/bin/env python3
"""Writes text.json: expressions of the text form with the bits that NumPy 2 gives for them.

Usage: make_text.py [OUTPUT]. Deterministic: the same NumPy gives the same bytes. A row is the expression, with the
Python expression where that differs (and, or, not and chains of comparisons work on single values in Python, and the
types of numbers are written in another way). Left out are floats whose sums or powers NumPy rounds in another order.
"""
import json
import pathlib
import sys

import numpy as np

NAMES = {np.bool_: "bool", np.int8: "i8", np.int32: "i32", np.int64: "i64", np.uint8: "u8", np.uint32: "u32",
         np.uint64: "u64", np.float32: "f32", np.float64: "f64"}

inf, nan = np.inf, np.nan
ARRAYS = {
    "x": np.array([0.1, -2.5, 3.75, 1e10, -0.0, 7.5], np.float32),
    "y": np.array([3.0, 0.3, -1.25, 1e-3, 5.5, -2.0], np.float32),
    "s": np.array([0.0, -0.0, inf, -inf, nan, 1.0], np.float64),
    "d": np.array([0.1, -0.7, 2.5, 3.5, 1e300, -1e-300], np.float64),
    "i": np.array([-7, 3, 0, 12, -1, 2**31 - 1], np.int32),
    "j": np.array([2, -2, 5, 7, 3, 4], np.int32),
    "k": np.array([1, 2, 3, 4, 5, 6], np.int32),
    "l": np.array([-(2**63), 2**63 - 1, -5, 5, 0, 1], np.int64),
    "b": np.array([-128, -3, 0, 1, 100, 127], np.int8),
    "u": np.array([0, 1, 2, 200, 254, 255], np.uint8),
    "w": np.array([0, 1, 2**63, 2**64 - 1, 5, 6], np.uint64),
    "p": np.array([True, False, True, True, False, False]),
    "q": np.array([True, True, False, True, False, True]),
    "m": np.arange(12, dtype=np.float64).reshape(3, 4) - 3.5,
    "c": np.array([[1], [2], [3]], np.int64),
}
SCALARS = {"a": 3, "h": 0.5}

CASES = [  # text, or (text, Python)
    "x + y", "x - y*2", "x*y + x/y", "x / 0", "(x - y) * (x + y)", "-x**2", "x**-1", "x**0.5", "2*x - 1/3", "h*x + a",
    "x + d", "d // 0.3", "d % 0.3", "-d // 0.3", "x % -1.5", "s + 1", "s * 0", "1/s", "s == s", "s < 1", "s != 0",
    "i + j", "i * j", "i // j", "i % j", "i / j", "i // 0", "i**2", "2**k", "i - a", "i * h", "i & j", "i | j", "i ^ j", "~i",
    "k << 2", "i >> 1", "1 << k", "l + 1", "l - 1", "-l", "l // 3", "b * 2", "b + 100", "-b", "u + 1", "u // 2", "u + i", "b + x",
    "u * x", "i + x", "l + x", "w + 1", ("w == 9223372036854775808", "w == 2**63"), "w > l", "l < w", "p + q", "p * q", "p & q", "p | ~q", "p ^ q", "p + 1",
    "p * x", "p / q", "u & 0x0F", "i + 1_000", "x + 1e-3", "x * .5", "w - 0xFFFFFFFFFFFFFFFF", "i | 0b101", "1 + 2 * 3",
    "2**-1", "2**3**2", "7 // -2", "-7 % 3", "1 / 3", "10 - 4 - 3", "2 * 3 % 4", "1 << 2 + 1", "6 & 3 == 3",
    "m + c", "m * m[0]", "m[1:, ::2]", "m[::-1, 1]", "m[-1]", "m[:, None, 0] * x[:4]", "x[1:] - x[:-1]", "x[::-1] + y",
    "x[4:0:-2]", "m[..., -1]", "x[None] + c",
    ("p and q", "np.logical_and(p, q)"), ("i or j", "np.logical_or(i, j)"), ("not x", "np.logical_not(x)"),
    ("not p and q or p", "(~p & q) | p"), ("0 <= i < 5", "(0 <= i) & (i < 5)"),
    ("x < y == p", "(x < y) & (y == p)"), ("-1 < x < y < 10", "(-1 < x) & (x < y) & (y < 10)"),
    ("x + 0.1f64", "x + np.float64(0.1)"), ("x + 0.1f32", "x + np.float32(0.1)"), ("u + 1u8", "u + np.uint8(1)"),
    ("u + 300i32", "u + np.int32(300)"), ("x * 2i64", "x * np.int64(2)"), ("1f32 / 3f32", "np.float32(1) / np.float32(3)"),
    ("-128i8 + b[3:]", "np.int8(-128) + b[3:]"), ("18446744073709551615u64 - w", "np.uint64(2**64 - 1) - w"),
    ("f32(d[:4]) + x[:4]", "d[:4].astype(np.float32) + x[:4]"), ("i32(x[:3])", "x[:3].astype(np.int32)"),
    ("u8(i)", "i.astype(np.uint8)"), ("bool(s)", "s.astype(bool)"), ("f64(i) / 3", "i.astype(np.float64) / 3"),
    ("u64(b)", "b.astype(np.uint64)"), ("f32(l)", "l.astype(np.float32)"),
    ("where(x > y, x, y)", "np.where(x > y, x, y)"), ("where(p, i, 0)", "np.where(p, i, 0)"),
    ("where(i, x, d)", "np.where(i, x, d)"), ("minimum(x, y)", "np.minimum(x, y)"), ("max(x, y)", "np.maximum(x, y)"),
    ("min(s, d)", "np.minimum(s, d)"), ("clip(i, -1, 3)", "np.clip(i, -1, 3)"), ("sqrt(x*x + y*y)", "np.sqrt(x*x + y*y)"),
    ("sqrt(d)", "np.sqrt(d)"), ("abs(i - j)", "np.abs(i - j)"), ("floor(d * 3) + ceil(x)", "np.floor(d * 3) + np.ceil(x)"),
    ("rint(m)", "np.rint(m)"), ("trunc(m)", "np.trunc(m)"), ("copysign(x, s)", "np.copysign(x, s)"), ("isnan(s)", "np.isnan(s)"),
    ("sign(d)", "np.sign(d)"), ("fmax(s, 0.5)", "np.fmax(s, 0.5)"), ("square(i)", "np.square(i)"),
    ("sum(i)", "np.sum(i, dtype=np.int64)"), ("sum(m)", "np.sum(m)"), ("sum(m, axis=0)", "np.sum(m, axis=0)"),
    ("sum(m, axis=1, keepdims=True)", "np.sum(m, axis=1, keepdims=True)"), ("sum(m, axis=(0, 1))", "np.sum(m)"),
    ("m - mean(m, axis=1, keepdims=True)", "m - np.mean(m, axis=1, keepdims=True)"), ("mean(m)", "np.mean(m)"),
    ("prod(k)", "np.prod(k, dtype=np.int64)"), ("max(m, axis=-1)", "np.max(m, axis=-1)"), ("min(x)", "np.min(x)"),
    ("min(s)", "np.min(s)"), ("any(p)", "np.any(p)"), ("all(p | ~p)", "np.all(p | ~p)"),
    ("count(i > 0)", "np.count_nonzero(i > 0)"), ("argmax(m, axis=0)", "np.argmax(m, axis=0)"), ("argmin(x)", "np.argmin(x)"),
    ("argmax(s)", "np.argmax(s)"), ("index(0) * k", "np.arange(6) * k"), ("arange(6) % 4", "np.arange(6) % 4"),
    ("m + index(1)", "m + np.arange(4)"), ("pi * x", "np.pi * x"), ("e - d", "np.e - d"), ("x < inf", "x < np.inf"),
    ("t = x - y; t * t", "(x - y) * (x - y)"),
]


def as_json(array):
    array = np.ascontiguousarray(array)
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), array.dtype.type(np.nan), array)
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return {"type": NAMES[array.dtype.type], "shape": list(np.shape(array)), "bytes": little.tobytes().hex()}


def row(case):
    text, python = case if isinstance(case, tuple) else (case, case)
    with np.errstate(all="ignore"):
        result = eval(python, {"np": np, **ARRAYS, **SCALARS})  # pylint: disable=eval-used
    shape = np.shape(result)
    return {"text": text, **as_json(np.asarray(result)), "shape": list(shape)}


def main():
    output = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("text.json"))
    lines = [f'"numpy": {json.dumps(np.__version__)}',
             '"arrays": {\n' + ",\n".join(f"{json.dumps(n)}: {json.dumps(as_json(a))}" for n, a in ARRAYS.items()) + "\n}",
             f'"scalars": {json.dumps(SCALARS)}',
             '"cases": [\n' + ",\n".join(json.dumps(row(case)) for case in CASES) + "\n]"]
    output.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="ascii")


if __name__ == "__main__":
    main()
