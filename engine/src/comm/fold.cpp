// Folds over ranks. Sums and products of floats go by the unit tree over the elements of all ranks: each rank completes
// the units that begin on it, folds aligned runs of a power of two of them, which are nodes of the tree, and all ranks
// put the nodes together. Other folds are exact in any order: one value of each rank.
#include "lockstep/comm/fold.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <optional>

#include "lockstep/arithmetic.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

constexpr std::uint64_t kUnit = 1024;

/// How a reduction's parts are made and joined. Places come with the value that decides.
struct Rule {
  Reduction part;  ///< what each part is folded with
  bool place = false;
  bool mean = false;
};

Rule rule_of(Reduction reduction) {
  switch (reduction) {
    case Reduction::mean:
      return {Reduction::sum, false, true};
    case Reduction::argmin:
      return {Reduction::min, true, false};
    case Reduction::argmax:
      return {Reduction::max, true, false};
    case Reduction::var:
    case Reduction::stddev:
    case Reduction::norm:
      fail(Code::unsupported,
           "{} over ranks is made of sums\nFold the squares first, then take what is needed of them.",
           all_reductions()[static_cast<std::size_t>(reduction)].name);
    default:
      return {reduction, false, false};
  }
}

/// A node of the tree: 2^level units from unit index * 2^level on. Exact folds have one node of each rank.
struct Node {
  std::uint64_t fold = 0;
  std::uint64_t level = 0, index = 0;
  std::uint64_t bits = 0;
  std::int64_t place = 0;
};

std::uint64_t bits_of(const Array& value) {
  std::uint64_t bits = 0;
  value.read_bytes(&bits);
  return bits;
}

