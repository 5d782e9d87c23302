// Rung 5 of the ladder, by chance: random expressions of all types, fused on the device under test, against the same
// operations one at a time on one CPU thread.

#include "cells.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// One CPU thread with the instruction set `isa`. Throws if the processor lacks it.
Device device_with(const char* isa, const char* native_code) {
  const Environment instructions("LOCKSTEP_CPU_ISA", isa);
  const Environment native("LOCKSTEP_CPU_JIT", native_code);
  return Engine().open("cpu:1");
}
Device interpreter(const char* isa) { return device_with(isa, "off"); }
/// With native code; none, and said, where the processor lacks the instruction set.
std::optional<Device> native(const char* isa) {
  try {
    return device_with(isa, "on");
  } catch (const Error& error) {
    if (error.code() != Code::bad_argument) throw;
    MESSAGE("skipped: " << error.message());
    return std::nullopt;
  }
}
constexpr const char* kInstructionSets[] = {"sse41", "avx2", "avx512"};

/// The same value twice: as an expression for the device under test, and computed step by step.
struct Twin {
  Expr fused;
  Array stepwise;
};

class Grower {
 public:
  Grower(const Device& device, const Device& reference, std::uint64_t seed)
      : device_(device), reference_(reference), random_(seed) {
    // All of these broadcast with each other.
    const Shape shapes[] = {{6, 4, 35}, {6, 1, 35}, {1, 4, 35}, {6, 4, 1}, {35}, {}};
    const std::vector<DType> types = dtypes_of(device);
    for (const DType type : types) {
      const Shape& shape = shapes[below(std::size(shapes))];
      const Cells values = awkward_cells(type, shape.size(), random_());
      twins_.push_back({upload(device, values, shape), upload(reference, values, shape)});
    }
  }

  /// Adds one operation on what is there; nothing if its operands' types have none.
  void grow() {
    try {
      twins_.push_back(next());
      ++grown_;
    } catch (const Error& error) {
      // A type without the function, or a float power: the ladder's other rungs check the refusals.
      if (error.code() != Code::bad_type && error.code() != Code::unsupported) throw;
    }
  }

  int grown() const { return grown_; }

  /// The last `n`, fused together, against their twins; "" if all are the same.
  std::string compare(std::size_t n) const {
    std::vector<Expr> values;
    for (std::size_t i = twins_.size() - n; i < twins_.size(); ++i) values.push_back(twins_[i].fused);
    const std::vector<Array> results = device_.evaluate(values);
    for (std::size_t i = 0; i < n; ++i) {
      const std::string wrong = difference(results[i], twins_[twins_.size() - n + i].stepwise);
      if (!wrong.empty()) return "value " + std::to_string(i) + ": " + wrong + "\n" + device_.show_program(values);
    }
    return {};
  }

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

  template <class F>
  Twin make(std::initializer_list<std::size_t> operands, F apply) {
    std::vector<Expr> fused, stepwise;
    for (const std::size_t i : operands) {
      fused.push_back(twins_[i].fused);
      stepwise.push_back(twins_[i].stepwise);
    }
    Array step = reference_.evaluate(apply(std::span<const Expr>(stepwise)));
    return {apply(std::span<const Expr>(fused)), std::move(step)};
  }

