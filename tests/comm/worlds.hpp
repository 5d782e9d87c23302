#pragma once

#include <doctest/doctest.h>

#include <optional>

#include "thread_ranks.hpp"

namespace lockstep::test {

/// The ranks that mpirun started, if it did: set by main.
inline std::optional<Communicator>& launched_world() {
  static std::optional<Communicator> world;
  return world;
}

/// Runs `body` on the ranks that mpirun started; without it on one rank, and on 2, 3, 4 and 7 that are threads.
inline void on_ranks(const std::function<void(const Communicator&)>& body) {
  if (launched_world()) return body(*launched_world());
  body(Communicator());
  for (const int size : {2, 3, 4, 7}) ThreadRanks(size).run(body);
}

}  // namespace lockstep::test
