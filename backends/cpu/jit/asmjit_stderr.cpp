// Stands for the C library's stderr in AsmJit's archive: see backends/cpu/CMakeLists.txt. Only AsmJit's debugging
// output would use it, which nothing calls.
#include <cstdio>

extern "C" __attribute__((visibility("hidden"))) FILE* lockstep_asmjit_stderr;
FILE* lockstep_asmjit_stderr = nullptr;