  Twin next() {
    const std::size_t a = below(twins_.size()), b = below(twins_.size()), c = below(twins_.size());
    const std::size_t kind = below(18);
    if (kind < 10) {
      const FunctionInfo& row = all_functions()[below(all_functions().size())];
      return make({a, b, c}, [&](std::span<const Expr> x) {
        return call(row.function, x.first(static_cast<std::size_t>(row.arity)));
      });
    }
    if (kind < 12) {
      const std::vector<DType> types = dtypes_of(device_);
      const DType type = types[below(types.size())];
      return make({a}, [&](std::span<const Expr> x) { return cast(x[0], type); });
    }
    if (kind == 12) {
      const auto number = static_cast<std::int64_t>(below(100));
      return below(2) ? make({a}, [&](std::span<const Expr> x) { return x[0] * literal(number); })
                      : make({a}, [&](std::span<const Expr> x) { return x[0] + number; });
    }
    if (kind == 13) return make({a}, [&](std::span<const Expr> x) { return maximum(x[0], arange(35)); });
    if (kind == 14) {
      const RandomSource source{static_cast<std::int64_t>(below(9)), static_cast<std::int64_t>(below(3)), arange(35)};
      return below(2) ? make({a}, [&](std::span<const Expr> x) { return x[0] + random_normal(source, DType::f32); })
                      : make({a}, [&](std::span<const Expr> x) { return x[0] + random_integers(source, -9, 1000); });
    }
    const bool own = kind == 15;
    const Reduction reduction = all_reductions()[below(all_reductions().size())].reduction;
    std::vector<int> axes;
    for (int d = 0; d < twins_[a].stepwise.rank(); ++d)
      if (below(2)) axes.push_back(d);
    const Combination combination = [](const Expr& l, const Expr& r) { return where(l < r, r + r, l); };
    return make({a}, [&](std::span<const Expr> x) {
      return own ? reduce(combination, x[0], Axes(axes), true) : reduce(reduction, x[0], Axes(axes), true);
    });
  }

  Device device_, reference_;
  std::mt19937_64 random_;
  std::vector<Twin> twins_;
  int grown_ = 0;
};

/// Values of whole types, made of each other with masks, shifts by constants, products and casts: what native code
/// knows of bits that are 0 or that do not matter.
std::vector<Expr> bit_expressions(const Device& device, std::uint64_t seed) {
  constexpr std::size_t kSize = 203, kSteps = 40, kResults = 6;
  std::mt19937_64 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::vector<Expr> values{cast(arange(kSize), DType::u64)};
  for (const DType type : {DType::u64, DType::i64, DType::u64, DType::u32, DType::i32, DType::u8, DType::i8})
    values.emplace_back(upload(device, awkward_cells(type, kSize, random()), Shape{kSize}));
  constexpr std::uint64_t kMasks[] = {0,
                                      1,
                                      0x7f,
                                      0xff,
                                      0xff00,
                                      0xffff0000,
                                      0xffffffff,
                                      0x7fffffffff,
                                      ~std::uint64_t{0},
                                      0xffffffff00000000,
                                      0x8000000000000000};
  constexpr DType kTypes[] = {DType::u64, DType::u64, DType::i64, DType::u32,
                              DType::i32, DType::u8,  DType::f32, DType::f64};
  while (values.size() < kSteps) {
    const Expr x = values[below(values.size())];
    const Expr y = values[values.size() - 1 - below(4)];
    const DType type = y.dtype();
    const auto number = [&](std::uint64_t bits) {
      return cast(cast(literal(static_cast<std::int64_t>(bits)), DType::u64), type);
    };
    if (is_floating(type)) {
      values.push_back(cast(y, kTypes[below(6)]));
      continue;
    }
    const Expr same = cast(x, type), mask = number(kMasks[below(std::size(kMasks))]);
    const Expr count = number(below(70));
    switch (below(12)) {
      case 0:
      case 1:
        values.push_back(y & mask);
        break;
      case 2:
        values.push_back(y | mask);
        break;
      case 3:
        values.push_back(y ^ same);
        break;
      case 4:
        values.push_back(y << count);
        break;
      case 5:
      case 6:
        values.push_back(y >> count);
        break;
      case 7:
        values.push_back(y * mask);
        break;
      case 8:
        values.push_back(y * same);
        break;
      case 9:
        values.push_back(below(2) ? y + same : y - same);
        break;
      case 10:
        values.push_back(where(y < same, y, mask));
        break;
      default:
        values.push_back(cast(y, kTypes[below(std::size(kTypes))]));
    }
  }
  return {values.end() - kResults, values.end()};
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "random expressions of all types have the bits of their operations one at a time") {
  const Device reference = interpreter("baseline");
  for (std::size_t seed = 0; seed < scaled(150); ++seed) {
    CAPTURE(seed);
    Grower grower(device, reference, seed);
    for (int i = 0; i < 40; ++i) grower.grow();
    CHECK(grower.grown() >= 10);
    CHECK(grower.compare(6) == "");
  }
}

