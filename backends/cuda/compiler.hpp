#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "backends/common/disk_cache.hpp"
#include "backends/cuda/info.hpp"

namespace lockstep::cuda {

/// Makes machine code of CUDA C for one device, by way of the cache on disk.
class Compiler {
 public:
  Compiler(const Found& found, const Platform& platform, DiskCache cache);

  struct Source {
    std::string text;
    std::string name;  ///< what the compiler's log calls it
    std::string what;  ///< whose it is, for messages
    std::vector<std::string> options;
  };

  /// What a compiled source is kept under: all that its machine code depends on.
  std::string key_of(const Source& source) const;
  /// From the cache; empty if it has none.
  std::vector<std::byte> cached(const std::string& key) const;
  /// Compiles, and keeps the result. Throws `compile`.
  std::vector<std::byte> compile(const Source& source, const std::string& key) const;
  /// For an entry that the driver refused.
  void forget(const std::string& key) const { cache_.remove(key); }

 private:
  std::shared_ptr<const Nvrtc> nvrtc_;
  Target target_;
  DiskCache cache_;
  std::string identity_;  ///< what machine code depends on besides its source and options
};

}  // namespace lockstep::cuda
