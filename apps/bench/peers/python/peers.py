#!/usr/bin/env python3
"""NumExpr and Numba on rows of `lockstep bench`: medians as JSON, in the layout of its --json.

    pip install numpy numexpr numba
    python3 apps/bench/peers/python/peers.py --threads 2 --sizes 14,22 > python.json

Each row is checked against NumPy before it is timed. Compilation (Numba) is outside the medians; its time is in
`first_call`. Outputs are written to memory that is there already, as `Device::assign` does.
"""
import argparse
import json
import math
import statistics
import sys
import time

import numba
import numexpr
import numpy as np

RATE, VOLATILITY = 0.0625, 0.5
DRIFT = RATE + VOLATILITY * VOLATILITY / 2

# Name: formula for NumExpr (which has no erf), formula for one element in Numba. Folds give a number.
MAPS = {
    "copy": ("x", lambda x, y: x),
    "mul": ("three*x", lambda x, y: 3 * x),
    "add": ("x + y", lambda x, y: x + y),
    "triad": ("x + three*y", lambda x, y: x + 3 * y),
    "norm": ("sqrt(x*x + y*y)", lambda x, y: math.sqrt(x * x + y * y)),
    "quadratic": ("three*x*x + five*x + seven", lambda x, y: 3 * x * x + 5 * x + 7),
    "sin_exp": ("sin(x)*exp(-y)", lambda x, y: math.sin(x) * math.exp(-y)),
    "black_scholes": (None, None),
}
FOLDS = {
    "sum": ("sum(x)", lambda x, y: x),
    "sum_squares": ("sum(x*x)", lambda x, y: x * x),
    "sum_norm": ("sum(sqrt(x*x + y*y))", lambda x, y: math.sqrt(x * x + y * y)),
    "dot": ("sum(x*y)", lambda x, y: x * y),
    "max": ("max(x)", None),
}


@numba.njit(inline="always")
def normal(d):
    return 0.5 + 0.5 * math.erf(d * 0.7071067811865476)


@numba.njit(inline="always")
def call_price(x, y):
    x = 4 * x
    d1 = (math.log(x / y) + DRIFT) / VOLATILITY
    return x * normal(d1) - y * math.exp(-RATE) * normal(d1 - VOLATILITY)


def numba_map(element):
    if element is None:
        f = call_price
    else:
        f = numba.njit(inline="always")(element)

    @numba.njit(parallel=True)
    def run(x, y, out):
        for i in numba.prange(x.size):
            out[i] = f(x[i], y[i])

    return run


def numba_sum(element):
    f = numba.njit(inline="always")(element)

    # A float sum in vectors needs leave to change its order.
    @numba.njit(parallel=True, fastmath={"reassoc", "nsz"})
    def run(x, y, out):
        total = x.dtype.type(0)
        for i in numba.prange(x.size):
            total += f(x[i], y[i])
        return total

    return run


@numba.njit(parallel=True, fastmath={"nnan", "nsz"})
def numba_max(x, y, out):
    best = x[0]
    for i in numba.prange(x.size):
        best = max(best, x[i])
    return best


@numba.njit
def numba_argmax(x, y, out):
    at = 0
    for i in range(x.size):
        if x[i] > x[at]:
            at = i
    return at


def numpy_result(name, x, y):
    x, y = x.astype(np.float64), y.astype(np.float64)
    if name == "black_scholes":
        x = 4 * x
        erf = np.vectorize(math.erf)
        d1 = (np.log(x / y) + DRIFT) / VOLATILITY
        cdf = lambda d: 0.5 + 0.5 * erf(d * 0.7071067811865476)
        return x * cdf(d1) - y * np.exp(-RATE) * cdf(d1 - VOLATILITY)
    return {
        "copy": lambda: x, "mul": lambda: 3 * x, "add": lambda: x + y, "triad": lambda: x + 3 * y,
        "norm": lambda: np.sqrt(x * x + y * y), "quadratic": lambda: 3 * x * x + 5 * x + 7,
        "sin_exp": lambda: np.sin(x) * np.exp(-y), "sum": lambda: x.sum(), "sum_squares": lambda: (x * x).sum(),
        "sum_norm": lambda: np.sqrt(x * x + y * y).sum(), "dot": lambda: (x * y).sum(), "max": lambda: x.max(),
        "argmax": lambda: x.argmax(),
    }[name]()


