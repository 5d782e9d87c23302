#!/usr/bin/env bash
# All that can be checked on a machine with a GPU: builds, runs every test with cuda:0 required (and opencl:0 where there is
# one), the memory checks of compute-sanitizer, and the benchmarks. Downloads nothing. Needs nvcc, CMake, ninja or make, and
# the packages of docs/building.md; where those are not installed, unpack them below one folder and name its `usr` in
# LOCKSTEP_PREFIX. usage: tests/gpu/run.sh [OUTPUT_DIR]
# The table goes to OUTPUT_DIR/table.txt, each step's output beside it. Exit 0 if no step failed.
# LOCKSTEP_GPU_SCALE: share of the test sizes under compute-sanitizer (0.05). LOCKSTEP_GPU_LIMIT: seconds per step (900).
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
out=$(mkdir -p "${1:-build-gpu/results}" && cd "${1:-build-gpu/results}" && pwd) || exit 1
build=${LOCKSTEP_BUILD_DIR:-build-gpu}
limit=${LOCKSTEP_GPU_LIMIT:-900}
export LOCKSTEP_CACHE_DIR="$out/cache"
export PATH="$PATH:/usr/local/cuda/bin"
table="$out/table.txt"
: >"$table"
failed=0

row() { printf '%-24s %-7s %6s s  %s\n' "$1" "$2" "$3" "$4" | tee -a "$table"; }

# step NAME COMMAND...: runs it with its output in NAME.log; the last line of that which says something goes to the table.
step() {
  local name=$1 start=$SECONDS result=pass status=0
  shift
  timeout "$limit" "$@" >"$out/$name.log" 2>&1 </dev/null || status=$?
  case $status in
    0) ;;
    77) result=skipped ;;
    124) result=TIMEOUT failed=1 ;;
    *) result=FAIL failed=1 ;;
  esac
  row "$name" "$result" $((SECONDS - start)) "$(grep -E '\S' "$out/$name.log" | tail -n 1 | cut -c1-90)"
  [[ $result == pass || $result == skipped ]] || tail -n 40 "$out/$name.log"
  return "$status"
}
skip() { row "$1" skipped 0 "$2"; }

configure() {
  local options=(-DLOCKSTEP_CUDA=ON -DCMAKE_BUILD_TYPE=Release)
  command -v ninja >/dev/null && options+=(-G Ninja)
  if [[ -n ${LOCKSTEP_PREFIX:-} ]]; then
    local lib
    lib=$(dirname "$(find "$LOCKSTEP_PREFIX" -name libfmt.so | head -n 1)")
    export PKG_CONFIG_PATH="$lib/pkgconfig:$LOCKSTEP_PREFIX/share/pkgconfig" PKG_CONFIG_SYSROOT_DIR="${LOCKSTEP_PREFIX%/usr}"
    export CPLUS_INCLUDE_PATH="$LOCKSTEP_PREFIX/include" LIBRARY_PATH="$lib"
    options+=("-DCMAKE_PREFIX_PATH=$LOCKSTEP_PREFIX")
  fi
  cmake -S . -B "$build" "${options[@]}"
}
if [[ -n ${LOCKSTEP_PREFIX:-} ]]; then
  libraries=$(dirname "$(find "$LOCKSTEP_PREFIX" -name libfmt.so | head -n 1)")
  export LD_LIBRARY_PATH="$libraries:${LD_LIBRARY_PATH:-}"
fi

ladder() { env LOCKSTEP_TEST_DEVICE="$1" LOCKSTEP_TEST_REQUIRED=1 "$build/tests/lockstep_tests"; }
# Compiled programs are taken from the cache of the run before: the compiler itself is not what is checked.
sanitized() {
  env LOCKSTEP_TEST_DEVICE=cuda:0 LOCKSTEP_TEST_REQUIRED=1 LOCKSTEP_TEST_SCALE="${LOCKSTEP_GPU_SCALE:-0.05}" \
    compute-sanitizer --tool "$1" --error-exitcode 9 "${@:2}" "$build/tests/lockstep_tests" \
    '--source-file=*/02_*,*/03_*,*/04_*,*/07_*,*/10_streams*,*/11_*'
}
with_program() { "$program" "$@"; }
export -f ladder sanitized
export build

{
  date -u '+%Y-%m-%d %H:%M UTC'
  git log -1 --format='%h %s' 2>/dev/null
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null || echo 'no nvidia-smi'
  nvcc --version 2>/dev/null | tail -n 2 | head -n 1
} | tee -a "$table"

step configure configure || exit 1
step build cmake --build "$build" --parallel || exit 1
program=$(find "$build" -maxdepth 3 -type f -name lockstep -perm -u+x | head -n 1)
[[ -n $program ]] && step devices with_program devices
step cuda_without_gpu ctest --test-dir "$build" -R '^cuda_' --output-on-failure
step tests_cuda bash -c 'ladder cuda:0'
if [[ -n $program ]] && "$program" devices 2>/dev/null | grep -q '^opencl:0'; then
  step tests_opencl bash -c 'ladder opencl:0'
else
  skip tests_opencl 'no OpenCL device'
fi
if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck initcheck synccheck; do step "$tool" bash -c "sanitized $tool"; done
else
  skip compute-sanitizer 'not installed'
fi
for command in selftest bench; do
  if [[ -n $program ]] && "$program" "$command" --help >/dev/null 2>&1; then
    options=()
    [[ $command == bench ]] && options=(--json "$out/bench.json")
    step "$command" with_program "$command" --device cuda:0 "${options[@]}"
  else
    skip "$command" 'the program has no such command'
  fi
done
echo "logs and table in $out"
exit "$failed"
