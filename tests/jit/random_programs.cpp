// Random passes at the backends' own interface, with strides, repeated elements and overwritten operands: native code
// against the interpreter, for every instruction set of this processor.

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "opencl/random_case.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// One CPU thread with an instruction set.
struct Runner {
  const char* isa;
  std::unique_ptr<BackendDevice> device;
  std::unique_ptr<BackendQueue> queue;

  std::vector<std::vector<std::byte>> run(const PassCase& c) const { return run_case(*device, *queue, c); }
};

/// Throws if the processor lacks the instruction set.
Runner make_runner(const char* isa, const char* native_code) {
  const Environment instructions("LOCKSTEP_CPU_ISA", isa);
  const Environment native("LOCKSTEP_CPU_JIT", native_code);
  Runner runner{isa, open_backend("cpu:1"), nullptr};
  runner.queue = runner.device->do_make_queue();
  return runner;
}

/// With native code, for each instruction set that the processor has.
std::vector<Runner> native_runners() {
  std::vector<Runner> runners;
  for (const char* isa : {"sse41", "avx2", "avx512"}) {
    try {
      runners.push_back(make_runner(isa, "on"));
    } catch (const Error& error) {
      if (error.code() != Code::bad_argument) throw;
      MESSAGE("skipped: " << error.message());
    }
  }
  return runners;
}

/// Selects of two long chains of float operations, with looks at their bits in between: what is known of a number's
/// range, and that it is no NaN, differs from side to side. Only the last value is stored, so that the sides are
/// guarded.
class GuardedCase {
 public:
  GuardedCase(DType type, std::uint64_t seed) : type_(type), random_(seed) {}

  PassCase make() {
    constexpr std::uint64_t kElements = 1003;
    case_.rank = 1;
    case_.extents[0] = kElements;
    std::uint32_t x = load(kElements), y = load(kElements);
    for (int i = 0; i < 4; ++i) {
      const std::uint32_t holds = condition(x);
      // Both come before the select, in either order.
      const std::uint32_t first = chain(x, 8 + below(20)), second = chain(below(3) == 0 ? x : y, 8 + below(20));
      y = x;
      x = add(Op::select, type_, {holds, below(2) == 0 ? first : second, below(2) == 0 ? first : second});
    }
    case_.program.outputs = {{x, Fold::store}};
    case_.outputs = {operand(kElements)};
    return std::move(case_);
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  DType bits_type() const { return type_ == DType::f32 ? DType::u32 : DType::u64; }

  HostOperand operand(std::uint64_t n) {
    HostOperand o;
    o.type = type_;
    o.operand.strides[0] = 1;
    visit(type_, [&]<class T>() {
      if constexpr (std::is_floating_point_v<T>) {
        auto values = awkward_values<T>(n, random_());
        // NaNs with signs, which looks at their bits must not show.
        for (T& value : values)
          if (std::isnan(value))
            value = std::copysign(std::numeric_limits<T>::quiet_NaN(), below(2) == 0 ? T(-1) : T(1));
        o.bytes.resize(n * sizeof(T));
        std::memcpy(o.bytes.data(), values.data(), o.bytes.size());
      }
    });
    return o;
  }
  std::uint32_t load(std::uint64_t n) {
    case_.arrays.push_back(operand(n));
    case_.program.arrays.push_back(type_);
    return add(Op::load, type_, {}, case_.program.arrays.size() - 1);
  }
  std::uint32_t add(Op op, DType type, std::array<std::uint32_t, 3> args, std::uint64_t bits = 0) {
    case_.program.nodes.push_back({op, type, args, bits});
    return static_cast<std::uint32_t>(case_.program.nodes.size() - 1);
  }
  std::uint32_t number(double value) {
    std::uint64_t bits = 0;
    const auto single = static_cast<float>(value);
    if (type_ == DType::f32)
      std::memcpy(&bits, &single, sizeof single);
    else
      std::memcpy(&bits, &value, sizeof value);
    return add(Op::constant, type_, {}, bits);
  }
  std::uint32_t any_number() {
    constexpr double kNumbers[] = {0, 1, -1, 0.375, -100, 1e30, 1e-30, std::numeric_limits<double>::infinity()};
    return number(kNumbers[below(std::size(kNumbers))]);
  }

  std::uint32_t condition(std::uint32_t x) {
    const std::uint32_t of = below(2) == 0 ? x : add(Op::abs, type_, {x, 0, 0});
    const Op op = below(2) == 0 ? Op::lt : Op::le;
    const std::uint32_t a = add(op, DType::boolean, {of, any_number(), 0});
    switch (below(4)) {
      case 0:
        return add(Op::bit_not, DType::boolean, {a, 0, 0});
      case 1: {
        const std::uint32_t b = add(op, DType::boolean, {any_number(), x, 0});
        return add(below(2) == 0 ? Op::bit_and : Op::bit_or, DType::boolean, {a, b, 0});
      }
      default:
        return a;
    }
  }

  std::uint32_t bounded(std::uint32_t x) {
    const std::uint32_t bound = any_number();
    const bool turned = below(2) == 0;
    const std::uint32_t less = add(Op::lt, DType::boolean, {turned ? bound : x, turned ? x : bound, 0});
    return add(Op::select, type_, {less, below(2) == 0 ? x : bound, below(2) == 0 ? x : bound});
  }
  std::uint32_t changed_bits(std::uint32_t x) {
    const std::uint32_t bits = add(Op::bitcast, bits_type(), {x, 0, 0});
    const std::uint64_t sign = std::uint64_t{1} << (type_ == DType::f32 ? 31 : 63);
    const std::uint64_t patterns[] = {sign, 1, 0xff, 3 * (sign >> 1)};
    constexpr Op kOps[] = {Op::bit_and, Op::bit_and, Op::bit_xor, Op::add};
    const std::uint32_t other = add(Op::constant, bits_type(), {}, patterns[below(4)]);
    return add(Op::bitcast, type_, {add(kOps[below(4)], bits_type(), {bits, other, 0}), 0, 0});
  }
  std::uint32_t chain(std::uint32_t x, std::uint64_t count) {
    std::uint32_t before = x;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint32_t last = x;
      switch (i == 0 ? 5 : below(8)) {
        case 0:
          x = add(Op::neg, type_, {x, 0, 0});
          break;
        case 1:
          x = add(Op::abs, type_, {x, 0, 0});
          break;
        case 2:
          x = add(Op::add, type_, {x, any_number(), 0});
          break;
        case 3:
          x = add(Op::mul, type_, {x, before, 0});
          break;
        case 4:
          x = bounded(x);
          break;
        case 5:
          x = changed_bits(x);
          break;
        default: {
          const std::uint32_t negative = add(Op::neg, type_, {before, 0, 0});
          x = below(2) == 0 ? add(Op::fma, type_, {x, negative, any_number()})
                            : add(Op::fma, type_, {x, any_number(), negative});
        }
      }
      before = last;
    }
    return x;
  }

