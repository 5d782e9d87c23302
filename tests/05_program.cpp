// Rung 5 of the ladder: what is compiled, how often, and in how many passes it runs.

#include "cells.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

std::string program_of(const Device& device, const std::vector<Expr>& values) { return device.show_program(values); }

/// How often `word` stands in `text` as a whole word.
int occurrences(const std::string& text, std::string_view word) {
  const auto letter = [&](std::size_t i) {
    return i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) || text[i] == '_');
  };
  int n = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
    if ((at == 0 || !letter(at - 1)) && !letter(at + word.size())) ++n;
  return n;
}

/// What `action` added to the device's counters.
template <class F>
Counters counted(const Device& device, F&& action) {
  const Counters before = device.counters();
  action();
  const Counters after = device.counters();
  return {.passes = after.passes - before.passes,
          .launches = after.launches - before.launches,
          .compiled = after.compiled - before.compiled,
          .bytes_to_device = after.bytes_to_device - before.bytes_to_device,
          .bytes_to_host = after.bytes_to_host - before.bytes_to_host};
}

Program two_adds() {
  Program p;
  p.arrays = {DType::f32, DType::f32};
  p.nodes = {{Op::load, DType::f32, {}, 0}, {Op::load, DType::f32, {}, 1}, {Op::add, DType::f32, {0, 1}, 0}};
  p.outputs = {{2, Fold::store}};
  return p;
}

}  // namespace

TEST_CASE("occurrences counts whole words") {
  CHECK(occurrences("add adds add_2 (add) add", "add") == 3);
  CHECK(occurrences("", "add") == 0);
}

TEST_CASE("the key is equal for equal programs and differs in every part that matters") {
  const Program p = two_adds();
  CHECK(p.key() == two_adds().key());
  const auto differs = [&](auto change) {
    Program q = two_adds();
    change(q);
    return q.key() != p.key();
  };
  CHECK(differs([](Program& q) { q.nodes[2].op = Op::sub; }));
  CHECK(differs([](Program& q) { q.nodes[2].args = {1, 0}; }));
  CHECK(differs([](Program& q) { q.nodes[1].bits = 0; }));
  CHECK(differs([](Program& q) { q.outputs[0].fold = Fold::sum; }));
  CHECK(differs([](Program& q) { q.outputs[0].node = 1; }));
  CHECK(differs([](Program& q) { q.outputs.push_back({2, Fold::sum}); }));
  CHECK(differs([](Program& q) { q.scalars.push_back(DType::f32); }));
  CHECK(differs([](Program& q) { q.indices = 1; }));
  CHECK(differs([](Program& q) { q.arrays[1] = DType::f64; }));
  CHECK(differs([](Program& q) {
    q.nodes[0].type = q.nodes[1].type = q.nodes[2].type = DType::f64;
    q.arrays = {DType::f64, DType::f64};
  }));
}

TEST_CASE("constants that differ in one bit have different keys, equal ones the same") {
  const auto with = [](float value) {
    Program p;
    p.nodes = {{Op::constant, DType::f32, {}, to_bits(value)}};
    p.outputs = {{0, Fold::store}};
    return p.key();
  };
  CHECK(with(1) != with(std::nextafter(1.0f, 2.0f)));
  CHECK(with(0.0f) != with(-0.0f));
  CHECK(with(0.1f) == with(0.1f));
}

TEST_CASE("the dump has a line per value and names types, operations and folds") {
  const std::string text = two_adds().dump();
  CHECK(occurrences(text, "load") == 2);
  CHECK(occurrences(text, "add") == 1);
  CHECK(occurrences(text, "store") == 1);
  CHECK(occurrences(text, "f32") >= 3);
  CHECK(text.back() == '\n');
}

TEST_CASE("every primitive operation has a row with a name, operands and a C text") {
  for (int i = 0; i < kOpCount; ++i) {
    const OpInfo& row = info(static_cast<Op>(i));
    CAPTURE(row.name);
    CHECK_FALSE(row.name.empty());
    CHECK(row.arity <= 3);
    CHECK((row.arity == 0) == row.text.empty());
    CHECK_FALSE(row.what.empty());
  }
  CHECK(info(Op::select).name == "select");
  CHECK(info(Op::add).arity == 2);
}

