#pragma once

#include <deque>
#include <memory>
#include <string>

#include "backends/common/dialect.hpp"
#include "backends/common/plans.hpp"
#include "backends/opencl/queue.hpp"

namespace lockstep::opencl {

/// A Program on one device. Its text depends on how the operands of a pass lie in memory: each such variant is compiled
/// at its first run and kept.
class GeneratedProgram : public Executable {
 public:
  /// Throws `unsupported` for f64 on a device without it.
  GeneratedProgram(std::shared_ptr<Session> session, const Program& program);

  void run(Queue& queue, const Pass& pass) const;
  /// The text of the variants compiled so far; before the first run, of that for contiguous arrays.
  std::string source() const override;

 private:
  struct Variant {
    text::Layout layout;
    bool packed = false;
    std::string source;
    Kernel kernel;
    Kernel* finish = nullptr;  ///< the session's, once it was needed
  };
  /// The number of the variant for a complete pass.
  std::size_t variant_for(const Pass& pass) const;
  const text::Plan& plan(const Pass& incomplete) const;
  /// False if the compiled kernel cannot have groups as large as its text says.
  bool fits(cl_kernel kernel, const text::Layout& layout) const;
  void start(Queue& queue, Variant& variant, const Pass& pass, const text::Plan& plan) const;
  void finish(Queue& queue, Variant& variant, const Pass& pass, const text::Plan& plan) const;

  std::shared_ptr<Session> session_;
  Program program_;
  text::Dialect dialect_;
  mutable text::Target target_;  ///< the device's, or that of processors, which needs no groups and no shared memory
  // The engine serialises calls.
  mutable std::deque<Variant> variants_;
  mutable text::RecentPlans plans_;
};

}  // namespace lockstep::opencl
