#pragma once

// CUDA's run-time compiler, loaded when it is needed: the module itself is not linked with it.
#include <nvrtc.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lockstep::cuda {

/// What to compile for: machine code of one architecture ("sm_90"), or the intermediate language ("compute_90"), which
/// the driver translates when it is loaded.
struct Target {
  int architecture = 0;  ///< 10 * major + minor
  bool ptx = false;

  std::string name() const { return (ptx ? "compute_" : "sm_") + std::to_string(architecture); }
};

class Nvrtc {
 public:
  /// Looks for libnvrtc.so of the versions `newest_major` and below by name, and in the toolkit's usual folder; or
  /// takes the file that LOCKSTEP_NVRTC names. Null if there is none, and `problem` says why.
  static std::shared_ptr<const Nvrtc> load(int newest_major, std::string& problem);

  /// 10 * minor + 1000 * major, as CUDA counts.
  int version() const noexcept { return version_; }
  /// The best target for a device of this architecture that this compiler knows.
  Target target_for(int architecture) const;

  /// Compiles with the options that fix the bits, and `options` besides. `name` is what the log calls the source.
  /// Throws `compile` with the log, and the line of the source that it names; `what` says whose source it is.
  std::vector<std::byte> compile(const std::string& source, const std::string& name, const Target& target,
                                 const std::vector<std::string>& options, const std::string& what) const;

  /// No contraction, no flushing, IEEE division and square root: the bits of a program depend on each of these.
  static const std::vector<std::string>& exact_options();

 private:
  struct Functions {
    decltype(&nvrtcVersion) version;
    decltype(&nvrtcGetNumSupportedArchs) architecture_count;
    decltype(&nvrtcGetSupportedArchs) architectures;
    decltype(&nvrtcCreateProgram) create;
    decltype(&nvrtcDestroyProgram) destroy;
    decltype(&nvrtcCompileProgram) compile;
    decltype(&nvrtcGetProgramLogSize) log_size;
    decltype(&nvrtcGetProgramLog) log;
    decltype(&nvrtcGetCUBINSize) cubin_size;
    decltype(&nvrtcGetCUBIN) cubin;
    decltype(&nvrtcGetPTXSize) ptx_size;
    decltype(&nvrtcGetPTX) ptx;
    decltype(&nvrtcGetErrorString) error;
  };

  Nvrtc(const Functions& functions, int version, std::vector<int> architectures)
      : f_(functions), version_(version), architectures_(std::move(architectures)) {}
  static std::shared_ptr<const Nvrtc> load_file(const std::string& file, std::string& problem);
  std::string log_of(nvrtcProgram program) const;

  Functions f_;
  int version_;
  std::vector<int> architectures_;  ///< that it compiles for, ascending
};

/// The line of `source`, called `name` in the log, that the log complains about first; empty if it names none.
std::string line_in_log(const std::string& log, const std::string& name, const std::string& source);

}  // namespace lockstep::cuda
