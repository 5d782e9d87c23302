#pragma once

#include "row_folds.hpp"

namespace lockstep::cpu::jit {

class Sse41FoldWriter : public RowFoldWriter {
 public:
  Sse41FoldWriter(x86::Compiler& cc, Machine& machine, Fold fold, DType type, bool counts);

 private:
  void multiply(const x86::Vec& to, const x86::Vec& x) const override;
  x86::Vec greater(const x86::Vec& a, const x86::Vec& b) const override;
};

}  // namespace lockstep::cpu::jit
