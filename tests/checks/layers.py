#!/usr/bin/env python3
"""Holds the arrows between the folders: who may include what. usage: layers.py [--self-test] [SOURCE_DIR]

The tables below are the rule; docs/building.md has them in words. Exit 0 if all is well, 1 with one line per fault.
"""
import fnmatch
import pathlib
import re
import sys
import tempfile

FOLDERS = {"apps", "backends", "cmake", "docs", "engine", "kernels", "tests"}
SUFFIXES = {".c", ".cc", ".cl", ".cpp", ".cu", ".cuh", ".def", ".h", ".hpp"}
# Where a quoted include is looked for, besides the folder of the file that has it and those above.
ROOTS = ["engine/include", "engine/src", "kernels"]

# A file's layer is that of the first pattern that fits its path.
LAYERS = [
    ("particles interface", "engine/include/lockstep/particles/*"),
    ("comm interface", "engine/include/lockstep/comm/*"),
    ("interface", "engine/include/*"),
    ("particles", "engine/src/particles/*"),
    ("comm", "engine/src/comm/*"),
    ("algorithms", "engine/src/algorithms/*"),
    ("engine", "engine/src/*"),
    ("kernels", "kernels/*"),
    ("common backend", "backends/common/*"),
    ("common backend", "backends/module.hpp"),
    ("backend {}", "backends/*/*"),
    ("list of backends", "backends/*"),
    ("apps", "apps/*"),
    ("tests", "tests/*"),
]

# What a layer may include besides itself. A backend is "backend NAME"; no pattern here lets one include another.
ALLOWED = {
    "interface": [],
    "particles interface": ["interface", "comm interface"],
    "comm interface": ["interface"],
    "engine": ["interface"],
    "algorithms": ["interface", "engine", "kernels"],
    "particles": ["interface", "particles interface", "comm interface", "engine", "kernels"],
    "comm": ["interface", "comm interface", "engine"],
    "kernels": [],
    "common backend": ["interface", "engine", "kernels"],
    "backend *": ["interface", "engine", "kernels", "common backend"],
    "list of backends": ["interface", "engine", "backend *", "common backend"],
    "apps": ["interface", "particles interface", "comm interface"],
    "tests": ["*"],
}

# The headers of the interface that kernels may include: plain types, no engine.
KERNEL_HEADERS = ["native_kernel.hpp", "dtype.hpp", "error.hpp"]

# Headers from elsewhere, and the files that may include them. Tests may include all; what no row names, nobody else may.
VENDORS = [
    ("fmt/*", ["engine/src/*", "backends/*", "apps/*"]),
    # Made by cmake/EmbedKernels.cmake from the text of the same name.
    ("*.cl.hpp", ["kernels/*"]),
    ("*.cu.hpp", ["kernels/*"]),
    ("hwy/*", ["kernels/*", "backends/cpu/*"]),
    ("xxhash.h", ["engine/src/*", "backends/*", "apps/*"]),
    ("toml++/*", ["engine/src/particles/*"]),
    ("nlohmann/*", ["apps/*"]),
    ("CLI/*", ["apps/*"]),
    ("cairo*.h", ["apps/bench/plot/*"]),
    ("Eigen/*", ["apps/bench/peers/libraries/*"]),
    ("boost/compute/*", ["apps/bench/peers/libraries/*"]),
    ("CL/*", ["backends/opencl/*"]),
    ("cuda*", ["backends/cuda/*", "kernels/*.cu"]),
    ("nvrtc*", ["backends/cuda/*"]),
    ("thrust/*", ["backends/cuda/*", "kernels/*.cu", "apps/bench/peers/libraries/*"]),
    ("cub/*", ["backends/cuda/*", "kernels/*.cu"]),
    ("asmjit/*", ["backends/cpu/*"]),
    ("*.cl.hpp", ["kernels/*"]),  # these two are made during the build, from the text of a kernel
    ("*.cu.hpp", ["kernels/*"]),
    ("mpi.h", ["engine/src/comm/mpi/*"]),
    ("hdf5*", ["engine/src/particles/*"]),
]
# The system's own headers: everywhere but in the interface, which has the standard library only.
SYSTEM = ["sys/*", "linux/*", "*intrin.h", "dlfcn.h", "fcntl.h", "malloc.h", "pthread.h", "sched.h", "signal.h", "unistd.h", "link.h"]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def fits(text, patterns):
    return any(fnmatch.fnmatchcase(text, pattern) for pattern in patterns)


