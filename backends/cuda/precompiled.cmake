# Machine code of the hand-written kernels, made by nvcc and kept in the module: what starts there need not be compiled
# first. A kernel or a device without it is compiled at run time, by NVRTC, to the same bits.
set(LOCKSTEP_CUDA_ARCHITECTURES "75;90" CACHE STRING
    "What nvcc makes machine code for, and PTX of the newest; \"all\" for every one that it knows and the backend serves")
set(architectures ${LOCKSTEP_CUDA_ARCHITECTURES})
if(architectures STREQUAL "all")
  set(architectures 75 80 86 89 90 100 120)
endif()
list(SORT architectures COMPARE NATURAL)
if(NOT CUDAToolkit_NVCC_EXECUTABLE)
  set(architectures "")
endif()

# The options that fix the bits: those of nvrtc.cpp.
set(exact --fmad=false --ftz=false --prec-div=true --prec-sqrt=true)
set(flags -fatbin --std=c++17 ${exact} -Werror all-warnings)
foreach(architecture IN LISTS architectures)
  list(APPEND flags -gencode arch=compute_${architecture},code=sm_${architecture})
  set(newest ${architecture})
endforeach()
list(APPEND flags -gencode arch=compute_${newest},code=compute_${newest})

set(includes "")
set(blobs "")
set(rows "")
set(fatbins "")
set(folder ${CMAKE_CURRENT_BINARY_DIR}/precompiled)
file(MAKE_DIRECTORY ${folder})

# A version of kernels/<name>/<name>.cu, with its definitions in the order of kernels/<name>/<name>.cpp.
function(add_kernel name)
  if(NOT architectures)
    return()
  endif()
  list(JOIN ARGN "_" suffix)
  string(MAKE_C_IDENTIFIER "${name}_${suffix}" blob)
  set(source ${PROJECT_SOURCE_DIR}/kernels/${name}/${name}.cu)
  set(file ${folder}/${blob}.fatbin)
  list(TRANSFORM ARGN REPLACE "(.+)" "-D\\1=1" OUTPUT_VARIABLE defines)
  add_custom_command(OUTPUT ${file} COMMAND ${CUDAToolkit_NVCC_EXECUTABLE} ${flags} ${defines} ${source} -o ${file}
                     DEPENDS ${source} COMMENT "Compiling ${blob} for ${architectures}" VERBATIM)
  list(TRANSFORM defines REPLACE "(.+)" "\"\\1\"")
  list(JOIN defines ", " defines)
  set(header "#include \"${name}/${name}.cu.hpp\"\n")
  string(FIND "${includes}" "${header}" known)
  if(known EQUAL -1)
    set(includes "${includes}${header}" PARENT_SCOPE)
  endif()
  set(blobs "${blobs}LOCKSTEP_BLOB(${blob}, \"${file}\")\n" PARENT_SCOPE)
  set(rows "${rows}    {embedded::${name}_cu, \"${name}\", {${defines}}, {${blob}, ${blob}_end}},\n" PARENT_SCOPE)
  set(fatbins ${fatbins} ${file} PARENT_SCOPE)
endfunction()

add_kernel(orbit)
add_kernel(orbit ORBIT_F64)
add_kernel(pick)
add_kernel(tally)
foreach(type u8 u32 u64)
  foreach(name radix gather scatter)
    string(TOUPPER ${name} prefix)
    add_kernel(${name} ${prefix}_${type})
  endforeach()
  add_kernel(scan SCAN_smallest SCAN_${type})
  add_kernel(segments SEGMENTS_smallest SEGMENTS_${type})
endforeach()
foreach(type f32 f64 u64)
  foreach(op sum prod)
    add_kernel(scan SCAN_${op} SCAN_${type})
    add_kernel(segments SEGMENTS_${op} SEGMENTS_${type})
  endforeach()
endforeach()

list(JOIN architectures ", " numbers)
list(LENGTH architectures count)
file(CONFIGURE OUTPUT ${folder}/precompiled_kernels.cpp @ONLY CONTENT "// Made by backends/cuda/precompiled.cmake.
#include \"backends/cuda/precompiled.hpp\"

#include <array>

@includes@
// The bytes of a file, in this object.
#define LOCKSTEP_BLOB(name, file)                                                                     \\
  asm(\".pushsection .rodata\\n.balign 64\\n.globl \" #name \"\\n.hidden \" #name \"\\n\" #name \":\\n.incbin \\\"\" file \\
      \"\\\"\\n.globl \" #name \"_end\\n.hidden \" #name \"_end\\n\" #name \"_end:\\n.popsection\\n\");            \\
  extern \"C\" __attribute__((visibility(\"hidden\"))) const std::byte name[], name##_end[];

@blobs@
namespace lockstep::cuda {

constexpr std::array<int, @count@> kArchitectures = {@numbers@};
extern const std::span<const int> kPrecompiledFor;
const std::span<const int> kPrecompiledFor = kArchitectures;

const std::vector<Precompiled>& precompiled_kernels() {
  static const std::vector<Precompiled> all = {
@rows@  };
  return all;
}

}  // namespace lockstep::cuda
")
