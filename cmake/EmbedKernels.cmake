# Kernel texts for device compilers become part of the library: kernels/orbit/orbit.cl is the string
# lockstep::embedded::orbit_cl of the header "orbit/orbit.cl.hpp", which is made when CMake runs (again after a change).
function(lockstep_embed_kernels target)
  foreach(file ${ARGN})
    file(RELATIVE_PATH name ${CMAKE_CURRENT_SOURCE_DIR} ${file})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    if(text MATCHES "\\)lockstep\"")
      message(FATAL_ERROR "${name} holds the end of the C++ string that it becomes: )lockstep\"")
    endif()
    get_filename_component(variable ${file} NAME)
    string(MAKE_C_IDENTIFIER ${variable} variable)
    file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/embedded/${name}.hpp @ONLY CONTENT "// Made from @name@.
#pragma once

namespace lockstep::embedded {

inline constexpr const char* @variable@ = R\"lockstep(@text@)lockstep\";

}  // namespace lockstep::embedded
")
  endforeach()
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded)
endfunction()
