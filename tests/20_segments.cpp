// Rung 20 of the ladder: reductions of segments and of keys.

#include "cells.hpp"
#include "fold_reference.hpp"
#include "lockstep/algorithms.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr Reduction kReductions[] = {Reduction::sum, Reduction::prod, Reduction::min, Reduction::max};

/// Each segment by itself; `empty` for one without elements.
Cells segments_reference(Reduction reduction, const Cells& x, const std::vector<std::int64_t>& offsets) {
  Cells out;
  visit(x.type, [&]<Element T>() {
    out.type = fold_reference(reduction, std::vector<T>{T(1)})->type;
    for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {
      std::vector<T> values;
      for (std::int64_t i = offsets[s]; i < offsets[s + 1]; ++i)
        values.push_back(from_bits<T>(x.bits[static_cast<std::size_t>(i)]));
      if (values.empty() && lacks_identity(reduction)) {
        using L = std::numeric_limits<T>;
        const bool smallest = reduction == Reduction::min;
        T value = smallest ? L::max() : L::lowest();
        if constexpr (L::has_infinity) value = smallest ? L::infinity() : -L::infinity();
        out.bits.push_back(to_bits(value));
      } else {
        out.bits.push_back(fold_reference(reduction, values)->bits);
      }
    }
  });
  return out;
}

/// Offsets of segments of awkward lengths, in a mixed order, empty ones among them.
std::vector<std::int64_t> awkward_offsets(std::int64_t first) {
  std::vector<std::int64_t> offsets = {first};
  for (const std::int64_t n : {0, 1, 2, 31, 0, 0, 33, 127, 128, 129, 1023, 1024, 1025, 3, 5000, 64, 2047, 7, 2049, 0})
    offsets.push_back(offsets.back() + n);
  return offsets;
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "a segment has the bits of its own reduction, for every type") {
  const std::vector<std::int64_t> offsets = awkward_offsets(17);
  const auto n = static_cast<std::size_t>(offsets.back()) + 5;
  for (const DType type : dtypes_of(device)) {
    CAPTURE(to_string(type));
    const Cells values = awkward_cells(type, n, 1);
    const Array x = upload(device, values);
    for (const Reduction reduction : kReductions) {
      CAPTURE(static_cast<int>(reduction));
      CHECK(difference(segment_reduce(reduction, x, device.array(offsets)),
                       segments_reference(reduction, values, offsets)) == "");
    }
  }
}

TEST_CASE_FIXTURE(OnDevice, "one long segment, many short ones, and none") {
  std::mt19937_64 random(2);
  std::vector<float> values(scaled(300000));
  for (float& v : values) v = static_cast<float>(random() % 1000) * 0.001f - 0.4f;
  const Array x = device.array(values);
  const auto n = static_cast<std::int64_t>(values.size());
  CHECK(same_bits(segment_reduce(Reduction::sum, x, device.array({std::int64_t{0}, n})).item<float>(),
                  item<float>(sum(x))));
  const Array pairs = segment_reduce(Reduction::sum, x, arange(static_cast<std::uint64_t>(n) / 3 + 1) * 3);
  const Array rows = x.slice({{0, n / 3 * 3}}).reshape({static_cast<std::uint64_t>(n) / 3, 3});
  CHECK(difference(pairs, evaluate(sum(rows, 1))) == "");
  CHECK(segment_reduce(Reduction::sum, x, device.array({5})).shape() == Shape{0});
  CHECK(segment_reduce(Reduction::prod, device.zeros({0}, DType::i8), device.array({0, 0})).item<std::int64_t>() == 1);
  CHECK(segment_reduce(Reduction::max, Expr(x) * 0, device.array<std::uint8_t>({1, 4})).item<float>() == 0);
}

TEST_CASE_FIXTURE(OnDevice, "the values of a key are reduced in the order in which they stand") {
  const Cells keys = awkward_cells(DType::f32, 20000, 3), values = awkward_cells(DType::f32, 20000, 4);
  const Array k = upload(device, keys), v = upload(device, values);
  const SortedByKey sorted = sort_by_key(k, v);
  const Unique u = unique(k);
  std::vector<std::int64_t> offsets = {0};
  for (const std::int64_t n : u.counts.to_host<std::int64_t>()) offsets.push_back(offsets.back() + n);
  for (const Reduction reduction : kReductions) {
    const SegmentsByKey r = reduce_by_key(reduction, k, v);
    CHECK(difference(r.keys, u.values) == "");
    CHECK(difference(r.values, segments_reference(reduction, cells(sorted.values), offsets)) == "");
  }
  const SegmentsByKey counted = reduce_by_key(Reduction::sum, device.array<std::int8_t>({3, -1, 3, 3}),
                                              device.array<std::int8_t>({100, 1, 100, 100}));
  CHECK(counted.keys.to_host<std::int8_t>() == std::vector<std::int8_t>{-1, 3});
  CHECK(counted.values.to_host<std::int64_t>() == std::vector<std::int64_t>{1, 300});
  CHECK(reduce_by_key(Reduction::sum, k.slice({{0, 0}}), v.slice({{0, 0}})).keys.size() == 0);
}

TEST_CASE_FIXTURE(OnDevice, "offsets that fall or lie outside, and other mistakes, are refused") {
  const Array x = device.array({1.0f, 2.0f, 3.0f});
  const auto refuse = [&](Code code, std::string_view word, const Expr& offsets, Reduction r = Reduction::sum) {
    return failure(code, word, [&] { segment_reduce(r, x, offsets); });
  };
  CHECK(refuse(Code::bad_argument, "from 2 to 1 at place 2", device.array({0, 2, 1, 3})) == "");
  CHECK(refuse(Code::bad_argument, "from -1 to 3", device.array({-1, 3})) == "");
  CHECK(refuse(Code::bad_argument, "from 0 to 4", device.array({0, 4})) == "");
  CHECK(refuse(Code::bad_type, "f32", device.array({0.0f, 1.0f})) == "");
  CHECK(refuse(Code::bad_shape, "(0,)", device.zeros({0}, DType::i32)) == "");
  CHECK(refuse(Code::bad_shape, "(1, 2)", device.zeros({1, 2}, DType::i32)) == "");
  CHECK(refuse(Code::bad_argument, "sum, prod, min or max", device.array({0, 3}), Reduction::argmax) == "");
  CHECK(failure(Code::bad_shape, "(2,)", [&] { reduce_by_key(Reduction::sum, x, device.array({1, 2})); }) == "");
  CHECK(evaluate(x + 1).at(0).item<float>() == 2);
}
