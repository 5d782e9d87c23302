#include "scatter/scatter.hpp"

#include <algorithm>

#include "algorithms/gather.hpp"
#include "algorithms/indices.hpp"
#include "algorithms/rows.hpp"
#include "algorithms/tallies.hpp"
#include "lockstep/segments.hpp"
#include "lockstep/select.hpp"
#include "ordered_scatter/ordered_scatter.hpp"
#include "require.hpp"
#include "typing.hpp"

namespace lockstep {
namespace {

using namespace algorithms;

/// The checked operands of `put` and `scatter_add`: dense arrays of one axis.
struct Operands {
  Array target;  ///< the target itself or a copy
  Array indices;
  Array values;  ///< in the target's type
};

/// `x` stretched to a shape, in a type, dense and on one axis; a copy where it is not so, or could be written with
/// `target`.
Array operand(const Expr& x, DType type, const Shape& shape, const Array& target) {
  if (x.as_array() && x.dtype() == type && x.shape() == shape && !x.as_array()->may_overlap(target))
    return dense(x).reshape({shape.size()});
  const Array full = target.device().empty(shape, type);
  target.device().assign(full, x);
  return full.reshape({shape.size()});
}

Operands check(const Array& target, const Expr& indices, const Expr& values, std::string_view call) {
  require(target.valid(), Code::bad_argument, "the target of {} holds no array", call);
  require_integers(indices, call);
  require(values.is_weak() || same_kind(values.dtype(), target.dtype()), Code::bad_type,
          "values of type {} cannot be stored as {}\nCast them explicitly if that is meant.", to_string(values.dtype()),
          to_string(target.dtype()));
  const Array places = indices.as_array() ? *indices.as_array() : target.device().evaluate(indices);
  const Array full = operand(values, target.dtype(), places.shape(), target);
  require(places.size() < UINT32_MAX, Code::bad_shape, "{} takes less than 2^32 - 1 indices, got {}", call,
          places.size());
  require_inside(places, target.size(), call);
  const Array whole_places = operand(as_type(places, DType::i64), DType::i64, places.shape(), target);
  return {dense(target).reshape({target.size()}), whole_places, full};
}

/// Stores the elements of a changed copy, if it is one.
void finish(const Array& target, const Array& changed) {
  if (!changed.may_overlap(target)) target.device().assign(target, Expr(changed.reshape(target.shape())));
}

/// Threads can work in order; what has a thread for each element cannot.
bool works_in_order(const Array& target) { return target.device().info().kind == "cpu"; }

void launch_in_order(const Operands& o, ScatterAction action) {
  constexpr std::uint64_t kIndicesOfPart = 4096;  // for fewer, another thread is not worth its start
  const Device device = o.target.device();
  const bool sums = action == ScatterAction::sum;
  const DType type = sums ? o.target.dtype() : unsigned_type(o.target.dtype());
  const std::uint64_t parts =
      std::clamp<std::uint64_t>(o.indices.size() / kIndicesOfPart, 1, static_cast<std::uint64_t>(device.info().units));
  const Array ends = device.empty({sums ? o.target.size() + parts : 1}, DType::u32);
  const Array grouped = device.empty({sums ? o.indices.size() : 1}, type);
  launch_elements(device, ordered_scatter_kernel(type),
                  {o.indices, reinterpret(o.values, type), reinterpret(o.target, type), ends, grouped,
                   whole(o.indices.size()), whole(o.target.size()), whole(parts), whole(action)},
                  parts * kOrderedScatterPart);
}

void write_at(const Operands& o) {
  if (works_in_order(o.target)) return launch_in_order(o, ScatterAction::put);
  const Device device = o.target.device();
  const DType bits = unsigned_type(o.target.dtype());
  const Array last = device.zeros({o.target.size()}, DType::u32);
  for (const ScatterPhase phase : {ScatterPhase::choose, ScatterPhase::write})
    launch_elements(device, scatter_kernel(bits),
                    {o.indices, reinterpret(o.values, bits), last, reinterpret(o.target, bits), whole(o.target.size()),
                     whole(phase)},
                    phase == ScatterPhase::choose ? o.indices.size() : o.target.size());
}

/// Sorted by index, each index's values become a segment, whose sum meets the element.
void add_floats(const Operands& o) {
  // In order there is a counter for each element of the target: too many for a few values.
  constexpr std::uint64_t kMostCounters = 16;
  if (works_in_order(o.target) && o.target.size() / kMostCounters <= o.indices.size())
    return launch_in_order(o, ScatterAction::sum);
  const DType narrow = o.target.size() >> 32 ? DType::u64 : DType::u32;  // fewer bytes to sort
  const Expr i(o.indices);
  const SegmentsByKey sums =
      reduce_by_key(Reduction::sum, cast(where(i < 0, i + whole(o.target.size()), i), narrow), o.values);
  const Array keys = evaluate(cast(Expr(sums.keys), DType::i64));
  write_at({o.target, keys, evaluate(Expr(gather(o.target, keys)) + sums.values)});
}

void add_integers(const Operands& o) {
  if (works_in_order(o.target)) return launch_in_order(o, ScatterAction::add);
  const Array sums = tally(o.indices, dense(as_type(o.values, DType::i64)), o.target.size());
  o.target.device().assign(o.target, Expr(o.target) + cast(sums, o.target.dtype()));
}

}  // namespace

void put(const Array& target, const Expr& indices, const Expr& values) {
  const Operands o = check(target, indices, values, "put");
  if (o.indices.size() == 0) return;
  write_at(o);
  finish(target, o.target);
}

void scatter_add(const Array& target, const Expr& indices, const Expr& values) {
  require(!target.valid() || target.dtype() != DType::boolean, Code::bad_type,
          "scatter_add has no sums of bools\nUse a target of integers.");
  const Operands o = check(target, indices, values, "scatter_add");
  if (o.indices.size() == 0) return;
  if (is_floating(target.dtype()))
    add_floats(o);
  else
    add_integers(o);
  finish(target, o.target);
}

}  // namespace lockstep
