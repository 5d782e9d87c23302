#!/usr/bin/env bash
# initializers.sh OBJECT...: what is compiled for one instruction set must run nothing when the program starts, on a
# processor that may not have it.
set -euo pipefail
status=0
for object in "$@"; do
  if [[ $(nm "$object") == *_GLOBAL__sub_I* ]]; then
    echo "$object has code that runs when a program starts: make its tables constexpr, or at their first use"
    status=1
  fi
done
exit $status
