#!/usr/bin/env python3
"""Writes what NumPy gives, for tests/03_elementwise.cpp, 04_reduce.cpp and types.cpp: types.txt (result types) and
values.txt with values.bin (results, bit by bit). Run it with NumPy 2.4 and commit the outputs:

    python3 tests/golden/make_numpy.py

Types that this library lacks are mapped to the next larger ones: f16 to f32, i16 to i32, u16 to u32."""

import pathlib
import warnings

import numpy as np

HERE = pathlib.Path(__file__).parent
TYPES = {"bool": np.bool_, "i8": np.int8, "i32": np.int32, "i64": np.int64, "u8": np.uint8, "u32": np.uint32,
         "u64": np.uint64, "f32": np.float32, "f64": np.float64}
MAPPED = {np.dtype(t): name for name, t in TYPES.items()}
MAPPED |= {np.dtype(np.float16): "f32", np.dtype(np.int16): "i32", np.dtype(np.uint16): "u32"}

BINARY = ["add", "subtract", "multiply", "true_divide", "floor_divide", "remainder", "power", "bitwise_and", "bitwise_or",
          "bitwise_xor", "left_shift", "right_shift", "equal", "not_equal", "less", "less_equal", "greater",
          "greater_equal", "logical_and", "logical_or", "logical_xor", "minimum", "maximum", "fmin", "fmax", "copysign"]
UNARY = ["negative", "invert", "logical_not", "abs", "sign", "square", "sqrt", "reciprocal", "floor", "ceil", "trunc",
         "rint", "round", "isnan", "isinf", "isfinite", "signbit"]
REDUCTIONS = ["sum", "prod", "min", "max", "mean", "any", "all", "count", "argmin", "argmax", "var", "std", "norm",
              "band", "bor", "bxor", "land", "lor", "lxor"]
# Those that are called something else.
OTHER_NAMES = {"count": np.count_nonzero, "norm": np.linalg.norm, "band": np.bitwise_and.reduce,
               "bor": np.bitwise_or.reduce, "bxor": np.bitwise_xor.reduce, "land": np.logical_and.reduce,
               "lor": np.logical_or.reduce, "lxor": np.logical_xor.reduce}
# Zeros of different signs: NumPy's own choice depends on the vector unit that it runs on.
TIES = {"minimum", "maximum", "fmin", "fmax"}


def result_type(function, *operands):
    try:
        return MAPPED[np.asarray(function(*operands)).dtype]
    except TypeError:
        return "-"


def reduction(name):
    return OTHER_NAMES.get(name) or getattr(np, name)


def types():
    """Lines `function type [type] result`; `int`, `float` and `bool_number` are Python's numbers; - is a refusal."""
    arrays = {name: np.ones(2, t) for name, t in TYPES.items()}
    numbers = {"bool_number": True, "int": 1, "float": 1.0}
    yield f"# NumPy {np.__version__}"
    for a in arrays:
        for b in arrays:
            yield f"promote {a} {b} {MAPPED[np.promote_types(TYPES[a], TYPES[b])]}"
    for name in BINARY:
        function = getattr(np, name)
        for a in arrays:
            for b in arrays:
                yield f"{name} {a} {b} {result_type(function, arrays[a], arrays[b])}"
            for b in numbers:
                yield f"{name} {a} {b} {result_type(function, arrays[a], numbers[b])}"
                yield f"{name} {b} {a} {result_type(function, numbers[b], arrays[a])}"
    for name in UNARY:
        for a in arrays:
            yield f"{name} {a} {result_type(getattr(np, name), arrays[a])}"
    for name in REDUCTIONS:
        for a in arrays:
            yield f"{name} {a} {result_type(reduction(name), arrays[a])}"


