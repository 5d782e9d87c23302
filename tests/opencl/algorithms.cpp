// The hand-written kernels behind docs/algorithms.md on OpenCL, in small: Oclgrind runs these.
#include "lockstep/algorithms.hpp"

#include "cells.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr std::size_t kCount = 1100;  // more than one unit

/// What the kernels give for some values, one after another. Sorts of bytes take one pass.
std::vector<Array> results(const Device& device) {
  const Array x = upload(device, awkward_cells(DType::f32, kCount, 1));
  const Array bytes = upload(device, awkward_cells(DType::i8, kCount, 2));
  const Array i = device.evaluate(index(0) * 31 % Expr(std::int64_t{kCount}) + device.zeros({kCount}, DType::i64));
  const Array target = device.zeros({kCount}, DType::f32);
  put(target, floor_divide(i, 2), x);
  return {cumsum(x),
          cummax(bytes, 0, Prefix::exclusive),
          sort(bytes),
          argsort(bytes),
          flatnonzero(Expr(x) > 0),
          take(x, i),
          target,
          bincount(Expr(i) % 50),
          bincount(Expr(i) + 2000),
          segment_reduce(Reduction::sum, x, device.array<std::int64_t>({0, 3, 3, 1040, 1090}))};
}

}  // namespace

TEST_CASE("under Oclgrind: algorithms") {
  const std::vector<Array> expected = results(Engine().open("cpu:1"));
  const char* only = std::getenv("LOCKSTEP_OPENCL_SHAPE");
  for (const char* name : {"cpu", "gpu"}) {
    if (only && only != std::string_view(name)) continue;
    CAPTURE(std::string(name));
    const Environment shape("LOCKSTEP_OPENCL_SHAPE", name);
    const std::vector<Array> got = results(Engine().open("opencl:0"));
    for (std::size_t k = 0; k < got.size(); ++k) {
      CAPTURE(k);
      CHECK(difference(got[k], expected[k]) == "");
    }
  }
}