template <class T>
T value_of(std::uint64_t bits) {
  T value;
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

template <class T>
T join_values(Reduction part, T a, T b) {
  switch (part) {
    case Reduction::sum:
    case Reduction::count:
      return arithmetic::add(a, b);
    case Reduction::prod:
      return arithmetic::mul(a, b);
    case Reduction::min:
      return arithmetic::fold_min(a, b);
    case Reduction::max:
      return arithmetic::fold_max(a, b);
    default:
      break;
  }
  if constexpr (std::integral<T>) {
    const bool is_and = part == Reduction::band || part == Reduction::land || part == Reduction::all;
    const bool is_or = part == Reduction::bor || part == Reduction::lor || part == Reduction::any;
    return is_and ? arithmetic::bit_and(a, b) : is_or ? arithmetic::bit_or(a, b) : arithmetic::bit_xor(a, b);
  }
  return a;
}

std::uint64_t joined(Reduction part, DType type, std::uint64_t a, std::uint64_t b) {
  return visit(type, [&]<Element T>() {
    const T value = join_values(part, value_of<T>(a), value_of<T>(b));
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    return bits;
  });
}

/// The upper levels of the tree, over nodes in the order of their units.
class Tree {
 public:
  Tree(std::span<const Node> nodes, std::uint64_t units, Reduction part, DType type)
      : nodes_(nodes), units_(units), part_(part), type_(type) {}

  std::uint64_t root() { return *value(static_cast<std::uint64_t>(std::bit_width(units_ - 1)), 0); }

 private:
  /// Nothing beyond the last unit: a node without a partner passes through.
  std::optional<std::uint64_t> value(std::uint64_t level, std::uint64_t index) {
    if (index << level >= units_) return std::nullopt;
    if (nodes_[next_].level == level && nodes_[next_].index == index) return nodes_[next_++].bits;
    const auto left = value(level - 1, 2 * index), right = value(level - 1, 2 * index + 1);
    return right ? joined(part_, type_, *left, *right) : *left;
  }

  std::span<const Node> nodes_;
  std::uint64_t units_;
  Reduction part_;
  DType type_;
  std::size_t next_ = 0;
};

class SpreadRun {
 public:
  SpreadRun(const Communicator& ranks, const Device& device, std::uint64_t mine, std::span<const SpreadFold> folds)
      : ranks_(ranks), device_(device), mine_(mine), folds_(folds) {
    const std::vector<std::uint64_t> counts = ranks.allgather_value(mine);
    const auto self = counts.begin() + ranks.rank();
    begin_ = std::accumulate(counts.begin(), self, std::uint64_t{0});
    total_ = std::accumulate(self, counts.end(), begin_);
    first_.resize(counts.size());
    std::exclusive_scan(counts.begin(), counts.end(), first_.begin(), std::uint64_t{0});
    for (const SpreadFold& fold : folds) {
      rules_.push_back(rule_of(fold.reduction));
      // Typed by the engine itself, as the fold of one element.
      types_.push_back(reduce(rules_.back().part, zeros_like(fold)).dtype());
      if (rules_.back().mean && !is_floating(types_.back())) types_.back() = DType::f64;
    }
  }

  std::vector<Array> run() {
    if (ranks_.size() == 1 || total_ == 0) return whole();
    std::vector<Array> results;
    std::vector<Node> nodes;
    for (std::size_t f = 0; f < folds_.size(); ++f)
      if (is_tree(f)) complete_units(f, nodes);
    ranks_.together([&] { fold_parts(nodes); });
    const std::vector<Node> all = ranks_.allgather(std::span<const Node>(nodes));
    for (std::size_t f = 0; f < folds_.size(); ++f) results.push_back(finish(f, all));
    return results;
  }

 private:
  std::vector<Array> whole() const {
    std::vector<Expr> values;
    for (const SpreadFold& fold : folds_) values.push_back(reduce(fold.reduction, fold.elements(0, mine_)));
    return device_.evaluate(values);
  }

  Expr zeros_like(const SpreadFold& fold) const { return cast(Expr(0), fold.elements(0, 0).dtype()); }
  bool is_tree(std::size_t f) const {
    return is_floating(types_[f]) && (rules_[f].part == Reduction::sum || rules_[f].part == Reduction::prod);
  }
  Expr elements(std::size_t f, std::uint64_t begin, std::uint64_t end) const {
    const Expr x = folds_[f].elements(begin, end);
    return rules_[f].mean ? cast(x, types_[f]) : x;
  }

  // This rank's units are those whose first element is here: [first_unit, last_unit).
  std::uint64_t first_unit() const { return begin_ / kUnit + (begin_ % kUnit != 0); }
  std::uint64_t last_unit() const {
    return std::max(first_unit(), (begin_ + mine_) / kUnit + ((begin_ + mine_) % kUnit != 0));
  }
  /// Elements before the first unit: they belong to one that began on an earlier rank.
  std::uint64_t head() const { return std::min(mine_, first_unit() * kUnit - begin_); }

  /// The rank where the element with this place is.
  int owner(std::uint64_t place) const {
    const auto after = std::upper_bound(first_.begin(), first_.end(), place);
    return static_cast<int>(after - first_.begin()) - 1;
  }

  /// Sends the head to where its unit began; folds the last unit here, if it ends elsewhere, with what comes.
  void complete_units(std::size_t f, std::vector<Node>& nodes) {
    const std::uint64_t size = size_of(types_[f]);
    std::vector<std::byte> sent(static_cast<std::size_t>(head() * size));
    std::vector<std::uint64_t> counts(first_.size(), 0);
    ranks_.together([&] {
      if (head() == 0) return;
      device_.evaluate(cast(elements(f, 0, head()), types_[f])).read_bytes(sent.data());
      counts[static_cast<std::size_t>(owner(begin_ / kUnit * kUnit))] = sent.size();
    });
    const std::vector<std::byte> came = ranks_.alltoall(std::span<const std::byte>(sent), counts);
    ranks_.together([&] {
      if (came.empty()) return;
      const std::uint64_t unit = last_unit() - 1, begin = unit * kUnit - begin_;
      std::vector<std::byte> all(static_cast<std::size_t>((mine_ - begin) * size));
      device_.evaluate(cast(elements(f, begin, mine_), types_[f])).read_bytes(all.data());
      all.insert(all.end(), came.begin(), came.end());
      const std::uint64_t n = all.size() / size;
      const Array x = device_.array_from_bytes(all.data(), n, types_[f], Shape{n});
      nodes.push_back({f, 0, unit, bits_of(device_.evaluate(reduce(rules_[f].part, x))), 0});
      completed_ = true;
    });
  }

  /// All nodes whose elements are here, in one evaluation.
  void fold_parts(std::vector<Node>& nodes) const {
    std::vector<Expr> values;
    std::vector<Node> made;
    for (std::size_t f = 0; f < folds_.size(); ++f) {
      if (is_tree(f)) {
        add_nodes(f, made, values);
      } else if (mine_ != 0) {
        made.push_back({f, 0, 0, 0, 0});
        values.push_back(reduce(rules_[f].part, elements(f, 0, mine_)));
        if (rules_[f].place) values.push_back(reduce(folds_[f].reduction, elements(f, 0, mine_)));
      }
    }
    if (values.empty()) return;
    const std::vector<Array> results = device_.evaluate(values);
    auto next = results.begin();
    for (Node& node : made) {
      node.bits = bits_of(*next++);
      if (rules_[node.fold].place) node.place = (next++)->item<std::int64_t>() + static_cast<std::int64_t>(begin_);
    }
    nodes.insert(nodes.end(), made.begin(), made.end());
  }

  /// The largest aligned runs of units, one after another: at most two for each level.
  void add_nodes(std::size_t f, std::vector<Node>& made, std::vector<Expr>& values) const {
    const std::uint64_t end = last_unit() - (completed_ ? 1 : 0);
    for (std::uint64_t unit = first_unit(); unit < end;) {
      std::uint64_t level = 0;
      while (unit % (std::uint64_t{2} << level) == 0 && unit + (std::uint64_t{2} << level) <= end) ++level;
      const std::uint64_t next = unit + (std::uint64_t{1} << level);
      made.push_back({f, level, unit >> level, 0, 0});
      values.push_back(
          reduce(rules_[f].part, elements(f, unit * kUnit - begin_, std::min(next * kUnit - begin_, mine_))));
      unit = next;
    }
  }

  Array finish(std::size_t f, const std::vector<Node>& all) const {
    std::vector<Node> nodes;
    std::copy_if(all.begin(), all.end(), std::back_inserter(nodes), [&](const Node& node) { return node.fold == f; });
    const Reduction part = rules_[f].part;
    const DType type = types_[f];
    if (rules_[f].place) return place_of(f, nodes);
    std::uint64_t bits = nodes.front().bits;
    if (is_tree(f)) {
      std::sort(nodes.begin(), nodes.end(),
                [](const Node& a, const Node& b) { return a.index << a.level < b.index << b.level; });
      bits = Tree(nodes, total_ / kUnit + (total_ % kUnit != 0), part, type).root();
    } else {
      for (const Node& node : std::span(nodes).subspan(1)) bits = joined(part, type, bits, node.bits);
    }
    const Array value = device_.array_from_bytes(&bits, 1, type, Shape{});
    return rules_[f].mean ? device_.evaluate(Expr(value) / cast(Expr(total_), type)) : value;
  }

  /// Of equals the first: nodes are in the order of the ranks.
  Array place_of(std::size_t f, const std::vector<Node>& nodes) const {
    const bool max = folds_[f].reduction == Reduction::argmax;
    const Node* best = &nodes.front();
    visit(types_[f], [&]<Element T>() {
      for (const Node& node : nodes) {
        const T a = value_of<T>(node.bits), b = value_of<T>(best->bits);
        if (max ? arithmetic::goes_before<true>(a, b) : arithmetic::goes_before<false>(a, b)) best = &node;
      }
    });
    return device_.array_from_bytes(&best->place, 1, DType::i64, Shape{});
  }

  const Communicator& ranks_;
  Device device_;
  std::uint64_t mine_, begin_ = 0, total_ = 0;
  std::span<const SpreadFold> folds_;
  std::vector<std::uint64_t> first_;  // place of each rank's first element
  std::vector<Rule> rules_;
  std::vector<DType> types_;  // of the parts' values
  bool completed_ = false;    // the last unit, with elements of other ranks
};

}  // namespace

std::vector<Array> fold(const Communicator& ranks, const Device& device, std::uint64_t mine,
                        std::span<const SpreadFold> folds) {
  return SpreadRun(ranks, device, mine, folds).run();
}

Array fold(const Communicator& ranks, Reduction reduction, const Array& part) {
  const Array flat = part.reshape(Shape{part.size()});
  const SpreadFold one{reduction, [&](std::uint64_t begin, std::uint64_t end) -> Expr {
                         return flat.slice({Slice{static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end)}});
                       }};
  return fold(ranks, part.device(), part.size(), std::span(&one, 1)).front();
}

}  // namespace lockstep
