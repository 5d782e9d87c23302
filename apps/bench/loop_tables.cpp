// Which build of the hand-written loops this processor can run.
#include <algorithm>
#include <array>
#include <span>

#include "host_run.hpp"

#if defined(__x86_64__)
#define LOCKSTEP_BENCH_ISAS(X) X(avx512) X(avx2) X(baseline)
#else
#define LOCKSTEP_BENCH_ISAS(X) X(baseline)
#endif

namespace lockstep::bench {

#define LOCKSTEP_DECLARE(isa) \
  namespace limits::isa {     \
  HostLoops loops();          \
  HostLoops functions();      \
  HostLoops pairs();          \
  HostLoops places();         \
  HostLoops random();         \
  HostLoops peaks();          \
  }                           \
  namespace peers::isa {      \
  HostLoops loops();          \
  }
LOCKSTEP_BENCH_ISAS(LOCKSTEP_DECLARE)
#undef LOCKSTEP_DECLARE

namespace {

struct Tables {
  std::array<HostLoops, 5> limits;
  HostLoops peers, peaks;
};

#define LOCKSTEP_TABLES(isa)                                                                       \
  return {                                                                                         \
    {limits::isa::pairs(), limits::isa::functions(), limits::isa::places(), limits::isa::random(), \
     limits::isa::loops()},                                                                        \
        peers::isa::loops(), limits::isa::peaks()                                                  \
  }
Tables widest() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    LOCKSTEP_TABLES(avx512);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) LOCKSTEP_TABLES(avx2);
#endif
  LOCKSTEP_TABLES(baseline);
}
#undef LOCKSTEP_TABLES

}  // namespace

const HostLoop* find(const HostLoops& table, const std::string& name, DType type) {
  const std::span rows(table.first, static_cast<std::size_t>(table.count));
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.name == name && r.type == type; });
  return row == rows.end() ? nullptr : &*row;
}

const HostLoop* find_limit(const std::string& name, DType type) {
  for (const HostLoops& table : widest().limits)
    if (const HostLoop* loop = find(table, name, type)) return loop;
  return nullptr;
}
const HostLoop* find_peak(const std::string& name, DType type) { return find(widest().peaks, name, type); }
const HostLoop* find_peer(const std::string& name, DType type) { return find(widest().peers, name, type); }

}  // namespace lockstep::bench