TEST_CASE_FIXTURE(OnDevice, "constants are folded with the engine's own arithmetic") {
  const Array x = device.array({1.0f, 2.0f});
  const std::string text = program_of(device, {x + cast(literal(2) * literal(3) - literal(10), DType::f32)});
  CHECK(occurrences(text, "mul") == 0);
  CHECK(occurrences(text, "sub") == 0);
  CHECK(occurrences(text, "-4") == 1);
  CHECK(evaluate(x + cast(literal(2) * literal(3) - literal(10), DType::f32)).to_host<float>() ==
        std::vector<float>{-3, -2});

  // 1e30 is far beyond i32, and 1/3 must be rounded once, in f32.
  const Array k = device.array<std::int32_t>({0});
  CHECK(evaluate(k + cast(literal(1e30), DType::i32)).item<std::int32_t>() == INT32_MAX);
  const Expr third = cast(literal(1.0), DType::f32) / cast(literal(3.0), DType::f32);
  CHECK(occurrences(program_of(device, {x * third}), "div") == 0);
  CHECK(same_bits(evaluate(x * third).to_host<float>()[0], 1.0f / 3.0f));
}

TEST_CASE_FIXTURE(OnDevice, "folding constants gives the bits that the device computes") {
  constexpr std::size_t kTriples = 21;
  const std::vector<float> values = awkward_values<float>(3 * kTriples, 21);
  const Array x = device.array(values, {kTriples, 3});
  const Expr columns[] = {x.transpose().at(0), x.transpose().at(1), x.transpose().at(2)};
  // The constants of one function are the elements of one array, so that they take one program.
  std::vector<Expr> computed, folded;
  std::vector<std::string> names;
  for (const FunctionInfo& row : all_functions()) {
    if (row.function == Function::power) continue;
    const auto arity = static_cast<std::size_t>(row.arity);
    try {
      computed.push_back(call(row.function, std::span(columns).first(arity)));
    } catch (const Error&) {
      continue;  // integers only
    }
    Expr constants = cast(literal(0), computed.back().dtype());
    for (std::size_t i = 0; i < kTriples; ++i) {
      std::vector<Expr> operands;
      for (std::size_t k = 0; k < arity; ++k)
        operands.push_back(cast(literal(static_cast<double>(values[3 * i + k])), DType::f32));
      constants =
          where(arange(kTriples) == literal(static_cast<std::int64_t>(i)), call(row.function, operands), constants);
    }
    folded.push_back(constants);
    names.emplace_back(row.name);
  }
  CHECK(names.size() > 50);
  constexpr std::size_t kTogether = 8;
  for (std::size_t i = 0; i < names.size(); i += kTogether) {
    const std::size_t n = std::min(kTogether, names.size() - i);
    const std::vector<Array> expected = device.evaluate(std::span(computed).subspan(i, n)),
                             got = device.evaluate(std::span(folded).subspan(i, n));
    for (std::size_t k = 0; k < n; ++k) {
      CAPTURE(names[i + k]);
      CHECK(difference(got[k], expected[k]) == "");
    }
  }
}

TEST_CASE_FIXTURE(OnDevice, "x + 0 and x * 1 keep the bits of x, minus zero and NaN included") {
  const Array x = upload(device, awkward_cells(DType::f32, 500, 3));
  std::vector<float> plus;
  for (const float v : x.to_host<float>()) plus.push_back(v + 0.0f);
  CHECK(difference(evaluate(x + cast(literal(0.0), DType::f32)), cells(plus)) == "");
  CHECK(difference(evaluate(x * cast(literal(1.0), DType::f32)), cells(x)) == "");
  CHECK(difference(evaluate(x - x), evaluate(x - x.copy())) == "");
  CHECK(difference(evaluate(x * cast(literal(0.0), DType::f32)), evaluate(x * device.zeros({500}, DType::f32))) == "");
}

TEST_CASE_FIXTURE(OnDevice, "a common subexpression is computed once") {
  const Array x = device.array({1.0f, 2.0f}), y = device.array({3.0f, 4.0f});
  const std::string text = program_of(device, {(x + y) * (x + y), sqrt(x + y), Expr(x) + y});
  CHECK(occurrences(text, "add") == 1);
  CHECK(occurrences(text, "load") == 2);
  CHECK(evaluate((x + y) * (x + y)).to_host<float>() == std::vector<float>{16, 36});
}

TEST_CASE_FIXTURE(OnDevice, "what no output needs is not in the program") {
  const Array x = device.array({1.0f, 2.0f}), y = device.array({3.0f, 4.0f});
  const std::string text = program_of(device, {where(literal(1) > literal(0), x, sqrt(y))});
  CHECK(occurrences(text, "sqrt") == 0);
  CHECK(occurrences(text, "load") == 1);
  CHECK(evaluate(where(literal(1) > literal(0), x, sqrt(y))).to_host<float>() == std::vector<float>{1, 2});
}