def rows(threads):
    """(library, row, function of x, y, out) that computes the row and gives the result."""
    for name, (text, element) in {**MAPS, **FOLDS}.items():
        if text is not None:
            yield "NumExpr", name, lambda x, y, out, text=text, fold=name in FOLDS: run_numexpr(text, x, y, out, fold)
    for name, (_, element) in MAPS.items():
        yield "Numba", name, numba_map(element)
    for name, (_, element) in FOLDS.items():
        yield "Numba", name, numba_max if name == "max" else numba_sum(element)
    yield "Numba", "argmax", numba_argmax
    yield "NumPy", "argmax", lambda x, y, out: x.argmax()


def run_numexpr(text, x, y, out, fold):
    names = {"x": x, "y": y, "three": x.dtype.type(3), "five": x.dtype.type(5), "seven": x.dtype.type(7)}
    if fold:
        return numexpr.evaluate(text, names)[()]
    numexpr.evaluate(text, names, out=out)
    return out


def is_right(name, got, x, y):
    expected = numpy_result(name, x, y)
    epsilon = np.finfo(x.dtype).eps
    tolerance = epsilon * (1024 if name in FOLDS else 8)
    return np.allclose(got, expected, rtol=tolerance, atol=8 * epsilon)


def measure(f, seconds):
    """Seconds of one call: batches of at least 0.2 ms, until the time is over; the quartiles."""
    once = min(timed(f, 1) for _ in range(3))
    batch = max(1, math.ceil(2e-4 / max(once, 1e-9)))
    samples, end = [], time.perf_counter() + seconds
    while len(samples) < 7 or time.perf_counter() < end:
        samples.append(timed(f, batch))
    return statistics.quantiles(samples, n=4), len(samples) * batch


def timed(f, times):
    begin = time.perf_counter()
    for _ in range(times):
        f()
    return (time.perf_counter() - begin) / times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=len(__import__("os").sched_getaffinity(0)))
    parser.add_argument("--sizes", default="14,18,22,26", help="powers of two")
    parser.add_argument("--types", default="f32,f64")
    parser.add_argument("--rows", default="", help="only rows with one of these names")
    parser.add_argument("--time", type=float, default=0.5, help="seconds for each row")
    arguments = parser.parse_args()
    numexpr.set_num_threads(arguments.threads)
    numba.set_num_threads(arguments.threads)
    wanted = set(filter(None, arguments.rows.split(",")))
    types = {"f32": np.float32, "f64": np.float64}
    benchmarks, failed = [], False
    for library, name, f in rows(arguments.threads):
        if wanted and name not in wanted:
            continue
        for label in arguments.types.split(","):
            for exponent in map(int, arguments.sizes.split(",")):
                random = np.random.default_rng(1)
                n = 1 << exponent
                x, y = (random.uniform(0.5, 1.5, n).astype(types[label]) for _ in range(2))
                out = np.full(n, -1, types[label])
                begin = time.perf_counter()
                got = f(x, y, out)
                first_call = time.perf_counter() - begin
                row = {"name": f"{library}/{name}/{label}/2^{exponent}", "case": name, "type": label, "elements": n,
                       "device": library, "threads": arguments.threads, "time_unit": "ns"}
                row["verified"] = bool(is_right(name, out if name in MAPS else got, x, y))
                if row["verified"]:
                    quartiles, times = measure(lambda: f(x, y, out), arguments.time)
                    row.update(real_time=quartiles[1] * 1e9, quartiles=[q * 1e9 for q in quartiles], iterations=times,
                               first_call=first_call * 1e9)
                else:
                    row.update(error_occurred=True, error_message="the result is wrong")
                    failed = True
                print(f"{row['name']:34} {row.get('real_time', math.nan) / 1e3:12.2f} us", file=sys.stderr)
                benchmarks.append(row)
    versions = {m.__name__: m.__version__ for m in (np, numexpr, numba)}
    json.dump({"context": {"command": sys.argv[1:], "versions": versions}, "benchmarks": benchmarks}, sys.stdout, indent=1)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
