#pragma once

// Loops written by hand in C++, that the cases are measured beside. Their sources are compiled once for each
// instruction set, so that this header holds no function: an inline one might be taken from the widest of them.

#include <cstdint>

#include "lockstep/dtype.hpp"

#ifndef LOCKSTEP_ISA
#define LOCKSTEP_ISA baseline
#endif

namespace lockstep::bench {

/// Part of the work of a loop: elements begin .. end-1 of n. `out` holds `outputs` columns of n elements.
struct HostWork {
  const void* in[3];
  void* out;
  std::uint64_t n, begin, end;
};

/// How the results of parts become one. Places are indices of elements: the better element wins, or the first of
/// equals.
enum class Combine : std::uint8_t { sum, min, max, place_of_min, place_of_max };

/// A row: the loop for the case of this name. Either `map` or `fold` is there.
struct HostLoop {
  const char* name;
  DType type;
  int inputs;
  int outputs;
  void (*map)(const HostWork&);
  void (*streaming)(const HostWork&);  ///< with stores past the caches; null if there is none
  double (*fold)(const HostWork&);     ///< a part's result; for sums rounded less than 1024 times in a row
  Combine combine;
  bool whole = false;  ///< called once, on one thread, for all of the work: sums are then not blocked
};

struct HostLoops {
  const HostLoop* first;
  int count;
};

}  // namespace lockstep::bench
