#!/usr/bin/env bash
# usage: many_processes.sh PROGRAM N - N processes compile the same program at the same time, with one empty cache. All
# must come to the same result, and a process after them finds it compiled.
set -euo pipefail
program=$1 count=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export LOCKSTEP_CACHE_DIR=$folder/engine POCL_CACHE_DIR=$folder/driver
mkdir "$folder/driver"

evaluate() { "$program" evaluate 'sum(sqrt(x*x + arange(5000))); max(x)' x=2.5 --device "$1"; }
evaluate opencl:0 >"$folder/first" 2>&1 || {
  cat "$folder/first"
  grep -q 'no device opencl:0' "$folder/first" && exit 77
  exit 1
}
rm -rf "$folder/engine" "$folder/driver"
mkdir "$folder/driver"

failed=0 pids=()
for ((i = 0; i < count; ++i)); do
  evaluate opencl:0 >"$folder/out.$i" 2>&1 &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || failed=$((failed + 1)); done
evaluate cpu:1 >"$folder/expected"
for ((i = 0; i < count; ++i)); do
  cmp "$folder/expected" "$folder/out.$i" || {
    cat "$folder/out.$i"
    failed=$((failed + 1))
  }
done
find "$folder/engine" -type f | grep -q . || {
  echo "nothing was kept in $folder/engine"
  failed=$((failed + 1))
}
evaluate opencl:0 | cmp "$folder/expected" - || failed=$((failed + 1))
((failed == 0)) && echo "$count processes, one result"