def floats(random, t, n):
    """Values near 1, any bits at all, whole and half numbers, and the special ones, in random order."""
    bits = {4: np.uint32, 8: np.uint64}[np.dtype(t).itemsize]
    limits = np.finfo(t)
    special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, limits.smallest_subnormal, -limits.smallest_subnormal,
                        limits.tiny, limits.max, -limits.max, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, limits.eps, 3, -7], t)
    parts = [random.uniform(-8, 8, n - n // 4 - n // 4 - n // 8).astype(t),
             random.integers(0, np.iinfo(bits).max, n // 4, bits, endpoint=True).view(t),
             (random.integers(-40, 41, n // 8) / 2).astype(t), random.choice(special, n // 4)]
    values = np.concatenate(parts)
    random.shuffle(values)
    return values


def integers(random, t, n):
    if t is np.bool_:
        return random.integers(0, 2, n).astype(np.bool_)
    limits = np.iinfo(t)
    special = np.array([0, 1, limits.max, limits.max - 1, limits.min, limits.min + 1, 2, 7], t)
    if limits.min < 0:
        special = np.append(special, np.array([-1, -2, -7], t))
    small = random.integers(max(limits.min, -20), 21, n // 4).astype(t)
    wide = random.integers(limits.min, limits.max, n - n // 4 - n // 4, t, endpoint=True)
    values = np.concatenate([wide, small, random.choice(special, n // 4)])
    random.shuffle(values)
    return values


class Store:
    """Arrays one after another in values.bin, each with its line `array name type count offset` in values.txt."""

    def __init__(self):
        self.lines, self.bytes, self.arrays = [f"# NumPy {np.__version__}, little-endian"], bytearray(), {}

    def array(self, name, values):
        if name in self.arrays:
            assert self.arrays[name].tobytes() == values.tobytes(), f"two arrays are called {name}"
        else:
            self.arrays[name] = values
            kind = next(k for k, t in TYPES.items() if np.dtype(t) == values.dtype)
            self.lines.append(f"array {name} {kind} {values.size} {len(self.bytes)}")
            self.bytes += values.astype(values.dtype.newbyteorder("<")).tobytes()
        return name


def values(store):
    """Lines `call function result operand [operand]` and `fold reduction result operand rows columns axis`."""
    random = np.random.Generator(np.random.PCG64(20240607))
    for kind, t in TYPES.items():
        floating = kind in ("f32", "f64")
        n = 2048 if floating else 512
        make = floats if floating else integers
        x, y = make(random, t, n), make(random, t, n)
        operands = {"y": y}
        if floating:
            tie = (x == 0) & (y == 0)
            operands["no_tie"] = np.where(tie, t(1), y)
            operands["no_nan"] = np.where(np.isnan(x), t(-1), x)
            operands["signs"] = np.where(np.isnan(y), t(-1), y)
        else:
            width = np.dtype(t).itemsize * 8
            operands["shift"] = random.integers(0, 2 if kind == "bool" else width, n).astype(t)
            operands["exponent"] = random.integers(0, 2 if kind == "bool" else 9, n).astype(t)
        for name in BINARY:
            second = "y"
            if name in TIES and floating:
                second = "no_tie"
            if name == "copysign" and floating:
                second = "signs"  # here a NaN has no sign
            if name == "power":
                second = "exponent"
            if "shift" in name:
                second = "shift"
            if second in operands:
                call(store, name, kind, ("x", x), (second, operands[second]))
        for name in UNARY:
            first = "no_nan" if name == "signbit" and floating else "x"
            call(store, name, kind, (first, operands.get(first, x)))
        exact = ("min", "max", "any", "all", "count", "argmin", "argmax", "land", "lor", "lxor")
        for name in exact + (() if floating else ("sum", "prod", "band", "bor", "bxor")):
            for axis in (None, 0, 1):
                fold(store, name, kind, x[:462].reshape(14, 33), axis)


def call(store, name, kind, *operands):
    try:
        result = np.asarray(getattr(np, name)(*(v for _, v in operands)))
    except TypeError:
        return
    if result.dtype not in [np.dtype(t) for t in TYPES.values()]:
        return  # a 16-bit type
    inputs = [store.array(f"{kind}.{label}", v) for label, v in operands]
    store.lines.append(f"call {name} {store.array(f'{kind}.{name}', result)} {' '.join(inputs)}")


def fold(store, name, kind, x, axis):
    result = np.asarray(reduction(name)(x, axis=axis))
    label = "all" if axis is None else axis
    out = store.array(f"{kind}.{name}.{label}", result.reshape(-1))
    store.lines.append(f"fold {name} {out} {store.array(f'{kind}.matrix', x)} {x.shape[0]} {x.shape[1]} {label}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    (HERE / "types.txt").write_text("\n".join(types()) + "\n")
    store = Store()
    values(store)
    (HERE / "values.txt").write_text("\n".join(store.lines) + "\n")
    (HERE / "values.bin").write_bytes(bytes(store.bytes))
