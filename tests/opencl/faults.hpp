#pragma once

#include <climits>
#include <string>

namespace lockstep::test {

/// While it lives, the OpenCL function `call` fails with `status`, every time or the first `times`. This program's own
/// functions of these names come before the loader's, and pass on what they are not to spoil; faults.cpp lists them.
class Fault {
 public:
  Fault(std::string call, int status, int times = INT_MAX);
  ~Fault();
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;

 private:
  std::string call_;
};

/// While it lives, kernels say that their work-groups may have this many work-items at most.
class SmallGroups {
 public:
  explicit SmallGroups(std::size_t most);
  ~SmallGroups();
  SmallGroups(const SmallGroups&) = delete;
  SmallGroups& operator=(const SmallGroups&) = delete;
};

}  // namespace lockstep::test
