#!/usr/bin/env bash
# All that can be checked on a machine with a GPU: builds, runs every test with cuda:0 required (and opencl:0 where there is
# one), the self-test, the checks of compute-sanitizer, and the benchmarks. Downloads nothing. A step that fails does not end
# the run; its last lines are shown at the end. usage: tests/gpu/run.sh [OUTPUT_DIR]
#
# Needs nvcc, CMake, ninja or make, and the packages of docs/building.md; where those are not installed, unpack them below one
# folder (dpkg -x) and name its `usr` in CMAKE_PREFIX_PATH or LOCKSTEP_PREFIX.
#   LOCKSTEP_BUILD_DIR   where to build (build-gpu)
#   LOCKSTEP_GPU_BUILD   no: take the binaries that are there, built elsewhere
#   LOCKSTEP_PACK        a folder that tests/gpu/pack.sh made: take the binaries and libraries of that
#   LOCKSTEP_GPU_SCALE   share of the test sizes under compute-sanitizer (0.05)
#   LOCKSTEP_GPU_LIMIT   seconds for each step (900)
#   LOCKSTEP_GPU_STEPS   a regular expression: only these steps (tests_cuda, cuda_text, selftest, bench, memcheck, ...)
# The table is OUTPUT_DIR/table.txt (build-gpu/results), each step's output beside it. Exit code 1 if a step failed.
# shellcheck disable=SC2317  # the functions are called through step
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
build=${LOCKSTEP_BUILD_DIR:-build-gpu}
out=${1:-$build/results}
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 1
limit=${LOCKSTEP_GPU_LIMIT:-900}
wanted=${LOCKSTEP_GPU_STEPS:-.}
prefix=${LOCKSTEP_PREFIX:-${CMAKE_PREFIX_PATH:-}}
prefix=${prefix%%[:;]*}
export LOCKSTEP_CACHE_DIR="$out/cache"
export PATH="$PATH:/usr/local/cuda/bin"
table="$out/table.txt"
: >"$table"
failures=()

row() { printf '%-22s %-7s %6s s  %s\n' "$1" "$2" "$3" "$4" | tee -a "$table"; }
skip() { row "$1" skipped 0 "$2"; }

# step NAME COMMAND...: runs it with its output in NAME.log; the last line of that which says something goes to the table.
step() {
  local name=$1 start=$SECONDS result=pass status=0
  shift
  [[ $name =~ $wanted ]] || return 77
  timeout --kill-after=10 "$limit" "$@" >"$out/$name.log" 2>&1 </dev/null || status=$?
  case $status in
    0) ;;
    77) result=skipped ;;
    124 | 137) result=TIMEOUT ;;
    *) result=FAIL ;;
  esac
  row "$name" "$result" $((SECONDS - start)) "$(grep -E '\S' "$out/$name.log" | tail -n 1 | cut -c1-100)"
  [[ $result == pass || $result == skipped ]] || failures+=("$name")
  return "$status"
}

