#include "lockstep/scan.hpp"

#include <algorithm>

#include "algorithms/forms.hpp"
#include "algorithms/library.hpp"
#include "algorithms/rows.hpp"
#include "scan/scan.hpp"

namespace lockstep {
namespace {

using namespace algorithms;

// What a library counts elements in.
constexpr std::uint64_t kMostOfLibrary = 0x7fffffff;

/// By a library of the device's maker, if it has one for this: one row, whose bits no order of the work changes.
bool scan_by_library(const Form& form, const Rows& in, const Array& out, Prefix prefix) {
  if (in.rows != 1 || in.length > kMostOfLibrary) return false;
  const Device device = in.x.device();
  const auto kernel = from_library(device, library_scan(form.op, form.kernel));
  if (!kernel) return false;
  launch_library(device, *kernel,
                 {reinterpret(in.x, form.kernel), reinterpret(out, form.kernel), whole(form.order),
                  whole(prefix == Prefix::exclusive), form.empty},
                 in.length);
  return true;
}

Array scan(const Form& form, const Expr& x, std::optional<int> axis, Prefix prefix) {
  const Rows in = rows_along(as_type(x, form.result), axis);
  const Device device = in.x.device();
  const Array out = device.empty(in.x.shape(), form.result);
  if (scan_by_library(form, in, out, prefix)) return in.restore(out);
  const std::uint64_t full = in.length / kScanUnit, units = (in.length + kScanUnit - 1) / kScanUnit;
  const Array nodes = device.empty({std::max<std::uint64_t>(1, in.rows * 2 * full)}, form.kernel);
  const NativeKernel& kernel = scan_kernel(form.op, form.kernel);
  const auto launch = [&](ScanPhase phase, int level, std::uint64_t tiles) {
    launch_tiles(device, kernel,
                 {reinterpret(in.x, form.kernel), reinterpret(out, form.kernel), nodes, whole(in.length), whole(phase),
                  whole(level), whole(form.order), whole(prefix == Prefix::exclusive), form.empty},
                 in.rows * tiles);
  };
  if (units > 1) launch(ScanPhase::sums, 0, full);
  for (int level = 0; full >> (level + 1); level += kScanLevels)
    launch(ScanPhase::nodes, level, ((full >> level) + (1u << kScanLevels) - 1) >> kScanLevels);
  launch(ScanPhase::apply, 0, units);
  return in.restore(out);
}

}  // namespace

Array cumsum(const Expr& x, std::optional<int> axis, Prefix prefix) {
  return scan(arithmetic_form(ScanOp::sum, x.dtype()), x, axis, prefix);
}
Array cumprod(const Expr& x, std::optional<int> axis, Prefix prefix) {
  return scan(arithmetic_form(ScanOp::prod, x.dtype()), x, axis, prefix);
}
Array cummin(const Expr& x, std::optional<int> axis, Prefix prefix) {
  return scan(extreme_form(true, x.dtype()), x, axis, prefix);
}
Array cummax(const Expr& x, std::optional<int> axis, Prefix prefix) {
  return scan(extreme_form(false, x.dtype()), x, axis, prefix);
}

}  // namespace lockstep
