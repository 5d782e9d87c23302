// A run-time compiler for fake_cuda.hpp, loaded in NVRTC's place (LOCKSTEP_NVRTC): NVRTC itself compiles what it is
// given, and complains as always; its machine code is thrown away, and the text is handed on instead.
#include <dlfcn.h>
#include <nvrtc.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "package.hpp"

struct _nvrtcProgram {
  nvrtcProgram real = nullptr;
  std::string text, code;
};

namespace {

void* library() {
  static void* real = dlopen(LOCKSTEP_TEST_NVRTC, RTLD_NOW | RTLD_LOCAL);
  if (!real) std::abort();
  return real;
}

template <class F>
F real(const char* name, F) {
  return reinterpret_cast<F>(dlsym(library(), name));
}
#define REAL(name) real(#name, &name)

}  // namespace

extern "C" {

nvrtcResult nvrtcVersion(int* major, int* minor) { return REAL(nvrtcVersion)(major, minor); }
nvrtcResult nvrtcGetNumSupportedArchs(int* count) { return REAL(nvrtcGetNumSupportedArchs)(count); }
nvrtcResult nvrtcGetSupportedArchs(int* all) { return REAL(nvrtcGetSupportedArchs)(all); }
const char* nvrtcGetErrorString(nvrtcResult result) { return REAL(nvrtcGetErrorString)(result); }

nvrtcResult nvrtcCreateProgram(nvrtcProgram* program, const char* text, const char* name, int headers,
                               const char* const* header_texts, const char* const* header_names) {
  auto* made = new _nvrtcProgram{nullptr, text, {}};
  *program = made;
  return REAL(nvrtcCreateProgram)(&made->real, text, name, headers, header_texts, header_names);
}
nvrtcResult nvrtcDestroyProgram(nvrtcProgram* program) {
  const nvrtcResult result = REAL(nvrtcDestroyProgram)(&(*program)->real);
  delete *program;
  *program = nullptr;
  return result;
}
nvrtcResult nvrtcCompileProgram(nvrtcProgram program, int count, const char* const* options) {
  program->code = lockstep::test::fake::pack(program->text, {options, options + count});
  return REAL(nvrtcCompileProgram)(program->real, count, options);
}
nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram program, std::size_t* size) {
  return REAL(nvrtcGetProgramLogSize)(program->real, size);
}
nvrtcResult nvrtcGetProgramLog(nvrtcProgram program, char* log) { return REAL(nvrtcGetProgramLog)(program->real, log); }

nvrtcResult nvrtcGetCUBINSize(nvrtcProgram program, std::size_t* size) {
  *size = program->code.size();
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetCUBIN(nvrtcProgram program, char* code) {
  std::memcpy(code, program->code.data(), program->code.size());
  return NVRTC_SUCCESS;
}
nvrtcResult nvrtcGetPTXSize(nvrtcProgram program, std::size_t* size) { return nvrtcGetCUBINSize(program, size); }
nvrtcResult nvrtcGetPTX(nvrtcProgram program, char* code) { return nvrtcGetCUBIN(program, code); }

}  // extern "C"
