#include "lockstep/schedule.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

namespace lockstep {
namespace {

using Nodes = std::vector<std::uint32_t>;  // ascending

/// Selects that look at one condition, and the side that is meant.
struct Side {
  std::uint32_t condition;
  bool when;
  Nodes selects;

  std::uint32_t value_of(const Node& select) const { return select.args[when ? 1 : 2]; }
};

/// What one side alone needs.
struct Part {
  Nodes nodes, results;
  std::size_t operations = 0;
};

bool is_operation(const Node& node) { return info(node.op).arity > 0; }

class Scheduler {
 public:
  Scheduler(const Program& program, const std::vector<bool>& needed, const Nodes& kept, std::size_t fewest)
      : nodes_(program.nodes),
        needed_(needed),
        fewest_(fewest),
        budget_(kVisitsPerNode * nodes_.size()),
        uses_(nodes_.size(), 0),
        list_(nodes_.size(), 0) {
    for (std::uint32_t n = 0; n < nodes_.size(); ++n)
      if (needed[n]) for_operands(n, [&](std::uint32_t a) { ++uses_[a]; });
    for (const std::uint32_t n : kept) ++uses_[n];
  }

  /// The values of one list, `list` in `list_`.
  Schedule schedule(const Nodes& nodes, std::uint32_t list) {
    std::vector<std::pair<std::size_t, Side>> sides;
    for (Side& side : sides_of(nodes))
      if (const Part part = part_of(side, list); part.operations >= fewest_)
        sides.emplace_back(part.operations, std::move(side));
    // The larger first: what they take, others cannot.
    std::stable_sort(sides.begin(), sides.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::multimap<std::uint32_t, std::shared_ptr<const Guard>> guards;  // by the select before which they stand
    std::set<std::uint32_t> seen;                                       // conditions
    for (const auto& [operations, side] : sides) {
      Part part = part_of(side, list);
      if (part.operations < fewest_) continue;
      const std::uint32_t own = ++lists_;
      for (const std::uint32_t n : part.nodes) list_[n] = own;
      const bool is_usual = !seen.insert(side.condition).second;
      const Nodes selects = is_usual ? Nodes() : selects_at_once(side, part.results, list);
      for (const std::uint32_t s : selects) list_[s] = own;
      // The usual part stands before the other, whose selects take its values.
      const std::uint32_t place = side.selects.front();
      guards.emplace_hint(guards.lower_bound(place), place,
                          std::make_shared<Guard>(Guard{side.condition, side.when, is_usual, std::move(part.results),
                                                        selects, schedule(part.nodes, own)}));
    }
    Schedule steps;
    for (const std::uint32_t n : nodes) {
      const auto [first, last] = guards.equal_range(n);
      for (auto at = first; at != last; ++at) steps.push_back({0, at->second});
      if (list_[n] == list) steps.push_back({n, nullptr});
    }
    return steps;
  }

 private:
  // An expression may hold so many selects in each other that looking at all is not worth it.
  static constexpr std::size_t kVisitsPerNode = 64;

  /// The operands of a value. One that is not needed itself is part of one operation with the value, which has its
  /// operands then.
  template <class F>
  void for_operands(std::uint32_t n, const F& f) const {
    for (const std::uint32_t a : operands(n)) {
      f(a);
      if (needed_[a]) continue;
      for (const std::uint32_t b : operands(a)) f(b);
    }
  }
  std::span<const std::uint32_t> operands(std::uint32_t n) const {
    return std::span(nodes_[n].args).first(static_cast<std::size_t>(info(nodes_[n].op).arity));
  }

  /// Bools are left out, which need not lie in a register that could be set in two places, and selects whose condition
  /// is not needed itself.
  std::vector<Side> sides_of(const Nodes& nodes) const {
    std::map<std::uint32_t, Nodes> selects;
    for (const std::uint32_t n : nodes)
      if (nodes_[n].op == Op::select && nodes_[n].type != DType::boolean && needed_[nodes_[n].args[0]])
        selects[nodes_[n].args[0]].push_back(n);
    std::vector<Side> sides;
    for (const auto& [condition, those] : selects)
      for (const bool when : {true, false}) sides.push_back({condition, when, those});
    return sides;
  }

  /// The values of a list whose every use is in the part or as this side of the selects. All come before the first
  /// select, where the part stands.
  Part part_of(const Side& side, std::uint32_t list) {
    Part part;
    std::unordered_map<std::uint32_t, std::uint32_t> used;
    const auto use = [&](std::uint32_t n, bool by_select) {
      // Numbers are loaded where they are used; operands and parameters may be read anywhere.
      const bool fits = is_operation(nodes_[n]) || (nodes_[n].op == Op::constant && !by_select);
      if (!fits || !needed_[n] || n >= side.selects.front() || list_[n] != list || ++used[n] != uses_[n]) return;
      part.nodes.push_back(n);
      part.operations += is_operation(nodes_[n]);
    };
    for (const std::uint32_t s : side.selects) use(side.value_of(nodes_[s]), true);
    for (std::size_t i = 0; i < part.nodes.size() && budget_ > 0; ++i, --budget_) {
      for_operands(part.nodes[i], [&](std::uint32_t a) { use(a, false); });
    }
    if (budget_ == 0) return {};
    std::sort(part.nodes.begin(), part.nodes.end());
    for (const std::uint32_t s : side.selects) {
      const std::uint32_t n = side.value_of(nodes_[s]);
      const bool inside = std::binary_search(part.nodes.begin(), part.nodes.end(), n);
      if (inside && std::find(part.results.begin(), part.results.end(), n) == part.results.end())
        part.results.push_back(n);
    }
    return part;
  }

  /// The selects that take results of a part, if nothing but the part is missing for any of them where it stands.
  Nodes selects_at_once(const Side& side, const Nodes& results, std::uint32_t list) const {
    const Side other{side.condition, !side.when, {}};
    Nodes those;
    for (const std::uint32_t s : side.selects) {
      if (std::find(results.begin(), results.end(), side.value_of(nodes_[s])) == results.end()) continue;
      if (list_[s] != list || other.value_of(nodes_[s]) >= side.selects.front()) return {};
      those.push_back(s);
    }
    return those;
  }

  const std::vector<Node>& nodes_;
  const std::vector<bool>& needed_;
  std::size_t fewest_;
  std::size_t budget_;
  std::vector<std::uint32_t> uses_;
  std::vector<std::uint32_t> list_;  // to which list each node belongs
  std::uint32_t lists_ = 0;
};

}  // namespace

Schedule make_schedule(const Program& program, const std::vector<bool>& needed, const std::vector<std::uint32_t>& kept,
                       std::size_t fewest) {
  Nodes nodes;
  for (std::uint32_t n = 0; n < program.nodes.size(); ++n)
    if (needed[n]) nodes.push_back(n);
  return Scheduler(program, needed, kept, fewest).schedule(nodes, 0);
}

}  // namespace lockstep