finish() {
  local name
  for name in "${failures[@]}"; do
    printf '\n--- %s\n' "$name"
    tail -n 40 "$out/$name.log"
  done
  [[ -s $out/compared.log ]] && printf '\n' && cat "$out/compared.log"
  echo
  cat "$table"
  echo "logs and table in $out"
  [[ ${#failures[@]} == 0 ]]
  exit
}

if [[ -n ${LOCKSTEP_PACK:-} ]]; then
  build=$(cd "$LOCKSTEP_PACK" && pwd) || exit 1
  LOCKSTEP_GPU_BUILD=no
  export LD_LIBRARY_PATH="$build/lib:${LD_LIBRARY_PATH:-}" LOCKSTEP_BACKEND_PATH="$build/engine/lockstep"
fi

# Packages that were unpacked, not installed: their .pc files and libraries believe that they are in /usr.
if [[ -n $prefix ]]; then
  library=$(find "$prefix" -name 'libfmt.so*' 2>/dev/null | head -n 1)
  folder=${library:+$(dirname "$library")}
  export PKG_CONFIG_PATH="${folder:-$prefix/lib}/pkgconfig:$prefix/share/pkgconfig:${PKG_CONFIG_PATH:-}"
  export PKG_CONFIG_SYSROOT_DIR="${prefix%/usr}"
  export CPLUS_INCLUDE_PATH="$prefix/include:${CPLUS_INCLUDE_PATH:-}"
  export LIBRARY_PATH="${folder:-$prefix/lib}:${LIBRARY_PATH:-}"
  export LD_LIBRARY_PATH="${folder:-$prefix/lib}:${LD_LIBRARY_PATH:-}"
  export CMAKE_PREFIX_PATH="$prefix"
fi

configure() {
  local options=(-DLOCKSTEP_CUDA=ON -DCMAKE_BUILD_TYPE=Release)
  command -v ninja >/dev/null && options+=(-G Ninja)
  cmake -S . -B "$build" "${options[@]}"
}
ladder() { env LOCKSTEP_TEST_DEVICE="$1" LOCKSTEP_TEST_REQUIRED=1 "$build/tests/lockstep_tests"; }
# What the kernels do to memory. A kernel of each sort: elements, folds, by hand, scans, sorts, selections, segments.
sanitized() {
  env LOCKSTEP_TEST_DEVICE=cuda:0 LOCKSTEP_TEST_REQUIRED=1 LOCKSTEP_TEST_SCALE="${LOCKSTEP_GPU_SCALE:-0.05}" \
    compute-sanitizer --tool "$1" --error-exitcode 9 "$build/tests/lockstep_tests" \
    '--source-file=*/02_*,*/03_*,*/04_*,*/07_*,*/10_streams*,*/11_*,*/17_scan*,*/18_sort*,*/19_*,*/20_*'
}
export -f configure ladder sanitized
export build

{
  date -u '+%Y-%m-%d %H:%M UTC'
  git log -1 --format='%h %s' 2>/dev/null
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null || echo 'no nvidia-smi'
  nvcc --version 2>/dev/null | grep release
} | tee -a "$table"

if [[ ${LOCKSTEP_GPU_BUILD:-yes} == no ]]; then
  skip build "the binaries in $build are taken as they are"
else
  step configure bash -c configure && step build cmake --build "$build" --parallel
fi
program=$build/apps/lockstep
tests=$build/tests/lockstep_tests

if [[ -x $program ]]; then step devices "$program" devices; else skip devices 'the program was not built'; fi
if [[ -x $tests ]]; then
  step tests_cuda bash -c 'ladder cuda:0'
else
  skip tests_cuda 'the tests were not built'
fi
if [[ -x $build/tests/cuda/lockstep_cuda_tests ]]; then step cuda_text "$build/tests/cuda/lockstep_cuda_tests"; fi
if [[ -x $tests && -x $program ]] && "$program" devices 2>/dev/null | grep -q '^opencl:0'; then
  step tests_opencl bash -c 'ladder opencl:0'
else
  skip tests_opencl 'no OpenCL device'
fi

if [[ -x $program ]]; then
  step selftest "$program" selftest --device cuda:0
  step bench "$program" bench --quick --device cuda:0 --json "$out/bench.json"
  # The sizes of the goals: what is bound by memory far beyond the caches, sums at every size, orbit with all cores busy.
  step bench_large "$program" bench '^copy' '^triad' '^norm' '^orbit' '^sum/' --size 2^26 --device cuda:0 --json "$out/large.json"
  step bench_sums "$program" bench '^sum/' --size 2^10,2^12,2^14,2^16,2^18,2^20,2^22,2^24,2^28 --device cuda:0 \
    --no-limits --json "$out/sums.json"
  step bench_order "$program" bench '^sort' '^argsort' '^cumsum' --size 2^18,2^22,2^26 --device cuda:0 --no-limits \
    --json "$out/order.json"
else
  skip selftest 'the program was not built'
fi
# NVIDIA's own code on the same card, and the table of both.
peers=$build/peers
if [[ ! -x $peers ]] && command -v nvcc >/dev/null; then
  step peers_build nvcc -O3 -std=c++17 -arch=native tests/gpu/peers.cu -o "$peers"
fi
# shellcheck disable=SC2016  # expanded by that bash
if [[ -x $peers ]] && step peers bash -c '"$1" >"$2/peers.txt" && wc -l "$2/peers.txt"' - "$peers" "$out"; then
  results=()
  for file in large sums order; do [[ -s $out/$file.json ]] && results+=("$out/$file.json"); done
  step compared tests/gpu/table.py "$out/peers.txt" "${results[@]}"
fi

for tool in memcheck racecheck initcheck synccheck; do
  if [[ -x $tests ]] && command -v compute-sanitizer >/dev/null; then
    step "$tool" bash -c "sanitized $tool"
  else
    skip "$tool" 'no compute-sanitizer, or no tests'
  fi
done
finish
