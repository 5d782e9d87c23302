#pragma once

#include <memory>

#include "lockstep/backend.hpp"

namespace lockstep::cpu {

/// The backend of the CPU: always there, one device per number of threads.
std::unique_ptr<Backend> make_backend();

}  // namespace lockstep::cpu
