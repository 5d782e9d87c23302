#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "case.hpp"
#include "host_loop.hpp"
#include "team.hpp"

namespace lockstep::bench {

/// The loop of this name and type, by the widest instructions of this processor, or null.
const HostLoop* find_limit(const std::string& name, DType type);
/// The loop of this name and type in a table, or null.
const HostLoop* find(const HostLoops& table, const std::string& name, DType type);
/// The loop that repeats "multiply-add", "square root" or "divide" in registers: `n` of them.
const HostLoop* find_peak(const std::string& name, DType type);
/// As find_limit, for the plain loops, which are left to the compiler.
const HostLoop* find_peer(const std::string& name, DType type);

/// A hand-written loop on memory of its own, run in the fastest of its ways: on one thread or on all, with stores
/// through the caches or past them.
class HostRun {
 public:
  /// `row`: the case that the loop stands beside, for its inputs; without one those of most cases.
  HostRun(const HostLoop& loop, std::uint64_t n, int threads, std::uint64_t sets, const Case& row = {});
  ~HostRun();
  HostRun(const HostRun&) = delete;
  HostRun& operator=(const HostRun&) = delete;

  /// Runs the loop in each of its ways, and says what is wrong with the results, or nothing. `expected` is that of the
  /// case: for maps, min and max up to `ulps` units in the last place; for sums up to 1024 roundings, because their
  /// order is another one; where every element is a sum with terms of both signs, of the largest.
  std::string check(std::span<const std::byte> expected, int ulps = 0);
  /// Finds the fastest way, by trying.
  void choose();
  /// Runs once, on the next set of arrays.
  void run();
  /// "2 threads, streaming"
  std::string way() const;

 private:
  struct Memory;
  struct Way {
    int threads = 1;
    bool streaming = false;
  };
  std::vector<Way> ways() const;
  void run_way(const Way& way);
  void run_part(const HostWork& whole, const Way& way, int part);
  std::string check_map(std::span<const std::byte> expected, int ulps) const;
  std::string check_sums(std::span<const std::byte> expected) const;
  std::string check_fold(std::span<const std::byte> expected) const;

  const HostLoop& loop_;
  DType result_type_;
  bool sums_;
  std::uint64_t n_;
  Team team_;
  Way way_;
  std::vector<std::unique_ptr<Memory>> sets_;
  std::size_t next_ = 0;
  std::vector<double> partial_;  // one for each thread, apart by more than a cache line
  double total_ = 0;
};

}  // namespace lockstep::bench
