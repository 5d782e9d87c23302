#pragma once

// The CUDA backend over a CUDA runtime on the host: what it asks of the driver, and what it makes of the answers.
#include <doctest/doctest.h>

#include <memory>

#include "../fake/fake_cuda.hpp"
#include "lockstep/backend.hpp"
#include "tests/cells.hpp"

namespace lockstep::test {

/// False, with a message, if this build has no CUB to ask.
bool has_cub();

/// The backend's devices. All is as at first when it begins; a machine is set up before a device is opened.
class OnFakeCuda {
 public:
  OnFakeCuda();
  ~OnFakeCuda();

  Listing list();
  Device open(int number = 0);

 private:
  std::unique_ptr<Backend> backend_;
};

}  // namespace lockstep::test
