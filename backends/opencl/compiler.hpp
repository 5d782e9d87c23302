#pragma once

#include <string>

#include "backends/common/disk_cache.hpp"
#include "backends/opencl/api.hpp"
#include "backends/opencl/info.hpp"

namespace lockstep::opencl {

/// Makes programs of OpenCL C for one device, by way of the cache on disk. New programs are put there at the end, when
/// no result waits for it: PoCL compiles them a second time to give out their binaries.
class Compiler {
 public:
  Compiler(const Found& found, cl_context context, DiskCache cache);
  ~Compiler();
  Compiler(const Compiler&) = delete;
  Compiler& operator=(const Compiler&) = delete;

  /// Throws `compile` with the log, and the line of the source that it names. `what` says whose source it is.
  ProgramHandle build(const std::string& source, const std::string& options, const std::string& what);

 private:
  ProgramHandle from_cache(const std::string& key, const std::string& options) const;
  ProgramHandle compile(const std::string& source, const std::string& options, const std::string& what) const;
  void remember(std::string key, cl_program program);
  void keep(const std::string& key, cl_program program) const noexcept;
  [[noreturn]] void refuse(cl_program program, cl_int status, const std::string& source, const std::string& what) const;

  cl_device_id device_;
  cl_context context_;
  DiskCache cache_;
  std::string options_;                                       ///< of all programs
  std::vector<std::pair<std::string, ProgramHandle>> fresh_;  ///< by key: compiled here, not yet on disk
  std::string identity_;  ///< what a compiled program depends on besides its source and options
};

/// The line of `source` that a compiler's log complains about first, with its number; empty if the log names none.
std::string line_in_log(const std::string& log, const std::string& source);

}  // namespace lockstep::opencl
