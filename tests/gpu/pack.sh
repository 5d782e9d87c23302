#!/usr/bin/env bash
# Gathers in one folder what tests/gpu/run.sh runs on a machine where Lockstep cannot be built: the programs and modules of a
# build, and the libraries that they are linked with. usage: tests/gpu/pack.sh BUILD_DIR FOLDER
# There, from the root of the sources: LOCKSTEP_PACK=FOLDER tests/gpu/run.sh
set -euo pipefail
build=$(cd "$1" && pwd)
mkdir -p "$2"
folder=$(cd "$2" && pwd)

files=(apps/lockstep tests/lockstep_tests tests/cuda/lockstep_cuda_tests engine/lockstep/liblockstep_cuda.so
  engine/lockstep/liblockstep_opencl.so)
for file in "${files[@]}"; do
  [[ -e $build/$file ]] || continue
  mkdir -p "$folder/$(dirname "$file")"
  cp "$build/$file" "$folder/$file"
  strip --strip-unneeded "$folder/$file"
done

# All libraries but those of the system's C library, which are the other machine's own.
mkdir -p "$folder/lib"
own='^(ld-linux.*|libc|libm|libdl|librt|libpthread|libresolv)\.so'
for file in "${files[@]}"; do
  [[ -e $build/$file ]] && ldd "$build/$file"
done | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u | while read -r library; do
  [[ $(basename "$library") =~ $own ]] && continue
  cp -L "$library" "$folder/lib/"
  strip --strip-unneeded "$folder/lib/$(basename "$library")" 2>/dev/null || true
done
if command -v nvcc >/dev/null || [[ -x /usr/local/cuda/bin/nvcc ]]; then
  PATH=$PATH:/usr/local/cuda/bin nvcc -O3 -std=c++17 -gencode arch=compute_90,code=sm_90 -gencode \
    arch=compute_75,code=compute_75 -cudart static "$(dirname "$0")/peers.cu" -o "$folder/peers"
fi
du -sh "$folder"
