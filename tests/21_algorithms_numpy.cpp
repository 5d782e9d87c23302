// Rung 21 of the ladder: what NumPy gives for the calls of docs/algorithms.md.

#include <functional>

#include "golden.hpp"
#include "lockstep/algorithms.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// "i8:1,ff": a type and the bits of the elements.
Cells cells_of(const std::string& word) {
  const std::size_t colon = word.find(':');
  Cells out{dtype_from_string(word.substr(0, colon)).value(), {}};
  std::istringstream numbers(word.substr(colon + 1));
  for (std::string number; std::getline(numbers, number, ',');) out.bits.push_back(std::stoull(number, nullptr, 16));
  return out;
}

using Operands = std::vector<Array>;

Array changed(const Operands& o, void (*change)(const Array&, const Expr&, const Expr&)) {
  const Array target = o.at(0).copy();
  change(target, o.at(1), o.at(2));
  return target;
}

std::uint64_t number(const Array& array) { return static_cast<std::uint64_t>(array.item<std::int64_t>()); }

const std::map<std::string, std::function<Array(const Operands&)>> kCalls = {
    {"cumsum", [](const Operands& o) { return cumsum(o.at(0)); }},
    {"cumprod", [](const Operands& o) { return cumprod(o.at(0)); }},
    {"cummin", [](const Operands& o) { return cummin(o.at(0)); }},
    {"cummax", [](const Operands& o) { return cummax(o.at(0)); }},
    {"sort", [](const Operands& o) { return sort(o.at(0)); }},
    {"argsort", [](const Operands& o) { return argsort(o.at(0)); }},
    {"flatnonzero", [](const Operands& o) { return flatnonzero(o.at(0)); }},
    {"unique", [](const Operands& o) { return unique(o.at(0)).values; }},
    {"unique_counts", [](const Operands& o) { return unique(o.at(0)).counts; }},
    {"take", [](const Operands& o) { return take(o.at(0), o.at(1)); }},
    {"take_wrap", [](const Operands& o) { return take(o.at(0), o.at(1), {}, Outside::wrap); }},
    {"take_clip", [](const Operands& o) { return take(o.at(0), o.at(1), {}, Outside::clip); }},
    {"put", [](const Operands& o) { return changed(o, put); }},
    {"scatter_add", [](const Operands& o) { return changed(o, scatter_add); }},
    {"bincount", [](const Operands& o) { return bincount(o.at(0)); }},
    {"histogram_counts", [](const Operands& o) { return histogram(o.at(0), number(o.at(1))).counts; }},
    {"histogram_edges", [](const Operands& o) { return histogram(o.at(0), number(o.at(1))).edges; }},
};

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "the algorithms give what NumPy gives") {
  std::map<std::string, int> seen;
  for (const auto& line : word_lines(golden_path("algorithms.txt"))) {
    CAPTURE(line.at(0));
    const Cells expected = cells_of(line.at(1));
    Operands operands;
    bool has_f64 = expected.type == DType::f64;
    for (std::size_t i = 2; i < line.size(); ++i) {
      operands.push_back(upload(device, cells_of(line[i])));
      has_f64 = has_f64 || operands.back().dtype() == DType::f64;
    }
    if (!device.info().has_f64 && (has_f64 || line[0].starts_with("histogram"))) continue;
    CAPTURE(line.at(2));
    CHECK(difference(kCalls.at(line[0])(operands), expected) == "");
    ++seen[line[0]];
  }
  for (const auto& call : kCalls) CHECK_MESSAGE((seen[call.first] > 0 || !device.info().has_f64), call.first);
}
