# Most of a compilation's time goes into reading the standard library's headers: they are read once for each target.
# Every file still includes what it uses; CMAKE_DISABLE_PRECOMPILE_HEADERS=ON builds without.
set(LOCKSTEP_PRECOMPILED <algorithm> <array> <bit> <chrono> <cmath> <cstdint> <cstring> <filesystem> <functional> <limits> <map>
    <memory> <mutex> <numeric> <optional> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector>
    <fmt/format.h>)

# lockstep_precompile(target [header...]): the headers above and those named, read once for the target.
function(lockstep_precompile target)
  target_precompile_headers(${target} PRIVATE ${LOCKSTEP_PRECOMPILED} ${ARGN})
endfunction()
