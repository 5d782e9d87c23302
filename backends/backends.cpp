#include "cpu/backend.hpp"
#include "lockstep/engine.hpp"

namespace lockstep {

std::vector<std::unique_ptr<Backend>> default_backends() {
  std::vector<std::unique_ptr<Backend>> backends;
  backends.push_back(cpu::make_backend());
  return backends;
}

}  // namespace lockstep
