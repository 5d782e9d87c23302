#include "cache_levels.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace lockstep::bench {
namespace {

std::string first_word(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  return word;
}

/// "48K", "32M"
std::uint64_t parse_size(const std::string& text) {
  char* end = nullptr;
  const std::uint64_t number = std::strtoull(text.c_str(), &end, 10);
  return *end == 'M' ? number << 20 : *end == 'K' ? number << 10 : number;
}

}  // namespace

std::vector<CacheLevel> host_caches() {
  std::vector<CacheLevel> caches;
  for (int i = 0; i < 8; ++i) {
    const std::string folder = "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(i) + "/";
    const std::string type = first_word(folder + "type");
    const CacheLevel cache{std::atoi(first_word(folder + "level").c_str()), parse_size(first_word(folder + "size"))};
    if ((type == "Data" || type == "Unified") && cache.bytes > 0) caches.push_back(cache);
  }
  std::sort(caches.begin(), caches.end(), [](const auto& a, const auto& b) { return a.level < b.level; });
  return caches;
}

std::string level_of(std::uint64_t bytes, const std::vector<CacheLevel>& caches) {
  for (const CacheLevel& cache : caches)
    if (bytes <= cache.bytes) return "L" + std::to_string(cache.level);
  return "DRAM";
}

std::uint64_t sets_for(std::uint64_t bytes, const std::vector<CacheLevel>& caches) {
  if (caches.empty() || bytes <= caches.back().bytes || bytes == 0) return 1;
  return std::max<std::uint64_t>(1, (4 * caches.back().bytes + bytes - 1) / bytes);
}

}  // namespace lockstep::bench
