#!/usr/bin/env bash
# Every C++ file is as clang-format 14 writes it. Exit 77: not checked, because that version is not here (in CI: a failure).
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

formatter=
for candidate in clang-format-14 clang-format; do
  if "$candidate" --version 2>/dev/null | grep -q 'version 14\.'; then formatter=$candidate && break; fi
done
if [[ -z $formatter ]]; then
  echo "clang-format 14 is not here (Debian 12: apt-get install clang-format)"
  [[ ${CI:-} == true ]] && exit 1
  exit 77
fi

mapfile -t files < <(find engine backends kernels apps tests -name '*.[ch]pp' | sort)
"$formatter" --dry-run -Werror "${files[@]}" 2>/dev/null && exit 0
echo "not as $formatter writes them; run $formatter -i on:"
for file in "${files[@]}"; do
  "$formatter" --dry-run -Werror "$file" 2>/dev/null || echo "$file"
done
exit 1
