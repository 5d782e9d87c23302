#pragma once

#include "machine.hpp"

namespace lockstep::test::ptx {

/// One block of threads.
struct Block {
  explicit Block(Grid& of);

  void start(std::uint64_t number);
  /// Lets every thread run until it waits. False if all have ended. Throws Fault if none can ever go on.
  bool turn();

  Grid* grid;
  std::uint64_t number = 0;
  std::vector<std::byte> shared, local;
  std::vector<std::uint64_t> registers;
  std::vector<Thread> threads;
  bool is_busy = false;  ///< this turn did more than to look whether a value has changed

 private:
  void run_thread(Thread& t);
  void run_warp(unsigned warp);
  bool meet(unsigned warp);
  bool release_barriers();

  unsigned turns_ = 0;
};

/// One launch.
struct Grid {
  const Code& code;
  const Launch& launch;
  const Settings& settings;
  std::vector<Range> memory;  ///< by address
  bool is_all_memory = true;
  std::vector<Range> last;  ///< that each instruction touched
  std::uint64_t steps = 0;

  void run();
};

}  // namespace lockstep::test::ptx
