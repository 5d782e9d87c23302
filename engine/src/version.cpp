#include "lockstep/version.hpp"

#define LOCKSTEP_TEXT_OF(x) #x
#define LOCKSTEP_TEXT(x) LOCKSTEP_TEXT_OF(x)

namespace lockstep {

const char* version() noexcept {
  return LOCKSTEP_TEXT(LOCKSTEP_VERSION_MAJOR) "." LOCKSTEP_TEXT(LOCKSTEP_VERSION_MINOR) "." LOCKSTEP_TEXT(
      LOCKSTEP_VERSION_PATCH);
}

}  // namespace lockstep