  DType type_;
  std::mt19937_64 random_;
  PassCase case_;
};

/// Compares `count` cases, `make(seed)`, on the interpreter and on each instruction set.
template <class Make>
void compare_instruction_sets(std::size_t count, std::uint64_t seed, Make make) {
  const Runner interpreter = make_runner("baseline", "off");
  const std::vector<Runner> runners = native_runners();
  for (std::size_t i = 0; i < count; ++i, ++seed) {
    const PassCase c = make(seed);
    const auto expected = interpreter.run(c);
    for (const Runner& runner : runners) {
      CAPTURE(runner.isa);
      CAPTURE(seed);
      CAPTURE(c.program.dump());
      CHECK(difference(c, expected, runner.run(c)) == "");
    }
  }
}

void compare_instruction_sets(std::size_t count, CaseOptions options) {
  compare_instruction_sets(count, options.seed, [options](std::uint64_t seed) mutable {
    options.seed = seed;
    return random_case(options);
  });
}

}  // namespace

TEST_CASE("random programs have the interpreter's bits in native code") {
  compare_instruction_sets(scaled(60), {.operations = 60, .seed = 1});
}

TEST_CASE(
    "short random programs, whose folds keep their lanes in registers, have the interpreter's bits in native code") {
  compare_instruction_sets(scaled(200), {.operations = 6, .seed = 2000});
}

TEST_CASE("random programs without folds have the interpreter's bits in native code") {
  compare_instruction_sets(scaled(60), {.operations = 45, .folds = false, .seed = 3000});
}

TEST_CASE("large random passes have the interpreter's bits in native code") {
  compare_instruction_sets(scaled(6), {.operations = 14, .elements = 400000, .seed = 4000});
}

TEST_CASE("guarded sides that look at the bits of floats have the interpreter's bits in native code") {
  for (const DType type : {DType::f32, DType::f64})
    compare_instruction_sets(scaled(400), 5000, [type](std::uint64_t seed) { return GuardedCase(type, seed).make(); });
}