TEST_CASE("native code and the interpreter give the same bits for every instruction set of this processor") {
  const Device reference = interpreter("baseline");
  std::vector<Device> others{Engine().open("cpu:1")};
  for (const char* isa : kInstructionSets) {
    const std::optional<Device> device = native(isa);
    if (!device) continue;
    others.push_back(interpreter(isa));
    others.push_back(*device);
  }
  for (const Device& device : others) {
    for (std::size_t seed = 1000; seed < 1000 + scaled(40); ++seed) {
      CAPTURE(seed);
      Grower grower(device, reference, seed);
      for (int i = 0; i < 40; ++i) grower.grow();
      CHECK(grower.compare(6) == "");
    }
  }
}

TEST_CASE("every function and every cast has the same bits in native code as in the interpreter") {
  const Device reference = interpreter("baseline");
  const std::vector<DType>& types = dtypes_of(reference);
  for (const char* isa : kInstructionSets) {
    CAPTURE(isa);
    const std::optional<Device> device = native(isa);
    if (!device) continue;
    const auto compare = [&](DType type, const auto& apply) {
      constexpr std::size_t kSize = 2003;
      const Cells a = awkward_cells(type, kSize, 1), b = awkward_cells(type, kSize, 2),
                  c = awkward_cells(type, kSize, 3);
      const auto on = [&](const Device& where) {
        const std::array<Expr, 3> x{upload(where, a), upload(where, b), upload(where, c)};
        return where.evaluate(apply(std::span<const Expr>(x)));
      };
      const Array expected = on(reference);  // throws if the type has no such function
      CHECK(difference(on(*device), expected) == "");
    };
    for (const DType type : types) {
      CAPTURE(to_string(type));
      for (const DType to : types) compare(type, [&](std::span<const Expr> x) { return cast(x[0], to); });
      for (const FunctionInfo& row : all_functions()) {
        CAPTURE(row.name);
        try {
          compare(type, [&](std::span<const Expr> x) {
            return call(row.function, x.first(static_cast<std::size_t>(row.arity)));
          });
        } catch (const Error& error) {
          if (error.code() != Code::bad_type) throw;
        }
      }
    }
  }
}

TEST_CASE("random expressions of bits are the same in native code as in the interpreter") {
  const Device reference = interpreter("baseline");
  for (const char* isa : kInstructionSets) {
    CAPTURE(isa);
    const std::optional<Device> device = native(isa);
    if (!device) continue;
    for (std::size_t seed = 0; seed < scaled(400); ++seed) {
      CAPTURE(seed);
      const std::vector<Expr> values = bit_expressions(*device, seed);
      const std::vector<Array> got = device->evaluate(values);
      const std::vector<Array> expected = reference.evaluate(bit_expressions(reference, seed));
      std::string wrong;
      for (std::size_t i = 0; i < got.size() && wrong.empty(); ++i) wrong = difference(got[i], expected[i]);
      if (!wrong.empty()) wrong += "\n" + device->show_program(values);
      CHECK(wrong == "");
    }
  }
}

TEST_CASE("products of wide integers that are seen to be small are whole") {
  const Device reference = interpreter("baseline");
  for (const char* isa : kInstructionSets) {
    CAPTURE(isa);
    const std::optional<Device> device = native(isa);
    if (!device) continue;
    const Cells a = awkward_cells(DType::u64, 1003, 1), b = awkward_cells(DType::u64, 1003, 2);
    const auto on = [&](const Device& where) {
      const Expr x = upload(where, a), y = upload(where, b);
      const auto low = [](const Expr& e) { return cast(cast(e, DType::u32), DType::u64); };
      const std::vector<Expr> products{low(x) * low(y),
                                       (x & literal(std::int64_t{0xffffffff})) * (y >> literal(32)),
                                       (x & literal(std::int64_t{0x1ffffffff})) * (y >> literal(31)),
                                       low(x) * literal(std::int64_t{0xffffffff}),
                                       low(x) * literal(std::int64_t{0x100000000}),
                                       (low(x) + low(y)) * low(y),
                                       (low(x) | low(y)) * (low(x) ^ (y >> literal(31))),
                                       cast(low(x), DType::i64) * cast(y > x, DType::i64)};
      return where.evaluate(products);
    };
    const std::vector<Array> got = on(*device), expected = on(reference);
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(difference(got[i], expected[i]) == "");
  }
}
