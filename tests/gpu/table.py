#!/usr/bin/env python3
"""Sets the rows of `lockstep bench --json` beside what the same card reaches otherwise. usage: table.py PEERS BENCH.json...

PEERS has the lines of tests/gpu/peers.cu. The share is that of a copy on the device of arrays as large (so that neither has
more of its bytes in the caches than the other) for what is bound by memory, and for orbit that of the square roots and divisions
per second in the limits of the bench. `CUB` is how many times faster than CUB the row is. Exit code 1 if a goal is missed: the
table says which.
"""
import json
import sys

# Rows, by case, type and elements, with the goal that they have to reach: at least this share, or at most this time.
SHARE = {("copy", "f32"): 0.95, ("copy", "f64"): 0.95, ("triad", "f32"): 0.95, ("triad", "f64"): 0.95, ("norm", "f32"): 0.95}
SHARE_FROM = 1 << 26
TIME = {("sum", "f32", 1 << 16): 6e-6}
NO_SLOWER = {"sum"}  # than CUB, at any size
NOISE = 0.95
WIDTH = {"f32": 4, "f64": 8, "i32": 4, "i64": 8}
# A step of orbit is a square root and two divisions; the bench counts ten operations for it.
OPERATIONS_OF_STEP = 10


def read_peers(path):
    peers = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            name, type_, n, seconds, moved = line.split()
            peers[name, type_, int(n)] = (float(seconds), float(moved))
    return peers


def orbit_seconds(row, limits):
    """What the square roots and divisions of a row take at least; None if their limits were not measured."""
    rate = {l["name"]: l["per_second"] for l in limits if l["kind"] == "throughput" and l["type"] == row["type"]}
    if "square root" not in rate or "divide" not in rate:
        return None
    steps = row["flops_per_second"] * row["real_time"] * 1e-9 / OPERATIONS_OF_STEP
    return steps * (1 / rate["square root"] + 2 / rate["divide"])


def judge(row, peers, copies, limits):
    """The cells of a row, and the goal that it misses, if it has one. `copies`: bytes of an array, bytes per second."""
    key = (row["case"], row["type"], row["elements"])
    seconds = row["real_time"] * 1e-9
    bandwidth = row.get("bytes_per_second", 0)
    copy = copies.get(key[2] * WIDTH[row["type"]])
    share = bandwidth / copy if bandwidth and copy else None
    if row["case"] == "orbit":
        least = orbit_seconds(row, limits)
        share = least / seconds if least else None
    peer = peers.get(key)
    ratio = peer[0] / seconds if peer and row["case"] != "copy" else None
    missed = []
    if key[2] >= SHARE_FROM and share is not None and share < SHARE.get(key[:2], 0):
        missed.append(f"share {SHARE[key[:2]]}")
    if seconds > TIME.get(key, float("inf")):
        missed.append(f"{TIME[key] * 1e6:g} us")
    if row["case"] in NO_SLOWER and ratio is not None and ratio < NOISE:
        missed.append("CUB")
    cells = [f"{row['case']}/{row['type']}", f"2^{key[2].bit_length() - 1}", f"{seconds * 1e6:.1f} us",
             f"{bandwidth * 1e-9:.0f}" if bandwidth else "-", f"{share:.2f}" if share else "-",
             f"{ratio:.2f}x" if ratio else "-"]
    return cells, ", ".join(missed)


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__)
    peers = read_peers(arguments[0])
    copies = {int(moved / 2): moved / seconds for (name, _, _), (seconds, moved) in peers.items() if name == "copy"}
    largest = max(copies)
    print(f"copy on the device, {largest >> 20} MiB: {copies[largest] * 1e-9:.0f} GB/s")
    for (name, _, _), (seconds, _) in peers.items():
        if name == "launch":
            print(f"a kernel that does nothing: {seconds * 1e6:.1f} us")
    print(f"{'row':<18} {'n':>5} {'time':>12} {'GB/s':>6} {'share':>6} {'CUB':>7}  goal missed")
    failed = rows = 0
    for path in arguments[1:]:
        with open(path, encoding="utf-8") as file:
            results = json.load(file)
        for row in results["benchmarks"]:
            if "real_time" not in row or row.get("device") in ("limit", "peer"):
                continue
            cells, missed = judge(row, peers, copies, results.get("limits", []))
            rows += 1
            failed += bool(missed)
            print(f"{cells[0]:<18} {cells[1]:>5} {cells[2]:>12} {cells[3]:>6} {cells[4]:>6} {cells[5]:>7}  {missed}".rstrip())
    print(f"{rows} rows, {failed} miss a goal")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
