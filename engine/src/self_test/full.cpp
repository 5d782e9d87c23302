// The full self-test: hashes of everything on fixed inputs, beside those stored in the library.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "builder.hpp"
#include "expr_node.hpp"
#include "lockstep/decimal.hpp"
#include "lockstep/self_test.hpp"
#include "self_test/inputs.hpp"
#include "self_test/suite.hpp"

namespace lockstep {
namespace {

// Where a function differs it mostly does so everywhere: looking for the first place takes long, so it is done this
// often.
constexpr int kMostExplained = 5;

std::uint64_t without_nan_bits(DType type, std::uint64_t bits) {
  if (type == DType::f32) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    return value != value ? 0x7fc00000u : bits;
  }
  if (type != DType::f64) return bits;
  const double value = std::bit_cast<double>(bits);
  return value != value ? 0x7ff8000000000000u : bits;
}

/// The elements of an array, each widened to 64 bits, NaNs alike.
std::vector<std::uint64_t> elements_of(const Array& array) {
  std::vector<std::byte> bytes(array.bytes());
  array.read_bytes(bytes.data());
  const std::uint64_t width = size_of(array.dtype());
  std::vector<std::uint64_t> bits(array.size(), 0);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    std::memcpy(&bits[i], bytes.data() + i * width, width);
    bits[i] = without_nan_bits(array.dtype(), bits[i]);
  }
  return bits;
}

/// FNV-1a over the bytes of the elements.
std::uint64_t hash_of(DType type, const std::vector<std::uint64_t>& elements) {
  std::uint64_t h = 0xcbf29ce484222325u;
  for (std::uint64_t bits : elements)
    for (std::uint64_t i = 0; i < size_of(type); ++i, bits >>= 8) h = (h ^ (bits & 255)) * 0x100000001b3u;
  return h;
}

Expr constant(DType type, std::uint64_t bits) {
  ExprNode node;
  node.kind = ExprNode::Kind::literal;
  node.dtype = type;
  node.bits = bits;
  return Expr(std::make_shared<const ExprNode>(std::move(node)));
}

std::string text_of(DType type, std::uint64_t bits) {
  if (type == DType::f32) return to_decimal(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  if (type == DType::f64) return to_decimal(std::bit_cast<double>(bits));
  if (is_signed(type))
    return fmt::format("{}", static_cast<std::int64_t>(fold_constant(Op::cast, type, DType::i64, {bits})));
  return fmt::format("{}", bits);
}

using Operands = std::vector<std::vector<std::uint64_t>>;

/// The first element that the engine's own arithmetic gives differently; empty if it cannot be told.
std::string first_difference(const self::Case& c, DType type, const Operands& operands, DType result,
                             const std::vector<std::uint64_t>& got) {
  if (!c.elementwise) return {};
  for (std::size_t i = 0; i < got.size(); ++i) {
    std::vector<Expr> x;
    for (const auto& operand : operands) x.push_back(constant(type, operand[i]));
    const Expr value = c.of(x);
    const ExprNode& node = *value.node();
    if (node.kind != ExprNode::Kind::literal) return {};  // of the element's place
    const std::uint64_t expected = without_nan_bits(result, node.bits);
    if (expected == got[i]) continue;
    return fmt::format("of ({}, {}, {}) it gives {} (bits {:#x}) instead of {} (bits {:#x})",
                       text_of(type, operands[0][i]), text_of(type, operands[1][i]), text_of(type, operands[2][i]),
                       text_of(result, got[i]), got[i], text_of(result, expected), expected);
  }
  return {};
}

const GoldenHash* golden_named(std::string_view name) {
  const auto rows = golden_hashes();
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const GoldenHash& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

bool SelfTestReport::passed() const noexcept {
  return std::all_of(checks.begin(), checks.end(), [](const SelfCheck& c) { return c.passed; });
}

SelfTestReport full_self_test(const Device& device, const std::function<void(std::size_t, std::size_t)>& progress) {
  SelfTestReport report;
  const std::vector<self::CaseGroup> groups = self::suite(device.info().has_f64);
  int explained = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (progress) progress(g, groups.size());
    const self::CaseGroup& group = groups[g];
    const Operands operands = {group.finite ? self::finite_inputs(group.type) : self::inputs(group.type, 0),
                               self::inputs(group.type, 1), self::inputs(group.type, 2)};
    std::vector<Expr> x, values;
    for (const auto& operand : operands) x.push_back(self::upload(device, group.type, operand));
    for (const self::Case& c : group.cases) values.push_back(c.of(x));
    const std::vector<Array> results = device.evaluate(values);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const self::Case& c = group.cases[i];
      const DType type = results[i].dtype();
      const std::vector<std::uint64_t> got = elements_of(results[i]);
      SelfCheck check{c.name, c.version, hash_of(type, got), false, {}};
      const GoldenHash* golden = golden_named(c.name);
      check.passed = golden && golden->hash == check.hash && golden->version == check.version;
      if (!check.passed && golden && explained++ < kMostExplained)
        check.difference = first_difference(c, group.type, operands, type, got);
      report.results += got.size();
      report.checks.push_back(std::move(check));
    }
  }
  if (progress) progress(groups.size(), groups.size());
  return report;
}

}  // namespace lockstep
