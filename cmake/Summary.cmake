# The table at the end of the configure step: what this build has, and why it lacks the rest.

# Adds a row: lockstep_summary("OpenCL backend" ON "OpenCL 3.0").
function(lockstep_summary name state reason)
  string(REPLACE ";" "," reason "${reason}")  # it would end an element of the list
  set_property(GLOBAL APPEND PROPERTY LOCKSTEP_SUMMARY "${name}|${state}|${reason}")
endfunction()

function(lockstep_print_summary)
  message(STATUS "Lockstep ${PROJECT_VERSION}:")
  get_property(rows GLOBAL PROPERTY LOCKSTEP_SUMMARY)
  foreach(row IN LISTS rows)
    string(REPLACE "|" ";" row "${row}")
    list(GET row 0 name)
    list(GET row 1 state)
    list(GET row 2 reason)
    if(state)
      set(state on)
    else()
      set(state off)
    endif()
    string(LENGTH "${name}" length)
    math(EXPR padding "20 - ${length}")
    string(REPEAT " " ${padding} padding)
    message(STATUS "  ${name}${padding}${state}\t${reason}")
  endforeach()
endfunction()
