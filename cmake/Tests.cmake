# lockstep_test_program(target): how the programs made of doctest cases are compiled. They are large and run once: -O1 and
# doctest's shorter assertions halve the time of their compilation.
function(lockstep_test_program target)
  lockstep_precompile(${target} <lockstep/lockstep.hpp> <doctest/doctest.h>)
  set_source_files_properties(main.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)  # it compiles doctest itself
  target_compile_definitions(${target} PRIVATE DOCTEST_CONFIG_SUPER_FAST_ASSERTS)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-O1>)
endfunction()
