# library.cu, compiled by nvcc for the architectures of precompiled.cmake; PTX of each serves what lies between them. Gives the
# name of what stands for it in the module: an object, or library_absent.cpp. LOCKSTEP_CUB_DIR is there if CUB serves.
if(architectures)
  find_path(LOCKSTEP_CUB_DIR cub/device/device_radix_sort.cuh HINTS ${CUDAToolkit_INCLUDE_DIRS} PATH_SUFFIXES cccl
            NO_DEFAULT_PATH)
  mark_as_advanced(LOCKSTEP_CUB_DIR)
else()
  unset(LOCKSTEP_CUB_DIR CACHE)
endif()

set(library_of_cub library_absent.cpp)
if(LOCKSTEP_CUB_DIR)
  set(library_of_cub ${CMAKE_CURRENT_BINARY_DIR}/library.o)
  set(codes "")
  foreach(architecture IN LISTS architectures)
    list(APPEND codes -gencode arch=compute_${architecture},code=[sm_${architecture},compute_${architecture}])
  endforeach()
  set(compile ${CUDAToolkit_NVCC_EXECUTABLE} --std=c++20 -O2 -Werror all-warnings ${exact}
              -Xcompiler -fPIC,-fvisibility=hidden -I${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/library.cu)
  set(parts library.cu library.hpp api.hpp)
  add_custom_command(
    OUTPUT ${library_of_cub}
    COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${compile} -c ${codes} -o ${library_of_cub}
    DEPENDS ${parts} COMMENT "Compiling CUB's sorts and scans for ${architectures}" VERBATIM)
  # What a test reads.
  set(library_ptx ${CMAKE_CURRENT_BINARY_DIR}/library.ptx)
  add_custom_command(OUTPUT ${library_ptx} COMMAND ${compile} -ptx -arch=compute_${newest} -o ${library_ptx}
                     DEPENDS ${parts} COMMENT "Compiling CUB's sorts and scans to PTX" VERBATIM)
  add_custom_target(lockstep_library_ptx DEPENDS ${library_ptx})
  set_target_properties(lockstep_library_ptx PROPERTIES FILE ${library_ptx} COMPILE "${compile}")
endif()
