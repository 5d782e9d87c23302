// Which build of the hand-written loops this processor can run.
#include <algorithm>
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
  HostLoops pairs();          \
  HostLoops peaks();          \
  }                           \
  namespace peers::isa {      \
  HostLoops loops();          \
  }
LOCKSTEP_BENCH_ISAS(LOCKSTEP_DECLARE)
#undef LOCKSTEP_DECLARE

namespace {

struct Tables {
  HostLoops limits, pairs, peers, peaks;
};

Tables widest() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    return {limits::avx512::loops(), limits::avx512::pairs(), peers::avx512::loops(), limits::avx512::peaks()};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return {limits::avx2::loops(), limits::avx2::pairs(), peers::avx2::loops(), limits::avx2::peaks()};
#endif
  return {limits::baseline::loops(), limits::baseline::pairs(), peers::baseline::loops(), limits::baseline::peaks()};
}

}  // namespace

const HostLoop* find(const HostLoops& table, const std::string& name, DType type) {
  const std::span rows(table.first, static_cast<std::size_t>(table.count));
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.name == name && r.type == type; });
  return row == rows.end() ? nullptr : &*row;
}

const HostLoop* find_limit(const std::string& name, DType type) {
  const HostLoop* pair = find(widest().pairs, name, type);
  return pair ? pair : find(widest().limits, name, type);
}
const HostLoop* find_peak(const std::string& name, DType type) { return find(widest().peaks, name, type); }
const HostLoop* find_peer(const std::string& name, DType type) { return find(widest().peers, name, type); }

}  // namespace lockstep::bench
