// Evaluation in parts: the groups of the plan one after another, each part by part on two streams in turn.
#include <algorithm>
#include <array>

#include "fold.hpp"
#include "out_of_core/chunk_rewriter.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

constexpr std::uint64_t kMostByDefault = std::uint64_t{512} << 20;

/// A fold's results of all parts side by side, (parts, kept elements): its values and, for argmin and argmax, their
/// places.
struct Partials {
  Array values, places;
};

/// Joins neighbours, (0, 1), (2, 3), ..., until one is left: the upper levels of the tree.
Array join_parts(const Device& device, const ExprNode& reduce, Array parts) {
  const std::uint64_t kept = parts.shape()[1];
  while (parts.shape()[0] > 1) {
    const std::uint64_t n = parts.shape()[0], half = n / 2;
    const auto rows = [&](std::uint64_t from, std::uint64_t to) {
      return parts.slice({Slice{static_cast<std::int64_t>(from), static_cast<std::int64_t>(to)}});
    };
    const Array next = device.empty({half + n % 2, kept}, parts.dtype());
    const Array pairs = rows(0, 2 * half).reshape({half, 2, kept});
    device.assign(next.slice({Slice{0, static_cast<std::int64_t>(half)}}),
                  make_fold(reduce.fold, pairs, {1}, false, reduce.combine, reduce.bits));
    if (n % 2 == 1) device.assign(next.at(static_cast<std::int64_t>(half)), parts.at(static_cast<std::int64_t>(n - 1)));
    parts = next;
  }
  return parts;
}

/// The place of the part that wins: of equals the first.
Array join_places(const Device& device, const ExprNode& reduce, const Partials& partials) {
  const Expr winner = make_fold(reduce.fold, partials.values, {0}, true);
  return device.evaluate(sum(where(index(0) == winner, partials.places, std::int64_t{0}), 0));
}

/// What one stream works with, again and again.
struct Lane {
  explicit Lane(const Device& device) : stream(device.make_stream()) {}

  Stream stream;
  Uploads uploads;                             // room for the parts of operands
  std::vector<Array> results;                  // and of results that go to a sink
  std::vector<std::vector<std::byte>> copies;  // of those on the host
  std::vector<Event> copied;
  std::uint64_t rows = 0;  // in the copies
};

class GroupRun {
 public:
  GroupRun(const Device& device, const Group& group, std::span<const ChunkedValue> values, std::vector<Array>& results,
           Reduced& reduced, std::uint64_t bytes)
      : device_(device),
        group_(group),
        values_(values),
        results_(results),
        reduced_(reduced),
        leaves_(leaves_of(group)),
        plan_(cut(group, leaves_, bytes / 2)) {}

