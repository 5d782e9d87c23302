#!/usr/bin/env python3
"""Writes what NumPy's reductions give for ordinary, special and empty inputs, for tests/04_reduce_numpy.cpp:
reductions.txt. Run it with NumPy 2.4 and commit the output:

    python3 tests/golden/make_reductions.py

Lines: name number type rows columns axis values result-type results, with commas between the elements; `number` is ddof or ord, or -; a result type of - is a refusal."""

import pathlib
import warnings

import numpy as np

HERE = pathlib.Path(__file__).parent
TYPES = {"bool": np.bool_, "i8": np.int8, "i64": np.int64, "u8": np.uint8, "f32": np.float32, "f64": np.float64}
NAMES = {np.dtype(t): name for name, t in TYPES.items()} | {np.dtype(np.uint64): "u64"}
PLAIN = {"sum": np.sum, "prod": np.prod, "min": np.min, "max": np.max, "mean": np.mean, "any": np.any, "all": np.all,
         "count": np.count_nonzero, "argmin": np.argmin, "argmax": np.argmax, "band": np.bitwise_and.reduce,
         "bor": np.bitwise_or.reduce, "bxor": np.bitwise_xor.reduce, "land": np.logical_and.reduce,
         "lor": np.logical_or.reduce, "lxor": np.logical_xor.reduce}
NUMBERS = {"var": (0, 1, 2.5, 40), "std": (0, 1, 40), "norm": (2, 1, 0, 3, 0.5, np.inf, -np.inf)}


def flat_norm(x, axis, ord):
    """Ours is that of the elements as one vector, whatever the axes."""
    return np.linalg.norm(x.reshape(-1) if axis is None else x, ord=ord, axis=0 if axis is None else axis)


def cases(kind, t):
    random = np.random.Generator(np.random.PCG64(7))
    yield np.zeros((0, 3), t)
    yield np.zeros((3, 0), t)
    yield np.ones((1, 1), t)
    if kind == "bool":
        yield random.integers(0, 2, (5, 7)).astype(t)
        yield np.zeros((2, 3), t)
        return
    yield np.array([[3, 1, 2], [9, 5, 7]], t)
    yield np.zeros((2, 3), t)
    if kind[0] in "iu":
        limits = np.iinfo(t)
        yield random.integers(limits.min, limits.max, (5, 7), t, endpoint=True)
        return
    yield random.uniform(-3, 3, (5, 7)).astype(t)
    yield (random.uniform(-1, 1, (4, 9)) + 1e4).astype(t)
    for special in ([np.nan], [np.inf], [-np.inf], [np.inf, -np.inf], [np.nan, np.inf]):
        x = random.uniform(1, 2, (3, 4)).astype(t)
        x.reshape(-1)[3:3 + 4 * len(special):4] = special
        yield x


def text(values):
    values = np.asarray(values).reshape(-1)
    if values.dtype.kind == "f":
        words = ["nan" if np.isnan(v) else str(v) for v in values]
    else:
        words = [str(int(v)) for v in values]
    return ",".join(words) or "-"


def line(name, number, kind, x, axis, function):
    head = f"{name} {'-' if number is None else number} {kind} {x.shape[0]} {x.shape[1]} " \
           f"{'all' if axis is None else axis} {text(x)}"
    try:
        result = np.asarray(function())
    except (ValueError, TypeError):
        return f"{head} - -"
    return f"{head} {NAMES[result.dtype]} {text(result)}"


def lines():
    yield f"# NumPy {np.__version__}"
    for kind, t in TYPES.items():
        for x in cases(kind, t):
            for axis in (None, 0, 1):
                for name, f in PLAIN.items():
                    yield line(name, None, kind, x, axis, lambda: f(x, axis=axis))
                for ddof in NUMBERS["var"]:
                    yield line("var", ddof, kind, x, axis, lambda: np.var(x, axis=axis, ddof=ddof))
                for ddof in NUMBERS["std"]:
                    yield line("std", ddof, kind, x, axis, lambda: np.std(x, axis=axis, ddof=ddof))
                for ord in NUMBERS["norm"]:
                    yield line("norm", ord, kind, x, axis, lambda: flat_norm(x, axis, ord))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    (HERE / "reductions.txt").write_text("\n".join(lines()) + "\n")