TEST_CASE_FIXTURE(OnDevice, "expressions and reductions over one shape are one pass") {
  const Array x = upload(device, awkward_cells(DType::f32, 3000, 1)),
              y = upload(device, awkward_cells(DType::f32, 3000, 2));
  const auto passes = [&](std::vector<Expr> values) {
    return counted(device, [&] { device.evaluate(values); }).passes;
  };
  CHECK(passes({x + y}) == 1);
  CHECK(passes({sqrt(x * x + y * y), sum(x * y), argmax(x)}) == 1);
  CHECK(passes({x + y, x - y, min(x), max(x), prod(y), count(x > y), any(x > y), all(x < y), argmin(y), sum(x)}) == 1);
  CHECK(passes({mean(x), sum(y)}) == 2);  // the second only divides the sum
  CHECK(passes({}) == 0);
}

TEST_CASE_FIXTURE(OnDevice, "a reduction inside an expression takes a second pass, and no more") {
  const Array x = upload(device, awkward_cells(DType::f32, 3000, 1));
  CHECK(counted(device, [&] { evaluate(x - mean(x)); }).passes == 2);
  CHECK(counted(device, [&] { evaluate(x - mean(x), x / max(x), sum(x)); }).passes == 2);
}

TEST_CASE_FIXTURE(OnDevice, "nothing runs where there is nothing to do") {
  const Array none = device.zeros({0, 3}, DType::f32);
  const Counters c = counted(device, [&] { evaluate(none + 1); });
  CHECK(c.passes == 0);
  CHECK(evaluate(device.array({1.0f}) + 1).item<float>() == 2);
}

TEST_CASE_FIXTURE(OnDevice, "a program is compiled once: other values, sizes and shapes use it again") {
  const auto run = [&](float a, std::size_t n) {
    const Array x = device.array(std::vector<float>(n, 2));
    return evaluate(a * x + (index(0) % 5)).to_host<double>().back();
  };
  const auto value = [](float a, std::size_t n) {
    return static_cast<double>(a * 2) + static_cast<double>((n - 1) % 5);
  };
  CHECK(run(1.5f, 10) == value(1.5f, 10));
  const Counters again = counted(device, [&] {
    CHECK(run(1.5f, 10) == value(1.5f, 10));
    CHECK(run(-7, 4099) == value(-7, 4099));
    CHECK(run(0.25f, 100001) == value(0.25f, 100001));
  });
  CHECK(again.compiled == 0);
  CHECK(again.passes == 3);
}

TEST_CASE_FIXTURE(OnDevice, "a parameter does not compile anew, a literal does") {
  const Array x = device.array({1.0, 2.0});
  evaluate(x * 3 + 1.5);
  CHECK(counted(device, [&] {
          CHECK(evaluate(x * 4 + 2.5).to_host<double>() == std::vector<double>{6.5, 10.5});
        }).compiled == 0);
  evaluate(x * literal(33));
  CHECK(counted(device, [&] {
          CHECK(evaluate(x * literal(44)).to_host<double>() == std::vector<double>{44, 88});
        }).compiled == 1);
  CHECK(counted(device, [&] {
          CHECK(evaluate(x * literal(33)).to_host<double>() == std::vector<double>{33, 66});
        }).compiled == 0);
}

TEST_CASE_FIXTURE(OnDevice, "a parameter that is 0, negative zero or NaN is taken as it is") {
  const Array x = device.array({1.0f, -2.0f});
  const auto with = [&](float a) { return evaluate(x * a).to_host<float>(); };
  CHECK(same_bits(with(0.0f)[1], -0.0f));
  CHECK(same_bits(with(-0.0f)[0], -0.0f));
  CHECK(std::isnan(with(std::numeric_limits<float>::quiet_NaN())[0]));
  CHECK(with(std::numeric_limits<float>::infinity())[1] == -std::numeric_limits<float>::infinity());
}

TEST_CASE_FIXTURE(OnDevice, "transfers are counted in bytes, and only transfers") {
  const std::vector<double> values(100, 1.0);
  Array x;
  const Counters in = counted(device, [&] { x = device.array(values); });
  CHECK(in.bytes_to_device == 800);
  CHECK(in.bytes_to_host == 0);
  const Counters work = counted(device, [&] { x = evaluate(x + 1); });
  CHECK(work.bytes_to_device + work.bytes_to_host == 0);
  CHECK(counted(device, [&] { x.to_host<double>(); }).bytes_to_host == 800);
}

TEST_CASE_FIXTURE(OnDevice, "a program and its source can be shown without running it") {
  const Array x = device.array({1.0f, 2.0f});
  const Counters c = counted(device, [&] {
    const std::vector<Expr> values{x * 2 + 1, sum(x)};
    CHECK(occurrences(device.show_program(values), "sum") >= 1);
    device.show_source(values);
  });
  CHECK(c.passes == 0);
  CHECK(evaluate(x * 2 + 1).to_host<float>() == std::vector<float>{3, 5});
}