  void run() {
    make_results();
    std::vector<Lane> lanes;
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(2, plan_.count()); ++i) lanes.push_back(make_lane(lanes));
    for (std::uint64_t c = 0; c < plan_.count(); ++c) {
      Lane& lane = lanes[c % lanes.size()];
      deliver(lane);
      start(lane, c);
    }
    for (std::uint64_t i = 0; i < lanes.size(); ++i) deliver(lanes[(plan_.count() + i) % lanes.size()]);
    for (const Lane& lane : lanes) lane.stream.wait();
    finish();
  }

 private:
  bool is_whole(const HostArray& host) const {
    return !plan_.flat &&
           (host.shape().rank() != group_.space.rank() || host.shape().rank() == 0 || host.shape()[0] == 1);
  }
  Shape part_shape(const Shape& whole, std::uint64_t rows) const {
    if (plan_.flat) return Shape{rows};
    std::vector<std::uint64_t> extents(whole.extents().begin(), whole.extents().end());
    if (!extents.empty()) extents[0] = rows;
    return Shape(extents);
  }

  /// Results that stay on the device, and room for unfinished folds.
  void make_results() {
    for (const Item& item : group_.items) {
      if (!item.reduce) {
        if (!values_[item.request].sink) results_[item.request] = device_.empty(group_.space, item.type);
        continue;
      }
      const ExprNode& reduce = *item.reduce;
      reduced_[&reduce] = device_.empty(reduce.shape, reduce.dtype);
      if (!plan_.joins) continue;
      const Shape room{plan_.count(), reduce.shape.size()};
      Partials& partials = partials_[&reduce];
      partials.values = device_.empty(room, item.element->dtype);
      if (is_place(reduce.fold)) partials.places = device_.empty(room, DType::i64);
    }
  }

  /// Operands that every part reads whole are uploaded once, by the first lane.
  Lane make_lane(const std::vector<Lane>& others) const {
    Lane lane(device_);
    for (const HostArray* host : leaves_.hosts) {
      const bool whole = is_whole(*host);
      Array room;
      if (whole && !others.empty()) {
        for (const auto& [known, array] : others.front().uploads.at(host->data()))
          if (known == host) room = array;
      } else {
        room = device_.empty(whole ? host->shape() : part_shape(host->shape(), plan_.step), host->dtype());
        if (whole) upload(lane, room, host->data());
      }
      lane.uploads[host->data()].emplace_back(host, room);
    }
    for (const Item& item : group_.items) {
      if (item.reduce || !values_[item.request].sink) continue;
      lane.results.push_back(device_.empty(part_shape(group_.space, plan_.step), item.type));
      lane.copies.emplace_back(static_cast<std::size_t>(lane.results.back().bytes()));
    }
    return lane;
  }

  static void upload(const Lane& lane, const Array& to, const std::byte* from) {
    if (to.size()) to.storage()->device()->write(lane.stream.queue(), to, from);
  }

  /// The lane's room, cut to the rows of a shorter part.
  static Array shortened(const Array& room, std::uint64_t rows) {
    return room.rank() == 0 || room.shape()[0] == rows ? room : room.slice({Slice{0, static_cast<std::int64_t>(rows)}});
  }

  void start(Lane& lane, std::uint64_t c) {
    const std::uint64_t begin = c * plan_.step, end = std::min(plan_.length, begin + plan_.step);
    Uploads parts;
    for (const auto& [data, list] : lane.uploads)
      for (const auto& [host, room] : list) {
        Array part = is_whole(*host) ? room : shortened(room, end - begin);
        const std::uint64_t row = plan_.length == 0 ? 0 : host->bytes() / std::max<std::uint64_t>(plan_.length, 1);
        if (!is_whole(*host)) upload(lane, part, data + begin * row);
        parts[data].emplace_back(host, std::move(part));
      }
    ChunkRewriter rewriter(group_, plan_, begin, end, parts, reduced_);
    std::vector<Assignment> assignments;
    std::size_t sink = 0;
    for (const Item& item : group_.items) {
      const Expr value = cast(rewriter(*item.element), item.element->dtype);
      if (item.reduce)
        add_folds(assignments, *item.reduce, value, c, begin);
      else if (values_[item.request].sink)
        assignments.push_back({shortened(lane.results[sink++], end - begin), value});
      else
        assignments.push_back({rewriter.part_of(results_[item.request]), value});
    }
    lane.stream.run(assignments, {});
    lane.rows = end - begin;
    for (std::size_t i = 0; i < lane.results.size(); ++i) {
      const Array part = shortened(lane.results[i], lane.rows);
      if (part.size())
        lane.copied.push_back(part.storage()->device()->read(lane.stream.queue(), part, lane.copies[i].data()));
    }
  }

  void add_folds(std::vector<Assignment>& assignments, const ExprNode& reduce, const Expr& value, std::uint64_t c,
                 std::uint64_t begin) const {
    const std::vector<int> axes = plan_.flat && group_.space.rank() > 1 ? std::vector<int>{0} : reduce.axes;
    const Expr folded = make_fold(reduce.fold, value, axes, false, reduce.combine, reduce.bits);
    const auto flat = [](const Array& array) { return array.reshape(Shape{array.size()}); };
    if (!plan_.joins) {
      const Array all = flat(reduced_.at(&reduce));
      const std::uint64_t row = plan_.length == 0 ? 0 : all.size() / std::max<std::uint64_t>(1, plan_.length);
      const bool whole = plan_.count() == 1;
      const Array part = whole ? all
                               : all.slice({Slice{static_cast<std::int64_t>(begin * row),
                                                  static_cast<std::int64_t>(begin * row + folded.shape().size())}});
      assignments.push_back({part.reshape(folded.shape()), folded});
      return;
    }
    const Partials& partials = partials_.at(&reduce);
    const auto row_of = [&](const Array& all) { return all.at(static_cast<std::int64_t>(c)).reshape(folded.shape()); };
    if (!is_place(reduce.fold)) {
      assignments.push_back({row_of(partials.values), folded});
      return;
    }
    const Fold extreme = reduce.fold == Fold::argmin ? Fold::min : Fold::max;
    assignments.push_back({row_of(partials.values), make_fold(extreme, value, axes, false)});
    assignments.push_back({row_of(partials.places), folded + begin * plan_.weight});
  }

  /// Hands the lane's copies to the sinks, in the order of the parts.
  void deliver(Lane& lane) const {
    for (const Event& event : lane.copied) event.wait();
    std::size_t sink = 0;
    for (const Item& item : group_.items) {
      if (item.reduce || !values_[item.request].sink) continue;
      const std::size_t i = sink++;
      const auto bytes = static_cast<std::size_t>(shortened(lane.results[i], lane.rows).bytes());
      if (!lane.copied.empty()) values_[item.request].sink(std::span(lane.copies[i]).first(bytes));
    }
    lane.copied.clear();
  }

  void finish() {
    for (const auto& [reduce, partials] : partials_) {
      const Array joined = is_place(reduce->fold) ? join_places(device_, *reduce, partials)
                                                  : join_parts(device_, *reduce, partials.values);
      reduced_[reduce] = joined.reshape(reduce->shape);
    }
  }

  Device device_;
  const Group& group_;
  std::span<const ChunkedValue> values_;
  std::vector<Array>& results_;
  Reduced& reduced_;
  HostLeaves leaves_;
  ChunkPlan plan_;
  std::unordered_map<const ExprNode*, Partials> partials_;
};

}  // namespace

std::vector<Array> evaluate_chunked(const Device& device, std::span<const ChunkedValue> values,
                                    const ChunkOptions& options) {
  std::vector<Request> requests;
  for (const ChunkedValue& value : values) requests.push_back({value.value, {}});
  const MemoryUse use = device.memory();
  const std::uint64_t free = use.limit - std::min(use.limit, use.in_use);
  const std::uint64_t bytes = options.memory != 0 ? options.memory : std::min(free / 2, kMostByDefault);
  std::vector<Array> results(values.size());
  Reduced reduced;
  for (const Group& group : make_plan(requests)) GroupRun(device, group, values, results, reduced, bytes).run();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto found = reduced.find(values[i].value.node().get());
    if (found == reduced.end()) continue;
    results[i] = found->second;
    if (!values[i].sink) continue;
    std::vector<std::byte> bytes_of(static_cast<std::size_t>(results[i].bytes()));
    results[i].read_bytes(bytes_of.data());
    values[i].sink(bytes_of);
    results[i] = Array();
  }
  return results;
}

}  // namespace lockstep
