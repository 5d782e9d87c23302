#include "random_case.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>

#include "support.hpp"

namespace lockstep::test {
namespace {

class Generator {
 public:
  explicit Generator(const CaseOptions& options) : options_(options), random_(options.seed) {}

  PassCase make() {
    choose_shape();
    add_sources();
    for (int i = 0; i < options_.operations; ++i) add_operation();
    add_outputs();
    return std::move(case_);
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

  DType any_type() {
    DType type = DType::f64;
    do type = all_dtypes()[below(kDTypeCount)];
    while (type == DType::f64 && !options_.f64);
    return type;
  }

  void choose_shape() {
    folds_ = options_.folds && !one_in(4);
    case_.rank = static_cast<int>(below(5));
    case_.outer_rank = folds_ ? static_cast<int>(below(static_cast<std::uint64_t>(case_.rank) + 1)) : 0;
    std::uint64_t left = 1 + below(options_.elements);
    for (int d = 0; d < case_.rank; ++d) {
      const bool last = d + 1 == case_.rank;
      const std::uint64_t extent = last ? left : 1 + below(one_in(2) ? 12 : std::min<std::uint64_t>(left, 300));
      case_.extents[static_cast<std::size_t>(d)] = extent;
      left = std::max<std::uint64_t>(1, left / extent);
    }
    // The longest dimension is not always the last.
    std::shuffle(case_.extents.begin(), case_.extents.begin() + case_.rank, random_);
  }

  // Row-major strides over the first `dims` dimensions, with some of them stretched, turned round or repeated.
  HostOperand operand(DType type, int dims, bool plain) {
    HostOperand o;
    o.type = type;
    std::array<int, kMaxRank> order{};
    for (int d = 0; d < dims; ++d) order[static_cast<std::size_t>(d)] = d;
    if (!plain && one_in(3)) std::shuffle(order.begin(), order.begin() + dims, random_);
    std::int64_t step = !plain && one_in(4) ? 3 : 1;
    std::int64_t low = 0, high = 0;
    const bool single = !plain && one_in(12);
    for (int k = dims - 1; k >= 0; --k) {
      const auto d = static_cast<std::size_t>(order[static_cast<std::size_t>(k)]);
      const auto extent = static_cast<std::int64_t>(case_.extents[d]);
      if (single || (!plain && one_in(6))) continue;  // repeated along this dimension
      const bool backwards = !plain && one_in(6);
      o.operand.strides[d] = backwards ? -step : step;
      (backwards ? low : high) += o.operand.strides[d] * (extent - 1);
      step *= extent;
    }
    o.operand.offset = -low + static_cast<std::int64_t>(plain ? 0 : below(5));
    o.bytes.resize(static_cast<std::size_t>(o.operand.offset + high + 1) * size_of(type));
    visit(type, [&]<class T>() {
      const auto n = o.bytes.size() / sizeof(T);
      if constexpr (std::same_as<T, bool>) {
        for (std::byte& b : o.bytes) b = static_cast<std::byte>(below(2));
      } else {
        const auto values = awkward_values<T>(n, random_());
        std::memcpy(o.bytes.data(), values.data(), o.bytes.size());
      }
    });
    return o;
  }

  std::uint64_t random_bits(DType type) {
    return visit(type, [&]<class T>() {
      std::uint64_t bits = 0;
      if constexpr (std::same_as<T, bool>) {
        bits = below(2);
      } else {
        const T value = awkward_values<T>(1, random_())[0];
        std::memcpy(&bits, &value, sizeof value);
      }
      return bits;
    });
  }

  std::uint32_t add(Node node) {
    constant_.push_back(node.op == Op::constant);
    case_.program.nodes.push_back(node);
    return static_cast<std::uint32_t>(case_.program.nodes.size() - 1);
  }

  void add_sources() {
    Program& p = case_.program;
    for (DType type : all_dtypes()) {
      if (type == DType::f64 && !options_.f64) continue;
      case_.arrays.push_back(operand(type, case_.rank, one_in(2)));
      p.arrays.push_back(type);
      add({Op::load, type, {}, p.arrays.size() - 1});
      if (one_in(2)) {
        case_.scalars.push_back(random_bits(type));
        p.scalars.push_back(type);
        add({Op::scalar, type, {}, p.scalars.size() - 1});
      }
      if (one_in(2)) add({Op::constant, type, {}, random_bits(type)});
    }
    case_.indices.push_back(operand(DType::u8, case_.rank, false).operand);
    p.indices = 1;
    add({Op::index, DType::i64, {}, 0});
  }

  // A value of this type; the newer ones more often, so that expressions grow deep.
  std::optional<std::uint32_t> value_of(DType type) {
    std::vector<std::uint32_t> found;
    const auto& nodes = case_.program.nodes;
    for (std::uint32_t n = 0; n < nodes.size(); ++n)
      if (nodes[n].type == type) found.push_back(n);
    if (found.empty()) return std::nullopt;
    const std::uint64_t a = below(found.size()), b = below(found.size());
    return found[std::max(a, b)];
  }

  static bool allows(char types, DType type) {
    if (types == 'f') return is_floating(type);
    if (types == 'i') return !is_floating(type);
    return types == 'a' || type != DType::boolean;
  }

  void add_operation() {
    const Op op = static_cast<Op>(4 + below(kOpCount - 4));
    const OpInfo& row = info(op);
    DType type = any_type();
    while (!allows(row.types, type) || (op == Op::bitcast && type == DType::boolean)) type = any_type();
    Node node{op, type, {}, 0};
    bool all_constant = true;
    for (int i = 0; i < row.arity; ++i) {
      const bool condition = op == Op::select && i == 0;
      const auto value = value_of(condition ? DType::boolean : type);
      if (!value) return;
      node.args[static_cast<std::size_t>(i)] = *value;
      all_constant = all_constant && constant_[*value];
    }
    if (all_constant) return;  // the engine has folded such a thing
    if (op == Op::eq || op == Op::lt || op == Op::le) node.type = DType::boolean;
    if (op == Op::cast || op == Op::bitcast) {
      do node.type = any_type();
      while (op == Op::bitcast &&
             (size_of(node.type) != size_of(type) || node.type == DType::boolean || type == DType::boolean));
    }
    add(node);
  }

  // The elements of an operand may be overwritten if each belongs to one coordinate.
  bool writable(const HostOperand& a) const {
    for (int d = 0; d < case_.rank; ++d)
      if (case_.extents[static_cast<std::size_t>(d)] > 1 && a.operand.strides[static_cast<std::size_t>(d)] == 0)
        return false;
    return true;
  }

  Fold any_fold(DType type) {
    for (;;) {
      const auto fold = static_cast<Fold>(1 + below(static_cast<std::uint64_t>(Fold::bxor)));
      const bool logic = fold == Fold::any || fold == Fold::all;
      const bool bits = fold == Fold::band || fold == Fold::bor || fold == Fold::bxor;
      if (bits && is_floating(type)) continue;
      const bool arithmetic = fold == Fold::sum || fold == Fold::prod;
      if (logic == (type == DType::boolean) || (type == DType::boolean && !arithmetic)) return fold;
    }
  }

  void add_outputs() {
    Program& p = case_.program;
    std::vector<bool> overwritten(case_.arrays.size());
    for (std::uint32_t n = 0; n < p.nodes.size(); ++n) {
      if (info(p.nodes[n].op).arity == 0 || one_in(4)) continue;
      Output output{n, folds_ && one_in(4) ? any_fold(p.nodes[n].type) : Fold::store};
      const bool stored = output.fold == Fold::store;
      p.outputs.push_back(output);
      const DType type = p.output_type(output);
      const auto same = static_cast<std::size_t>(std::find(p.arrays.begin(), p.arrays.end(), type) - p.arrays.begin());
      if (stored && one_in(6) && !overwritten[same] && writable(case_.arrays[same])) {
        overwritten[same] = true;
        case_.outputs.push_back(case_.arrays[same]);
        case_.outputs.back().same_as = static_cast<int>(same);
      } else {
        case_.outputs.push_back(operand(type, stored ? case_.rank : case_.outer_rank, true));
      }
    }
    if (p.outputs.empty()) {
      p.outputs.push_back({0, Fold::store});
      case_.outputs.push_back(operand(p.nodes[0].type, case_.rank, true));
    }
  }

  CaseOptions options_;
  std::mt19937_64 random_;
  PassCase case_;
  bool folds_ = false;
  std::vector<bool> constant_;
};

}  // namespace

PassCase random_case(const CaseOptions& options) { return Generator(options).make(); }

}  // namespace lockstep::test
