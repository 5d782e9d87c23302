# All from Debian 12's packages; nothing is downloaded. ./lockstep knows their names (docs/building.md).
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt 9 REQUIRED)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET libhwy)
if(LOCKSTEP_APPS OR LOCKSTEP_TESTS)
  find_package(nlohmann_json 3.11 REQUIRED)
endif()
find_package(tomlplusplus 3.3 REQUIRED)
if(LOCKSTEP_APPS)
  find_package(CLI11 2.1 REQUIRED)
endif()
if(LOCKSTEP_TESTS)
  find_package(doctest 2.4 REQUIRED)
  pkg_check_modules(mpfr IMPORTED_TARGET mpfr)
  if(mpfr_FOUND)
    lockstep_summary("accuracy tests" ON "MPFR ${mpfr_VERSION}")
  else()
    lockstep_summary("accuracy tests" OFF "MPFR was not found: install libmpfr-dev")
  endif()
endif()

# What the library itself is linked with. Whoever links a static Lockstep needs the same: cmake/LockstepConfig.cmake.in
# and the pkg-config file name them.
add_library(lockstep_libraries INTERFACE)
target_link_libraries(lockstep_libraries INTERFACE fmt::fmt PkgConfig::xxhash PkgConfig::hwy tomlplusplus::tomlplusplus
                      Threads::Threads ${CMAKE_DL_LIBS})

# lockstep_feature(NAME title package needed): a feature that needs a library which may be absent. LOCKSTEP_<NAME> is ON
# (then its absence is an error), OFF, or AUTO. Sets LOCKSTEP_HAVE_<NAME>, and adds the row of the summary. `needed` says
# what to install. A version may follow: the oldest that will do.
macro(lockstep_feature name title package needed)
  set(LOCKSTEP_${name} AUTO CACHE STRING "${title}: ON, OFF, or AUTO (if ${package} is found)")
  set_property(CACHE LOCKSTEP_${name} PROPERTY STRINGS AUTO ON OFF)
  set(LOCKSTEP_HAVE_${name} OFF)
  if(LOCKSTEP_${name} STREQUAL "AUTO")
    find_package(${package} ${ARGN} QUIET)
  elseif(LOCKSTEP_${name})
    find_package(${package} ${ARGN} REQUIRED)
  endif()
  if(NOT LOCKSTEP_${name})
    lockstep_summary("${title}" OFF "LOCKSTEP_${name} is OFF")
  elseif(${package}_FOUND)
    set(LOCKSTEP_HAVE_${name} ON)
    lockstep_summary("${title}" ON "${package} ${${package}_VERSION_STRING}${${package}_VERSION}")
  else()
    lockstep_summary("${title}" OFF "${package} was not found: install ${needed}")
  endif()
endmacro()

if(BUILD_SHARED_LIBS)
  lockstep_feature(OPENCL "OpenCL backend" OpenCL "ocl-icd-opencl-dev and opencl-headers")
  lockstep_feature(CUDA "CUDA backend" CUDAToolkit "the CUDA toolkit, 12.8 or later" 12.8)
else()
  # A module that is linked with a static library would bring a second copy of the engine into the process.
  lockstep_summary("OpenCL backend" OFF "it is loaded beside a shared library, and this one is static")
  lockstep_summary("CUDA backend" OFF "it is loaded beside a shared library, and this one is static")
endif()
