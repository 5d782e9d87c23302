// Rung 5 of the ladder: values that only one side of a select needs, and that are skipped where no element takes it.

#include <set>

#include "cells.hpp"
#include "lockstep/schedule.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr std::uint32_t kX = 0, kCondition = 2;

/// x of f32, a number, x < number; what follows is added by the tests.
Program beginning() {
  Program p;
  p.arrays = {DType::f32};
  p.nodes = {{Op::load, DType::f32, {}, 0},
             {Op::constant, DType::f32, {}, 0x3f800000u},
             {Op::lt, DType::boolean, {kX, 1, 0}, 0}};
  return p;
}

std::uint32_t add(Program& p, Op op, std::array<std::uint32_t, 3> args, DType type = DType::f32) {
  p.nodes.push_back({op, type, args, 0});
  return static_cast<std::uint32_t>(p.nodes.size() - 1);
}

/// `count` operations, one on the other, the first on `from`.
std::uint32_t chain(Program& p, std::uint32_t from, int count) {
  for (int i = 0; i < count; ++i) from = add(p, Op::sqrt, {from, 0, 0});
  return from;
}

Schedule schedule_of(const Program& p, std::size_t fewest) {
  std::vector<std::uint32_t> kept;
  for (const Output& output : p.outputs) kept.push_back(output.node);
  return make_schedule(p, std::vector<bool>(p.nodes.size(), true), kept, fewest);
}

/// Every value once, after its operands, and none used outside of its guard but by the selects' side that it is for.
class Walk {
 public:
  explicit Walk(const Program& p) : p_(p) {}

  std::string faults(const Schedule& schedule) {
    steps(schedule);
    if (computed_.size() != p_.nodes.size()) fault("values are missing", 0);
    return faults_;
  }
  int guards() const { return guards_; }

 private:
  void fault(const std::string& what, std::uint32_t n) { faults_ += what + " " + std::to_string(n) + "\n"; }

  void steps(const Schedule& schedule) {
    for (const Step& step : schedule) {
      if (step.guard)
        guard(*step.guard);
      else
        value(step.node);
    }
  }
  void value(std::uint32_t n) {
    const Node& node = p_.nodes[n];
    for (int a = 0; a < info(node.op).arity; ++a) {
      const std::uint32_t of = node.args[static_cast<std::size_t>(a)];
      if (!computed_.contains(of)) fault("before its operand", n);
      const auto closed = closed_.find(of);
      if (closed == closed_.end()) continue;
      const auto& [condition, when] = closed->second;
      if (node.op != Op::select || node.args[0] != condition || a != (when ? 1 : 2)) fault("skipped but needed", of);
    }
    if (!computed_.insert(n).second) fault("twice", n);
  }
  void guard(const Guard& guard) {
    ++guards_;
    if (!computed_.contains(guard.condition)) fault("before its condition", guard.condition);
    const std::set<std::uint32_t> before = computed_;
    steps(guard.steps);
    for (const std::uint32_t n : guard.results)
      if (!computed_.contains(n) || before.contains(n)) fault("not of this guard", n);
    for (const std::uint32_t n : computed_)
      if (!before.contains(n)) closed_[n] = {guard.condition, guard.when};
    for (const std::uint32_t n : guard.selects) value(n);
  }

  const Program& p_;
  std::set<std::uint32_t> computed_;
  std::map<std::uint32_t, std::pair<std::uint32_t, bool>> closed_;
  std::string faults_;
  int guards_ = 0;
};

int guards_of(const Program& p, std::size_t fewest) {
  Walk walk(p);
  CHECK(walk.faults(schedule_of(p, fewest)) == "");
  return walk.guards();
}

/// Selects, sums and roots of what is there, at random.
Program random_program(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Program p = beginning();
  std::vector<std::uint32_t> numbers{kX, 1}, bools{kCondition};
  const auto one_of = [&](const std::vector<std::uint32_t>& those) {
    // Mostly the latest, so that there are long chains.
    const std::size_t back = random() % std::min<std::size_t>(those.size(), 4);
    return random() % 4 ? those[those.size() - 1 - back] : those[random() % those.size()];
  };
  for (int i = 0; i < 120; ++i) {
    switch (random() % 6) {
      case 0:
        bools.push_back(add(p, Op::lt, {one_of(numbers), one_of(numbers), 0}, DType::boolean));
        break;
      case 1:
      case 2:
        numbers.push_back(add(p, Op::select, {one_of(bools), one_of(numbers), one_of(numbers)}));
        break;
      case 3:
        numbers.push_back(add(p, Op::add, {one_of(numbers), one_of(numbers), 0}));
        break;
      default:
        numbers.push_back(chain(p, one_of(numbers), 1 + static_cast<int>(random() % 4)));
    }
  }
  p.outputs = {{numbers.back(), Fold::store}, {one_of(numbers), Fold::store}};
  return p;
}

}  // namespace