def layer_of(path):
    for layer, pattern in LAYERS:
        if fnmatch.fnmatchcase(path, pattern):
            return layer.format(path.split("/")[1])
    return None


def find(root, path, name):
    """The file of ours that `name` means in the file `path`, or None."""
    for folder in [*pathlib.PurePath(path).parents, *ROOTS]:
        file = (root / folder / name).resolve()
        if file.is_file() and root in file.parents:
            return file.relative_to(root).as_posix()
    return None


def own_fault(path, target):
    layer, other = layer_of(path), layer_of(target)
    if other is None:
        return f"{target} belongs to no layer"
    if layer == "kernels" and other == "interface":
        if pathlib.PurePath(target).name in KERNEL_HEADERS:
            return None
        return f"of the engine's headers, kernels may include {', '.join(KERNEL_HEADERS)}"
    allowed = next(rows for name, rows in ALLOWED.items() if fits(layer, [name]))
    if other == layer or fits(other, allowed):
        return None
    return f"{layer} may not include {other}"


def vendor_fault(path, name):
    if layer_of(path) == "tests":
        return None
    for pattern, places in VENDORS:
        if fnmatch.fnmatchcase(name, pattern):
            return None if fits(path, places) else f"only {', '.join(places)} may include it"
    if fits(name, SYSTEM):
        return "an interface includes the standard library only" if "interface" in layer_of(path) else None
    return None if re.fullmatch(r"[a-z_]+", name) else "no table in layers.py knows it"


def faults(root):
    root = root.resolve()
    hidden = lambda name: name.startswith((".", "build"))
    folders = [entry.name for entry in root.iterdir() if entry.is_dir() and not hidden(entry.name)]
    found = [f"{folder}/: no such folder in the layout" for folder in sorted(set(folders) - FOLDERS)]
    for file in sorted(file for folder in FOLDERS for file in (root / folder).rglob("*") if file.suffix in SUFFIXES):
        path = file.relative_to(root).as_posix()
        if layer_of(path) is None:
            found.append(f"{path}: belongs to no layer")
            continue
        text = file.read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            target = find(root, path, match[2])
            fault = own_fault(path, target) if target else vendor_fault(path, match[2])
            if fault:
                line = text.count("\n", 0, match.start(2)) + 1
                found.append(f"{path}:{line}: includes {match[2]}: {fault}")
    return found


