#include "cases.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "support.hpp"

namespace lockstep::test {
namespace {

HostOperand operand(DType type, std::uint64_t elements, Strides strides, std::uint64_t seed) {
  HostOperand o{type, std::vector<std::byte>(elements * size_of(type)), {nullptr, 0, strides}, -1};
  visit(type, [&]<class T>() {
    if constexpr (std::same_as<T, bool>) {
      for (std::size_t i = 0; i < o.bytes.size(); ++i) o.bytes[i] = static_cast<std::byte>((i * 7 + seed) / 3 % 2);
    } else {
      const auto values = awkward_values<T>(elements, seed);
      std::memcpy(o.bytes.data(), values.data(), o.bytes.size());
    }
  });
  return o;
}

bool allows(char types, DType type) {
  if (types == 'f') return is_floating(type);
  if (types == 'i') return !is_floating(type);
  return types == 'a' || type != DType::boolean;
}

bool can_be_bits_of(DType a, DType b) { return size_of(a) == size_of(b) && a != DType::boolean && b != DType::boolean; }

void store(PassCase& c, Node node, std::uint64_t elements) {
  c.program.nodes.push_back(node);
  c.program.outputs.push_back({static_cast<std::uint32_t>(c.program.nodes.size() - 1), Fold::store});
  c.outputs.push_back(operand(node.type, elements, {1}, 9));
}

bool has_fold(Fold fold, DType type) {
  const bool logic = fold == Fold::any || fold == Fold::all, arithmetic = fold == Fold::sum || fold == Fold::prod;
  const bool bits = fold == Fold::band || fold == Fold::bor || fold == Fold::bxor;
  return type == DType::boolean ? !arithmetic : !logic && !(bits && is_floating(type));
}

}  // namespace

PassCase operations_of(DType type, std::uint64_t elements) {
  PassCase c;
  c.extents[0] = elements;
  c.program.arrays = {type, type, type, DType::boolean};
  for (std::uint32_t a = 0; a < 4; ++a) {
    c.program.nodes.push_back({Op::load, c.program.arrays[a], {}, a});
    c.arrays.push_back(operand(c.program.arrays[a], elements, {1}, 100 + a));
  }
  for (int i = 4; i < kOpCount; ++i) {
    const Op op = static_cast<Op>(i);
    if (!allows(info(op).types, type)) continue;
    Node node{op, type, {0, 1, 2}, 0};
    if (op == Op::select) node.args = {3, 0, 1};
    if (op == Op::eq || op == Op::lt || op == Op::le) node.type = DType::boolean;
    if (op != Op::cast && op != Op::bitcast) {
      store(c, node, elements);
      continue;
    }
    for (DType result : all_dtypes()) {
      node.type = result;
      if (op == Op::cast || can_be_bits_of(type, result)) store(c, node, elements);
    }
  }
  return c;
}

PassCase folds_of(DType type, std::uint64_t rows, std::uint64_t columns, Over over) {
  PassCase c;
  const auto step = static_cast<std::int64_t>(columns);
  c.rank = 2;
  c.outer_rank = over == Over::all ? 0 : 1;
  c.extents = {over == Over::rows ? columns : rows, over == Over::rows ? rows : columns};
  c.program.arrays = {type};
  c.program.nodes = {{Op::load, type, {}, 0}};
  c.arrays.push_back(operand(type, rows * columns, over == Over::rows ? Strides{1, step} : Strides{step, 1}, rows));
  for (int f = 1; f <= static_cast<int>(Fold::bxor); ++f) {
    const Fold fold = static_cast<Fold>(f);
    if (!has_fold(fold, type)) continue;
    c.program.outputs.push_back({0, fold});
    c.outputs.push_back(operand(c.program.output_type({0, fold}), over == Over::all ? 1 : c.extents[0], {1}, 9));
  }
  if (type == DType::boolean) return c;
  // a - b: the order of the tree and of its operands shows in the result.
  c.program.combines.push_back(
      {type, {{Op::scalar, type, {}, 0}, {Op::scalar, type, {}, 1}, {Op::sub, type, {0, 1}, 0}}, 2});
  c.program.outputs.push_back({0, Fold::custom, 0});
  c.outputs.push_back(operand(type, over == Over::all ? 1 : c.extents[0], {1}, 9));
  return c;
}

std::vector<PassCase> table_of_cases() {
  std::vector<PassCase> cases;
  for (DType type : all_dtypes()) {
    cases.push_back(operations_of(type, 700));
    cases.push_back(folds_of(type, 3, 3001, Over::columns));  // a block for each output
    cases.push_back(folds_of(type, 1500, 19, Over::rows));    // a thread for each output
    cases.push_back(folds_of(type, 1, 40001, Over::all));     // two kernels
  }
  return cases;
}

std::vector<PassCase> random_cases(int count, CaseOptions options) {
  std::vector<PassCase> cases;
  for (int i = 0; i < count; ++i, ++options.seed) cases.push_back(random_case(options));
  return cases;
}

int scaled_programs(int count) {
  const char* text = std::getenv("LOCKSTEP_TEST_SCALE");
  const double scale = text ? std::atof(text) : 1;
  return std::max(2, static_cast<int>(count * scale));
}

}  // namespace lockstep::test
