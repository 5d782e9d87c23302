#include "algorithms/indices.hpp"

#include "algorithms/rows.hpp"
#include "require.hpp"

namespace lockstep::algorithms {

void require_integers(const Expr& indices, std::string_view call) {
  require(is_integer(indices.dtype()), Code::bad_type, "the indices of {} are {}, not integers\nCast them to i64.",
          call, to_string(indices.dtype()));
}

void require_inside(const Array& indices, std::uint64_t length, std::string_view call) {
  if (indices.size() == 0) return;
  const Expr i(indices.reshape({indices.size()}));
  const Expr n(whole(length));
  const Expr outside =
      is_unsigned(indices.dtype()) ? i >= Expr(length) : cast(i, DType::i64) >= n || cast(i, DType::i64) < -n;
  if (!item<bool>(any(outside))) return;
  const auto place = item<std::int64_t>(argmax(outside));
  const Array index = indices.reshape({indices.size()}).at(place);
  if (is_unsigned(indices.dtype()))
    fail(Code::bad_argument, "index {} at place {} of the indices of {} is out of range for {} elements",
         item<std::uint64_t>(index), place, call, length);
  fail(Code::bad_argument, "index {} at place {} of the indices of {} is out of range for {} elements",
       item<std::int64_t>(index), place, call, length);
}

Array first_of_equals(const Array& ordered) {
  const Device device = ordered.device();
  const Array firsts = device.empty({ordered.size()}, DType::boolean);
  device.assign(firsts.slice({{0, 1}}), cast(literal(1), DType::boolean));
  const Expr here(ordered.slice({{1}})), before(ordered.slice({{0, -1}}));
  const Expr differs = here != before;
  device.assign(firsts.slice({{1}}),
                is_floating(ordered.dtype()) ? differs && !(isnan(here) && isnan(before)) : differs);
  return firsts;
}

}  // namespace lockstep::algorithms
