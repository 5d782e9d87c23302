#include "algorithms/rows.hpp"

#include <numeric>

#include "device_impl.hpp"
#include "expr_node.hpp"

namespace lockstep::algorithms {
namespace {

constexpr std::uint64_t kTileThreads = 256;

Array from_its_beginning(const Array& x) { return x.is_contiguous() && x.offset() == 0 ? x : x.copy(); }

Array array_of(const Expr& x) { return x.as_array() ? *x.as_array() : evaluate(x); }

}  // namespace

std::pair<Array, Array> arrays_of(const Expr& a, const Expr& b) {
  const Expr both[] = {a, b};
  const Array* known = any_array(both);
  const auto array = [&](const Expr& x) {
    const Array* own = x.as_array();
    if (!known || (own && own->device().impl() == known->device().impl())) return array_of(x);
    return known->device().evaluate(x);
  };
  return {array(a), array(b)};
}

Array dense(const Expr& x) { return from_its_beginning(array_of(x)); }

Expr as_type(const Expr& x, DType type) { return x.dtype() == type && !x.is_weak() ? x : cast(x, type); }

Array reinterpret(const Array& x, DType type) { return Array(x.storage(), type, x.shape(), x.strides(), x.offset()); }

Rows rows_along(const Expr& x, std::optional<int> axis) {
  Array array = array_of(x);
  if (!axis) {
    array = from_its_beginning(array.reshape({array.size()}));
    return {array, 1, array.size(), {}};
  }
  const int at = normalize_axis(*axis, array.rank());
  Rows out;
  out.length = array.shape()[at];
  if (at != array.rank() - 1) {
    std::vector<int> order(static_cast<std::size_t>(array.rank()));
    std::iota(order.begin(), order.end(), 0);
    order.erase(order.begin() + at);
    order.push_back(at);
    array = array.transpose(order);
    for (int d = 0; d < array.rank(); ++d) out.back.push_back(d < at ? d : d == at ? array.rank() - 1 : d - 1);
  }
  out.x = from_its_beginning(array);
  out.rows = out.length ? array.size() / out.length : 0;
  return out;
}

Array Rows::restore(const Array& out) const {
  const Array shaped = out.reshape(x.shape());
  return back.empty() ? shaped : shaped.transpose(back).contiguous();
}

void launch_elements(const Device& device, const NativeKernel& kernel, std::initializer_list<Argument> arguments,
                     std::uint64_t n) {
  if (n) device.launch(device.impl()->own_kernel(kernel), arguments, n);
}

void launch_tiles(const Device& device, const NativeKernel& kernel, std::initializer_list<Argument> arguments,
                  std::uint64_t tiles) {
  launch_elements(device, kernel, arguments, tiles * kTileThreads);
}

}  // namespace lockstep::algorithms
