#!/usr/bin/env bash
# The launcher's own behaviour, with stand-ins for the system's tools: a package database, apt-get, cmake and ctest.
# shellcheck disable=SC2016  # the tools expand their variables, not this script
set -euo pipefail
launcher=$(cd "$(dirname "$0")/../.." && pwd)/lockstep
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tools"
export PATH=$work/tools:$PATH LOCKSTEP_BUILD_DIR=$work/build WORK=$work

tool() { printf '#!/usr/bin/env bash\n%s\n' "$2" >"$work/tools/$1" && chmod +x "$work/tools/$1"; }
# Every package asked for is there, but those that the file `absent` names; apt-get empties that file.
tool dpkg-query 'for p in "${@:3}"; do grep -qx "$p" "$WORK/absent" || echo "installed $p"; done'
tool apt-get 'echo "apt-get $*" >>"$WORK/calls"; [[ $2 == update ]] || : >"$WORK/absent"'
tool sudo 'exec "$@"'
# Configuring leaves what the launcher looks for; building makes a program that says what it was given.
tool cmake 'echo "cmake $*" >>"$WORK/calls"
[[ -e $WORK/broken ]] && echo "no such header" && exit 1
mkdir -p "$LOCKSTEP_BUILD_DIR/apps"
if [[ $1 == --build ]]; then
  printf "#!/bin/sh\necho ran \"\$@\" in \$PWD\n" >"$LOCKSTEP_BUILD_DIR/apps/lockstep"
  chmod +x "$LOCKSTEP_BUILD_DIR/apps/lockstep"
else
  echo "CMAKE_HOME_DIRECTORY:INTERNAL=$(dirname "$LAUNCHER")" >"$LOCKSTEP_BUILD_DIR/CMakeCache.txt"
  grep -q TESTS=ON <<<"$*" && echo LOCKSTEP_TESTS:BOOL=ON >>"$LOCKSTEP_BUILD_DIR/CMakeCache.txt" ||
    echo LOCKSTEP_TESTS:BOOL=OFF >>"$LOCKSTEP_BUILD_DIR/CMakeCache.txt"
  : >"$LOCKSTEP_BUILD_DIR/build.ninja"
fi'
tool ctest 'echo "ctest $*"'
export LAUNCHER=$launcher

# expect STATUS TEXT ARGUMENT...: runs the launcher; its exit status and a part of what it prints.
expect() {
  local status=0 output
  : >"$work/calls"
  output=$(cd "$work" && "$launcher" "${@:3}" 2>&1) || status=$?
  [[ $status == "$1" && $output == *"$2"* ]] && return
  printf 'lockstep %s\n  expected %s "%s"\n  got      %s "%s"\n' "${*:3}" "$1" "$2" "$status" "$output"
  exit 1
}
called() { grep -qe "$1" "$work/calls" || { echo "not called: $1" && cat "$work/calls" && exit 1; }; }
not_called() { ! grep -qe "$1" "$work/calls" || { echo "called: $1" && exit 1; }; }

echo libfmt-dev >"$work/absent"
expect 2 "apt-get install libfmt-dev" --no-install simulate a.toml
expect 2 "missing packages: libfmt-dev" --no-install
not_called apt-get
expect 0 "ran simulate a file.toml in $work" simulate "a file.toml"
called "apt-get .*install .*libfmt-dev"
called "cmake --fresh .*LOCKSTEP_TESTS=OFF"
expect 0 "no package is missing" --no-install
expect 0 "ran devices" devices
not_called "apt-get"
not_called "cmake .*-S"
echo doctest-dev >"$work/absent"
expect 0 "ran devices" --no-install devices
expect 0 "ctest --test-dir $work/build --output-on-failure --parallel $(nproc) -R layers" test -R layers
called "cmake .*LOCKSTEP_TESTS=ON"
expect 0 "ran devices" devices
not_called "cmake .*-S"
expect 0 "ran --help" help
expect 0 "usage: ./lockstep"

: >"$work/broken"
expect 3 "no such header" devices
rm -r "$work/broken" "$work/build"
expect 0 "usage: ./lockstep" help
LOCKSTEP_BUILD_DIR=/proc/lockstep expect 3 "cannot write to /proc/lockstep" devices
