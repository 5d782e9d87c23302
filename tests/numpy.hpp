#pragma once

#include "program.hpp"

namespace lockstep::test {

/// Python with NumPy: LOCKSTEP_PYTHON, or Debian's. Empty if there is none, which is a failure if
/// LOCKSTEP_REQUIRE_NUMPY is set.
inline std::string numpy_python() {
  const char* chosen = std::getenv("LOCKSTEP_PYTHON");
  const std::string python = chosen && *chosen ? chosen : "/usr/bin/python3";
  if (run({python, "-c", "import numpy"}).exit == 0) return python;
  const char* required = std::getenv("LOCKSTEP_REQUIRE_NUMPY");
  if (required && *required && *required != '0') FAIL_CHECK("there is no NumPy for ", python);
  MESSAGE("skipped: there is no NumPy for " << python);
  return {};
}

/// Runs a script with `import numpy as np` in `folder`, and checks that it succeeds.
inline std::string run_numpy(const std::string& python, const TemporaryFolder& folder, const std::string& script) {
  const Outcome outcome = run({python, "-c", "import numpy as np\n" + script}, {.folder = folder.path().string()});
  REQUIRE_MESSAGE(outcome.exit == 0, outcome.err);
  return outcome.out;
}

}  // namespace lockstep::test
