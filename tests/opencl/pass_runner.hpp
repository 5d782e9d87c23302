#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "lockstep/backend.hpp"

namespace lockstep::test {

/// An operand of a pass with its elements in host memory.
struct HostOperand {
  DType type = DType::f32;
  std::vector<std::byte> bytes;  ///< all elements that `operand` may touch
  Operand operand;               ///< its buffer is filled in when the pass runs
  int same_as = -1;              ///< an output that overwrites this array operand
};

/// A program with everything that a run of it needs, for any device.
struct PassCase {
  Program program;
  int rank = 1;
  int outer_rank = 0;
  std::array<std::uint64_t, kMaxRank> extents{};
  std::vector<HostOperand> arrays, outputs;
  std::vector<Operand> indices;
  std::vector<std::uint64_t> scalars;
};

/// Runs a case by the backend's own interface; the bytes of each output afterwards.
std::vector<std::vector<std::byte>> run_case(BackendDevice& device, BackendQueue& queue, const PassCase& c);

/// An open device of a backend of this build, by the names of Engine::open. Throws `no_device`.
std::unique_ptr<BackendDevice> open_backend(const std::string& name);

/// "" if the outputs have the same bits (NaNs are alike), else where they differ first.
std::string difference(const PassCase& c, const std::vector<std::vector<std::byte>>& expected,
                       const std::vector<std::vector<std::byte>>& got);

}  // namespace lockstep::test
