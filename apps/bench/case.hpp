#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lockstep/device.hpp"

namespace lockstep::bench {

/// A case made ready on a device, for one type and size.
struct Prepared {
  /// Queues the work once, on the next of the sets of arrays.
  std::function<void()> run;
  /// Does the work once, on memory that held something else, and reads back all that it wrote. Blocks.
  std::function<std::vector<std::byte>()> result;
};

/// What times a case.
enum class Clock {
  device,  ///< events where the device has real ones, else the host's clock
  host,    ///< the host's clock, with what the host does in between
};

/// What crosses between host and device in a row that only does that.
enum class Transfer { none, to_device, to_host };

/// `input_values` of f32 or f64, as bytes.
std::vector<std::byte> default_input(DType type, std::uint64_t slot, std::uint64_t n);

/// One row of the table: what is measured, what it moves and computes, and what is right.
struct Case {
  std::string name;
  std::string what;
  std::vector<DType> types;
  double moved = 0;                 ///< elements read and written, for each element
  double flops = 0;                 ///< for each element
  double pair_flops = 0;            ///< for each pair of elements
  double roots = 0, divisions = 0;  ///< of the flops of an element, those that are slower
  bool mixed = false;               ///< computes in other types than its elements'
  Transfer transfer = Transfer::none;
  std::vector<std::uint64_t> sizes{};        ///< in elements; empty: the sizes of the run
  std::vector<std::uint64_t> quick_sizes{};  ///< in the short table, in place of those
  Clock clock = Clock::device;
  bool quick = false;  ///< part of the short table
  bool large = false;  ///< of 2^28 elements too
  int ulps = 0;        ///< what a result may differ by from the expected one, in units in the last place
  bool sums = false;   ///< each element of the result is a sum over all inputs, with terms of both signs
  double arrays = 1;   ///< arrays of the full size, for the working set
  DType (*result_type)(DType) = [](DType t) { return t; };  ///< of the elements of a result, for messages

  /// Makes `sets` equal sets of arrays. Throws what the device throws.
  std::function<Prepared(const Device&, DType, std::uint64_t n, std::uint64_t sets)> prepare{};
  /// What `Prepared::result` must give, bit by bit, worked out on the host without the engine.
  std::function<std::vector<std::byte>(DType, std::uint64_t n)> expected{};
  /// Input array number `slot`, for the loops beside the row.
  std::function<std::vector<std::byte>(DType, std::uint64_t slot, std::uint64_t n)> input = default_input;

  /// What the host does takes the time, not what the device does; of `orbit`, whose launches the host times, it does
  /// not.
  bool is_about_host() const { return clock == Clock::host && roots == 0; }
  double flops_of(std::uint64_t n) const {
    return static_cast<double>(n) * (flops + pair_flops * static_cast<double>(n));
  }
};

/// The table. A new case is a row here, and may have a hand-written loop of the same name in limits/ and in peers/.
std::vector<Case> all_cases();

/// Why `got` is not `expected`, with the first element that differs by more than `ulps` units in the last place, or
/// empty. NaNs are equal to each other.
std::string difference(std::span<const std::byte> got, std::span<const std::byte> expected, DType type, int ulps = 0);

}  // namespace lockstep::bench
