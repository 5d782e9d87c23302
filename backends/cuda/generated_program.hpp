#pragma once

#include <deque>
#include <memory>
#include <string>

#include "backends/common/plans.hpp"
#include "backends/cuda/queue.hpp"

namespace lockstep::cuda {

/// A Program on one device. Its text depends on how the operands of a pass lie in memory: each such variant is compiled
/// at its first run and kept.
class GeneratedProgram : public Executable {
 public:
  GeneratedProgram(std::shared_ptr<Session> session, const Program& program);

  void run(Queue& queue, const Pass& pass) const;
  /// The text of the variants compiled so far; before the first run that for contiguous arrays.
  std::string source() const override;

 private:
  struct Variant {
    text::Layout layout;
    std::string source;
    KernelHandle kernel;
    std::shared_ptr<const KernelHandle> finish;  ///< the session's, once it was needed
  };
  /// The number of the variant for a complete pass.
  std::size_t variant_for(const Pass& pass) const;
  const text::Plan& plan(const Pass& incomplete) const;
  KernelHandle compile(const std::string& source) const;
  const KernelHandle& finish_of(Variant& variant) const;

  std::shared_ptr<Session> session_;
  Program program_;
  std::string name_;
  // The engine serialises calls.
  mutable std::deque<Variant> variants_;
  mutable text::RecentPlans plans_;
};

}  // namespace lockstep::cuda
