#!/usr/bin/env python3
"""Makes a baseline of a file of results: rows with a limit that stay in a core's own caches,
21 samples each. usage: thin_out.py RESULTS.json BASELINE.json"""
import json
import sys

KEPT = ["name", "real_time", "time_unit", "limit_share", "level"]
SAMPLES = 21
LEVELS = ["L1", "L2"]  # beyond, other programs on the machine decide


def thin(samples):
    """As many samples, evenly taken from the least to the greatest."""
    ordered = sorted(samples)
    count = min(SAMPLES, len(ordered))
    return [round(ordered[round(i * (len(ordered) - 1) / max(1, count - 1))], 2) for i in range(count)]


def main(source, target):
    results = json.load(open(source, encoding="utf-8"))
    rows = [
        {key: row[key] for key in KEPT} | {"samples": thin(row["samples"])}
        for row in results["benchmarks"]
        if "limit_share" in row and row["level"] in LEVELS
    ]
    context = {key: results["context"][key] for key in ["date", "command", "lockstep_version", "caches", "devices"]}
    with open(target, "w", encoding="utf-8") as file:
        lines = ",\n".join(json.dumps(row) for row in rows)
        file.write('{"context": %s,\n"benchmarks": [\n%s\n]}\n' % (json.dumps(context), lines))


main(*sys.argv[1:])
