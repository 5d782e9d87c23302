#!/usr/bin/env python3
"""Writes algorithms.txt: what NumPy gives for the calls of docs/algorithms.md. Run it with NumPy 2 and commit the output:

    python3 tests/golden/make_algorithms.py

A line is a function, its result and its operands; an array is its type and its elements' bits."""

import pathlib
import warnings

import numpy as np

HERE = pathlib.Path(__file__).parent
TYPES = {"bool": np.bool_, "i8": np.int8, "i32": np.int32, "i64": np.int64, "u8": np.uint8, "u32": np.uint32,
         "u64": np.uint64, "f32": np.float32, "f64": np.float64}
NAMES = {np.dtype(t): name for name, t in TYPES.items()}


def text(array):
    array = np.atleast_1d(np.asarray(array))
    bits = array.view(f"u{array.itemsize}")
    return f"{NAMES[array.dtype]}:{','.join(f'{b:x}' for b in bits)}"


def values(name, random):
    """40 elements with repeats and, of floats, infinities and NaN; sums are exact."""
    if name == "bool":
        return random.integers(0, 2, 40).astype(bool)
    if name[0] == "f":
        out = (random.integers(-8, 9, 40) / 4).astype(TYPES[name])
        out[random.choice(40, 4, False)] = [np.nan, np.inf, -np.inf, np.nan]
        return out
    low = 0 if name[0] == "u" else -9
    out = random.integers(low, 10, 40).astype(TYPES[name])
    info = np.iinfo(TYPES[name])
    out[random.choice(40, 2, False)] = [info.min, info.max]
    return out


def lines():
    random = np.random.default_rng(1)
    yield f"# NumPy {np.__version__}"
    for name in TYPES:
        x = values(name, random)
        sums = np.where(np.isfinite(x), x, 1).astype(x.dtype) if name[0] == "f" else x
        yield f"cumsum {text(np.cumsum(sums))} {text(sums)}"
        yield f"cumprod {text(np.cumprod(sums[:6]))} {text(sums[:6])}"
        nonzero = np.where(x == 0, x.dtype.type(1), x)  # which zero NumPy prefers is its own affair
        yield f"cummin {text(np.minimum.accumulate(nonzero))} {text(nonzero)}"
        yield f"cummax {text(np.maximum.accumulate(nonzero))} {text(nonzero)}"
        yield f"sort {text(np.sort(x, kind='stable'))} {text(x)}"
        yield f"argsort {text(np.argsort(x, kind='stable'))} {text(x)}"
        yield f"flatnonzero {text(np.flatnonzero(x))} {text(x)}"
        unique, counts = np.unique(nonzero, return_counts=True)
        yield f"unique {text(unique)} {text(nonzero)}"
        yield f"unique_counts {text(counts)} {text(nonzero)}"
        indices = random.integers(-40, 40, 25)
        yield f"take {text(np.take(x, indices))} {text(x)} {text(indices)}"
        for mode in ["wrap", "clip"]:
            far = random.integers(-200, 200, 25)
            yield f"take_{mode} {text(np.take(x, far, mode=mode))} {text(x)} {text(far)}"
        put = x.copy()
        np.put(put, indices, x[:25])
        yield f"put {text(put)} {text(x)} {text(indices)} {text(x[:25])}"
        if name != "bool":
            added = sums.copy()
            np.add.at(added, indices, sums[:25])
            yield f"scatter_add {text(added)} {text(sums)} {text(indices)} {text(sums[:25])}"
    counted = random.integers(0, 12, 60)
    yield f"bincount {text(np.bincount(counted))} {text(counted)}"
    for bins in [1, 3, 10, 64]:
        for x in [random.random(120), np.round(random.random(120), 2) * 3 - 1, random.integers(-50, 50, 120)]:
            counts, edges = np.histogram(x, bins)
            yield f"histogram_counts {text(counts)} {text(x)} {text(np.int64(bins))}"
            yield f"histogram_edges {text(edges)} {text(x)} {text(np.int64(bins))}"


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    (HERE / "algorithms.txt").write_text("\n".join(lines()) + "\n")
