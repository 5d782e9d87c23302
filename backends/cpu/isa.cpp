#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "block_ops.hpp"
#include "lockstep/error.hpp"

namespace lockstep::cpu {

namespace baseline {
extern const BlockTable table;
}
#if defined(__x86_64__)
namespace sse41 {
extern const BlockTable table;
}
namespace avx2 {
extern const BlockTable table;
}
namespace avx512 {
extern const BlockTable table;
}
#endif

namespace {

/// What this processor can run, the best first.
std::vector<const BlockTable*> usable_tables() {
  std::vector<const BlockTable*> tables;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (has_avx512) tables.push_back(&avx512::table);
  if (has_avx2) tables.push_back(&avx2::table);
  if (__builtin_cpu_supports("sse4.1")) tables.push_back(&sse41::table);
#endif
  tables.push_back(&baseline::table);
  return tables;
}

}  // namespace

const BlockTable& block_table() {
  const std::vector<const BlockTable*> tables = usable_tables();
  const char* wanted = std::getenv("LOCKSTEP_CPU_ISA");
  if (!wanted || !*wanted) return *tables.front();
  std::string names;
  for (const BlockTable* table : tables) {
    if (std::string_view(wanted) == table->name) return *table;
    names += (names.empty() ? "" : ", ") + std::string(table->name);
  }
  throw Error(Code::bad_argument,
              "LOCKSTEP_CPU_ISA names '" + std::string(wanted) + "', which this processor or build does not have",
              "It has: " + names + ".");
}

}  // namespace lockstep::cpu
