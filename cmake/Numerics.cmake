# How every target of the project is compiled. The bits of a result are part of the interface, so:
# -ffp-contract=off: a fused multiply-add happens only where the source says fma;
# no -ffast-math or part of it, and no -fno-trapping-math (gcc then keeps the sign of zero in (float)(int)x);
# -fno-math-errno changes no result, it lets sqrt be one instruction.
set(LOCKSTEP_CHANGES_BITS "-Ofast|-ffast-math|-funsafe-math-optimizations|-fassociative-math|-freciprocal-math|\
-ffinite-math-only|-fno-signed-zeros|-fno-trapping-math|-ffp-contract=(fast|on)|-mfpmath=387|-mdaz-ftz")
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
if("${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}}" MATCHES "(^| )(${LOCKSTEP_CHANGES_BITS})( |$)")
  message(FATAL_ERROR "CMAKE_CXX_FLAGS holds ${CMAKE_MATCH_2}, which changes the bits of results: remove it")
endif()

include(CheckCXXSourceCompiles)
check_cxx_source_compiles("#include <cfloat>
static_assert(FLT_EVAL_METHOD == 0);
int main() {}" LOCKSTEP_PLAIN_FLOATS)
if(NOT LOCKSTEP_PLAIN_FLOATS)
  message(FATAL_ERROR "this compiler computes float in a wider type (FLT_EVAL_METHOD is not 0), which changes the bits "
                      "of results; on 32-bit x86 add -msse2 -mfpmath=sse to CMAKE_CXX_FLAGS")
endif()

add_library(lockstep_flags INTERFACE)
target_compile_features(lockstep_flags INTERFACE cxx_std_20)
# gcc 12 takes the inlined copies of std::string for overflows (gcc bug 105651), and says so of precompiled headers.
target_compile_options(lockstep_flags INTERFACE -ffp-contract=off -fno-math-errno -Wall -Wextra -Wpedantic -Wshadow
                       -Wconversion -Wno-sign-conversion
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-stringop-overflow -Wno-array-bounds>)
if(LOCKSTEP_WERROR)
  target_compile_options(lockstep_flags INTERFACE -Werror)
endif()
if(LOCKSTEP_SANITIZE)
  target_compile_options(lockstep_flags INTERFACE -fsanitize=${LOCKSTEP_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(lockstep_flags INTERFACE -fsanitize=${LOCKSTEP_SANITIZE})
endif()
if(LOCKSTEP_FUZZ)
  target_compile_options(lockstep_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
