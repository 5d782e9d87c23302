#!/usr/bin/env bash
# usage: run.sh BUILD_DIR - installs that build to a new folder, moves it, and uses it as others would: by find_package (the examples
# too), by pkg-config, and by the installed program. Nothing may refer to the build or to where it was first installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$1" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/moved"
prefix=$work/moved
libdir=$(dirname "$(dirname "$(find "$prefix" -name lockstep.pc)")")

# use SOURCE_DIR PROGRAM: builds a project with nothing but the installed package, and runs its program.
use() {
  cmake -S "$1" -B "$work/build/$2" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix"
  cmake --build "$work/build/$2"
  "$work/build/$2/$2"
}
use "$here" consumer
for example in own_kernel fused; do use "$prefix/share/lockstep/examples/$example" $example; done

export PKG_CONFIG_PATH=$libdir/pkgconfig
read -ra flags <<<"$(pkg-config --cflags --libs lockstep)"
"${CXX:-c++}" -std=c++20 -O1 "$here/consumer.cpp" "${flags[@]}" -o "$work/one_file"
LD_LIBRARY_PATH=$libdir "$work/one_file"

"$prefix/bin/lockstep" devices
"$prefix/bin/lockstep" simulate "$prefix/share/lockstep/scenarios/textbook.toml" --output "$work/out"
if ldd "$prefix/bin/lockstep" | grep 'not found'; then exit 1; fi
