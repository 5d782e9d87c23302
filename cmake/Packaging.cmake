# cmake --install: the library with its headers, CMake package and pkg-config file; the program; scenarios and examples.
# Every path in it is relative to the place of the file that holds it, so that an installed tree may be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Lockstep)
set(data_dir ${CMAKE_INSTALL_DATADIR}/lockstep)

install(TARGETS lockstep EXPORT LockstepTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY engine/include/lockstep DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN *.hpp PATTERN *.def)
install(EXPORT LockstepTargets NAMESPACE Lockstep:: DESTINATION ${package_dir})
configure_package_config_file(cmake/LockstepConfig.cmake.in LockstepConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(LockstepConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/LockstepConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/LockstepConfigVersion.cmake
        DESTINATION ${package_dir})

# A shared library brings its own dependencies; who links a static one has to be told of them.
file(RELATIVE_PATH prefix_from_pkgconfig ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" prefix_from_pkgconfig ${prefix_from_pkgconfig})
if(BUILD_SHARED_LIBS)
  set(pkgconfig_requires "")
  set(pkgconfig_libs "")
else()
  set(pkgconfig_requires "fmt libxxhash libhwy tomlplusplus")
  set(pkgconfig_libs " -pthread")
endif()
configure_file(cmake/lockstep.pc.in lockstep.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/lockstep.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Backends that are loaded at run time name their targets in this property; the library finds them in a folder beside it.
get_property(modules GLOBAL PROPERTY LOCKSTEP_MODULES)
if(modules)
  install(TARGETS ${modules} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/lockstep)
  set_target_properties(${modules} PROPERTIES INSTALL_RPATH "$ORIGIN/..")
endif()

if(LOCKSTEP_APPS)
  file(RELATIVE_PATH lib_from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set_target_properties(lockstep_program PROPERTIES INSTALL_RPATH "$ORIGIN/${lib_from_bin}")
  install(TARGETS lockstep_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  if(modules)
    add_dependencies(lockstep_program ${modules})
  endif()
  foreach(folder scenarios examples)
    if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/apps/${folder})
      install(DIRECTORY apps/${folder} DESTINATION ${data_dir})
    endif()
  endforeach()
endif()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/lockstep)

lockstep_summary("shared library" ${BUILD_SHARED_LIBS} "")
lockstep_summary("program" ${LOCKSTEP_APPS} "")
lockstep_summary("tests" ${LOCKSTEP_TESTS} "")
if(LOCKSTEP_SANITIZE)
  lockstep_summary("sanitizers" ON ${LOCKSTEP_SANITIZE})
endif()
lockstep_print_summary()
