// Random passes at the backends' own interface, with strides, repeated elements and overwritten operands: native code
// against the interpreter, for every instruction set of this processor.

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

/// Compares `count` random programs on the interpreter and on each instruction set.
void compare_instruction_sets(std::size_t count, CaseOptions options) {
  const Runner interpreter = make_runner("baseline", "off");
  const std::vector<Runner> runners = native_runners();
  for (std::size_t i = 0; i < count; ++i, ++options.seed) {
    const PassCase c = random_case(options);
    const auto expected = interpreter.run(c);
    for (const Runner& runner : runners) {
      CAPTURE(runner.isa);
      CAPTURE(options.seed);
      CAPTURE(c.program.dump());
      CHECK(difference(c, expected, runner.run(c)) == "");
    }
  }
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