GOOD = {
    "engine/include/lockstep/dtype.hpp": "#include <vector>",
    "engine/include/lockstep/native_kernel.hpp": '#include "lockstep/dtype.hpp"',
    "engine/include/lockstep/engine.hpp": '#include "lockstep/dtype.hpp"',
    "engine/include/lockstep/comm/ranks.hpp": '#include "lockstep/engine.hpp"',
    "engine/include/lockstep/particles/run.hpp": '#include "lockstep/comm/ranks.hpp"\n#include "lockstep/engine.hpp"',
    "engine/src/comm/mpi/ranks.cpp": '#include <mpi.h>\n#include "lockstep/comm/ranks.hpp"',
    "engine/src/pool.hpp": '#include "lockstep/engine.hpp"',
    "engine/src/pool.cpp": '#include <fmt/format.h>\n#include <unistd.h>\n#include "pool.hpp"',
    "engine/src/particles/run.cpp": '#include <toml++/toml.h>\n#include "drift/drift.hpp"\n#include "pool.hpp"',
    "kernels/drift/drift.hpp": '#include "lockstep/native_kernel.hpp"',
    "kernels/drift/drift.cpu.cpp": '#include "drift/drift.hpp"\n#include <hwy/highway.h>',
    "backends/common/text.hpp": '#include "lockstep/dtype.hpp"',
    "backends/cpu/device.hpp": '#include "pool.hpp"',
    "backends/cpu/jit/jit.cpp": '#include "device.hpp"\n#include <asmjit/x86.h>',
    "backends/opencl/device.cpp": '#include <CL/cl.h>\n#include "common/text.hpp"',
    "backends/backends.cpp": '#include "cpu/device.hpp"',
    "apps/lockstep/main.cpp": '#include "lockstep/particles/run.hpp"\n#include <CLI/CLI.hpp>',
    "tests/all.cpp": '#include <CL/cl.h>\n#include "pool.hpp"\n#include <doctest/doctest.h>',
    "build/generated.cpp": '#include "nothing_of_ours.h"',
}
# One fault each: the file and the text that must be refused, and a part of the message.
BAD = [
    ("engine/src/pool.cpp", '#include "lockstep/particles/run.hpp"', "engine may not include particles interface"),
    ("engine/src/pool.cpp", '#include "../../backends/cpu/device.hpp"', "engine may not include backend cpu"),
    ("engine/src/pool.cpp", "#include <CL/cl.h>", "only backends/opencl/*"),
    ("engine/src/comm/ranks.cpp", "#include <mpi.h>", "only engine/src/comm/mpi/*"),
    ("engine/src/pool.cpp", '#include "lockstep/comm/ranks.hpp"', "engine may not include comm interface"),
    ("engine/src/pool.cpp", "# include <toml++/toml.h>", "only engine/src/particles/*"),
    ("engine/src/pool.cpp", "#include <boost/any.hpp>", "no table"),
    ("engine/include/lockstep/engine.hpp", "#include <fmt/format.h>", "only engine/src/*"),
    ("engine/include/lockstep/engine.hpp", "#include <unistd.h>", "standard library only"),
    ("engine/include/lockstep/engine.hpp", '#include "pool.hpp"', "interface may not include engine"),
    ("kernels/drift/drift.hpp", '#include "lockstep/engine.hpp"', "kernels may include"),
    ("kernels/drift/drift.hpp", '#include "pool.hpp"', "kernels may not include engine"),
    ("backends/opencl/device.cpp", '#include "cpu/device.hpp"', "backend opencl may not include backend cpu"),
    ("backends/common/text.hpp", '#include "cpu/device.hpp"', "common backend may not include backend cpu"),
    ("apps/lockstep/main.cpp", '#include "pool.hpp"', "apps may not include engine"),
    ("apps/lockstep/main.cpp", '#include "../../backends/cpu/device.hpp"', "apps may not include backend cpu"),
    ("engine/src/pool.cpp", '\n\n#include <mpi.h>', "engine/src/pool.cpp:3:"),
    ("library/thing.cpp", "", "no such folder"),
]


def write(root, files):
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text + "\n", encoding="utf-8")


def self_test():
    """A tree in which every arrow is right passes; one wrong include in it is found, and nothing else is."""
    failures = 0
    for path, text, message in [(None, None, None), *BAD]:
        with tempfile.TemporaryDirectory() as folder:
            write(pathlib.Path(folder), GOOD | ({path: text} if path else {}))
            found = faults(pathlib.Path(folder))
        if len(found) != (path is not None) or (path and message not in found[0]):
            print(f"self-test: with {text!r} in {path}: expected {message!r}, got {found}")
            failures += 1
    return failures


def main(arguments):
    if "--self-test" in arguments:
        return self_test()
    found = faults(pathlib.Path(arguments[0] if arguments else "."))
    print("\n".join(found) or "every include follows the layers")
    return len(found)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