TEST_CASE("what only one side of a select needs is guarded, if it is enough") {
  for (const bool when : {true, false}) {
    CAPTURE(when);
    Program p = beginning();
    const std::uint32_t rare = chain(p, kX, 8);
    p.outputs = {{add(p, Op::select, {kCondition, when ? rare : kX, when ? kX : rare}), Fold::store}};
    CHECK(guards_of(p, 9) == 0);
    CHECK(guards_of(p, 8) == 1);
    for (const Step& step : schedule_of(p, 8)) {
      if (!step.guard) continue;
      CHECK(step.guard->condition == kCondition);
      CHECK(step.guard->when == when);
      CHECK(step.guard->results == std::vector<std::uint32_t>{rare});
      CHECK(step.guard->steps.size() == 8);
    }
  }
}

TEST_CASE("what others need too is not guarded") {
  Program p = beginning();
  const std::uint32_t shared = chain(p, kX, 8), own = chain(p, shared, 3);
  p.outputs = {{add(p, Op::select, {kCondition, own, kX}), Fold::store}, {shared, Fold::store}};
  CHECK(guards_of(p, 4) == 0);
  CHECK(guards_of(p, 3) == 1);
}

TEST_CASE("a value of both sides, a condition and a bool are not guarded") {
  Program p = beginning();
  const std::uint32_t y = chain(p, kX, 9);
  const std::uint32_t condition = add(p, Op::lt, {chain(p, kX, 9), 1, 0}, DType::boolean);
  const std::uint32_t both = add(p, Op::select, {kCondition, y, y});
  const std::uint32_t of_bools = add(
      p, Op::select, {kCondition, condition, add(p, Op::lt, {chain(p, kX, 9), 1, 0}, DType::boolean)}, DType::boolean);
  p.outputs = {{both, Fold::store}, {of_bools, Fold::store}};
  CHECK(guards_of(p, 2) == 0);
}

TEST_CASE("selects with one condition share a guard, and guards stand in each other") {
  Program p = beginning();
  const std::uint32_t common = chain(p, kX, 6), a = chain(p, common, 6), b = chain(p, common, 6);
  const std::uint32_t first = add(p, Op::select, {kCondition, a, kX}), second = add(p, Op::select, {kCondition, b, kX});
  const std::uint32_t outer = add(p, Op::lt, {1, kX, 0}, DType::boolean);
  const std::uint32_t sum = chain(p, add(p, Op::add, {first, second, 0}), 6);
  p.outputs = {{add(p, Op::select, {outer, kX, sum}), Fold::store}};
  CHECK(guards_of(p, 19) == 1);
  CHECK(guards_of(p, 18) == 2);
}

TEST_CASE("schedules of random programs compute every value once, after its operands") {
  int guards = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    guards += guards_of(random_program(seed), 1 + seed % 6);
  }
  CHECK(guards > 300);
}

TEST_CASE("thousands of selects in each other are scheduled in little time") {
  Program p = beginning();
  std::uint32_t y = kX;
  for (int i = 0; i < 4000; ++i) {
    const std::uint32_t condition = add(p, Op::lt, {y, 1, 0}, DType::boolean);
    y = add(p, Op::select, {condition, chain(p, y, 3), kX});
  }
  p.outputs = {{y, Fold::store}};
  Walk walk(p);
  CHECK(walk.faults(schedule_of(p, 1)) == "");
}

TEST_CASE_FIXTURE(OnDevice, "both sides of a select have their bits however few elements take them") {
  const DType types[] = {DType::f32, DType::f64};
  for (const DType type : types) {
    if (type == DType::f64 && !device.info().has_f64) continue;
    CAPTURE(to_string(type));
    constexpr std::size_t kSize = 1100;
    const Array x = upload(device, awkward_cells(type, kSize, 5)), y = upload(device, awkward_cells(type, kSize, 6));
    // Each value by itself, of which a select then only takes elements.
    const Array left = device.evaluate(sin(x) * exp(y) + log(y)), right = device.evaluate(erf(y) - tan(x));
    const Array inner = device.evaluate(where(y < 0, left, right));
    // Where all, none, one, every 64th, half and random elements take a side.
    const Expr i = arange(static_cast<std::int64_t>(kSize));
    const Expr conditions[] = {i >= 0, i < 0, equal(i, 777), equal(i % 64, 0), i < 550, x < y};
    for (const Expr& condition : conditions) {
      const Expr fused_left = sin(x) * exp(y) + log(y), fused_right = erf(y) - tan(x);
      const Array chosen = device.evaluate(where(condition, fused_left, fused_right));
      CHECK(difference(chosen, device.evaluate(where(condition, left, right))) == "");
      const Expr fused_inner = where(y < 0, fused_left, fused_right);
      const Array nested = device.evaluate(where(condition, fused_inner, x) + where(condition, cos(fused_inner), 1));
      CHECK(difference(nested, device.evaluate(where(condition, inner, x) + where(condition, cos(inner), 1))) == "");
      // What is folded goes another way to its registers.
      CHECK(difference(device.evaluate(sum(where(condition, fused_left, fused_right))), device.evaluate(sum(chosen))) ==
            "");
    }
  }
}
