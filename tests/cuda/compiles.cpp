// What NVRTC makes of the generated text, and of the hand-written kernels.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "cases.hpp"
#include "host_device.hpp"
#include "lockstep/engine.hpp"
#include "lockstep/error.hpp"
#include "orbit/orbit.hpp"
#include "ptx.hpp"
#include "ptx_compiler.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;
using lockstep::cuda::Nvrtc;
using lockstep::cuda::Target;

namespace {

constexpr int kArchitectures[] = {75, 80, 90, 120};

/// A device of the whole engine that only collects what it is given to run.
class Collector : public Backend {
 public:
  explicit Collector(const HostDevice*& device) : device_(device) {}
  std::string_view do_kind() const override { return "cuda"; }
  Listing do_list() override { return {{HostDevice().do_info()}, {}}; }
  std::unique_ptr<BackendDevice> do_open(int, const DeviceOptions&) override {
    auto device = std::make_unique<HostDevice>();
    device_ = device.get();
    return device;
  }

 private:
  const HostDevice*& device_;
};

bool has_fma(const PassCase& c) {
  return std::any_of(c.program.nodes.begin(), c.program.nodes.end(), [](const Node& n) { return n.op == Op::fma; });
}

/// The text of all kernels of these cases.
std::vector<KernelText> texts_of(const std::vector<PassCase>& cases) {
  HostDevice collector;
  const auto queue = collector.do_make_queue();
  for (const PassCase& c : cases) run_case(collector, *queue, c);
  return collector.texts();
}

std::string ptx_of(const Nvrtc& nvrtc, const std::string& source, const std::vector<std::string>& options = {}) {
  const auto code = nvrtc.compile(source, "batch", {75, true}, options, "a batch");
  return std::string(reinterpret_cast<const char*>(code.data()), code.size());
}

std::size_t count_of(const std::vector<std::string>& list, const std::string& text) {
  return static_cast<std::size_t>(std::count(list.begin(), list.end(), text));
}

std::vector<PassCase> sorted_by_fma(std::vector<PassCase> cases, bool fma) {
  std::erase_if(cases, [&](const PassCase& c) { return has_fma(c) != fma; });
  return cases;
}

}  // namespace

TEST_CASE("NVRTC compiles every operation, every fold and random programs for every architecture") {
  const auto nvrtc = load_nvrtc();
  if (!nvrtc) return;
  const std::string table = batch_of(texts_of(table_of_cases()));
  for (const int architecture : kArchitectures) {
    CAPTURE(architecture);
    std::size_t bytes = 0;
    // Machine code of the oldest and of one in the middle; the rest as PTX, which takes half the time.
    const Target target{architecture, architecture == 80 || architecture == 120};
    CHECK_NOTHROW(bytes = nvrtc->compile(table, "batch", target, {}, "a batch").size());
    CHECK(bytes > 10000);
    const auto seed = static_cast<std::uint64_t>(9000 + 100 * architecture);
    const auto programs = random_cases(scaled_programs(50), {.operations = 6, .seed = seed});
    CHECK_NOTHROW(nvrtc->compile(batch_of(texts_of(programs)), "random", {architecture, true}, {}, "random programs"));
  }
}

TEST_CASE("NVRTC compiles every function of every type that takes it, for every architecture") {
  const auto nvrtc = load_nvrtc();
  if (!nvrtc) return;
  const HostDevice* collector = nullptr;
  std::vector<std::unique_ptr<Backend>> backends;
  backends.push_back(std::make_unique<Collector>(collector));
  const Device device = Engine(std::move(backends)).open("cuda:0");
  std::size_t count = 0;
  for (const DType type : {DType::f32, DType::f64, DType::i32, DType::boolean}) {
    const std::vector<Expr> operands(3, Expr(device.empty({100}, type)));
    std::vector<Expr> values;
    for (const FunctionInfo& function : all_functions()) {
      try {
        values.push_back(call(function.function, std::span(operands).first(static_cast<std::size_t>(function.arity))));
      } catch (const Error& error) {
        CHECK(error.code() == Code::bad_type);
      }
    }
    device.evaluate(values);
    count += values.size();
  }
  CHECK(count > 150);
  const auto texts = collector->texts();
  for (const int architecture : kArchitectures)
    for (const KernelText& text : texts)
      CHECK_NOTHROW(nvrtc->compile(text.text, "functions", {architecture, architecture != 90}, {}, "all functions"));
}

TEST_CASE("the PTX of programs that ask for no fma holds none, and nothing approximate, flushed or contractible") {
  const auto nvrtc = load_nvrtc();
  if (!nvrtc) return;
  auto cases = table_of_cases();
  for (PassCase& c : random_cases(scaled_programs(40), {.operations = 20, .folds = false, .seed = 9500}))
    cases.push_back(std::move(c));
  for (const bool fma : {false, true}) {
    const auto some = sorted_by_fma(cases, fma);
    REQUIRE(some.size() > 1);
    const std::string ptx = ptx_of(*nvrtc, batch_of(texts_of(some)));
    CHECK(inexact_instructions(ptx, fma) == std::vector<std::string>());
    const auto all = instructions_of(ptx);
    for (const char* name : {"add.rn.f32", "mul.rn.f64"}) CHECK(count_of(all, name) > 0);
    if (!fma) continue;
    for (const char* name : {"div.rn.f32", "div.rn.f64", "sqrt.rn.f32", "sqrt.rn.f64", "fma.rn.f32", "fma.rn.f64"})
      CHECK(count_of(all, name) > 0);
  }
}

TEST_CASE("aligned operands are read and written 16 bytes at a time, others one by one") {
  const auto nvrtc = load_nvrtc();
  if (!nvrtc) return;
  const auto instructions = [&](std::int64_t offset, Fold fold) {
    PassCase c;
    c.extents[0] = 5000;
    c.program.arrays = {DType::f32};
    c.program.nodes = {{Op::load, DType::f32, {}, 0}};
    c.program.outputs = {{0, fold}};
    c.arrays = {{DType::f32, std::vector<std::byte>(5001 * 4), {nullptr, offset, {1}}, -1}};
    c.outputs = {{DType::f32, std::vector<std::byte>(5000 * 4), {nullptr, 0, {fold == Fold::store}}, -1}};
    const auto texts = texts_of({c});
    return instructions_of(ptx_of(*nvrtc, batch_of({texts.front()})));
  };
  const auto copy = instructions(0, Fold::store), shifted = instructions(1, Fold::store);
  CHECK(count_of(copy, "ld.global.nc.v4.f32") == 2);  // 32 bytes for each thread
  CHECK(count_of(copy, "st.global.v4.f32") == 2);
  CHECK(count_of(shifted, "ld.global.nc.v4.f32") == 0);
  CHECK(count_of(shifted, "st.global.v4.f32") > 0);
  // A unit of 1024 elements: 8 vectors for each thread, and 8 shuffles to fold 128 lanes; one more folds the warps.
  const auto sum = instructions(0, Fold::sum);
  CHECK(count_of(sum, "ld.global.nc.v4.f32") == 8);
  CHECK(count_of(sum, "shfl.sync.bfly.b32") == 9);
  CHECK(count_of(instructions(1, Fold::sum), "ld.global.nc.v4.f32") == 0);
}

TEST_CASE("the reader of PTX finds each kind of inexact instruction") {
  const auto nvrtc = load_nvrtc();
  if (!nvrtc) return;
  const std::string source =
      "extern \"C\" __global__ void f(float* x, double* y) {\n"
      "  x[0] = x[0] / x[1] + sqrt(x[2]) * x[3];\n  y[0] = y[0] * y[1] + y[2];\n}\n";
  CHECK(inexact_instructions(ptx_of(*nvrtc, source), false).empty());
  const auto fast =
      inexact_instructions(ptx_of(*nvrtc, source, {"--ftz=true", "--prec-div=false", "--prec-sqrt=false"}), true);
  CHECK(std::any_of(fast.begin(), fast.end(), [](auto& i) { return i.find(".approx") != std::string::npos; }));
  CHECK(std::any_of(fast.begin(), fast.end(), [](auto& i) { return i.find(".ftz") != std::string::npos; }));
  CHECK(count_of(inexact_instructions(ptx_of(*nvrtc, source, {"--fmad=true"}), false), "fma.rn.f64") == 1);
  CHECK(inexact_instructions("\tmul.f32 \t%f1, %f2, %f3;\n\t@%p1 add.f64 %d1, %d2, %d3;\n\tmad.lo.s32 %r1;\n", false) ==
        std::vector<std::string>{"mul.f32", "add.f64"});
}

TEST_CASE("orbit.cu compiles for every architecture, with IEEE operations alone") {
  const auto nvrtc = load_nvrtc();
  if (!nvrtc) return;
  for (const DType type : {DType::f32, DType::f64}) {
    const KernelSource& source = orbit_kernel(type).cuda;
    std::vector<std::string> options;
    for (const auto& [name, value] : source.defines) options.push_back("-D" + name + "=" + value);
    for (const int architecture : kArchitectures)
      CHECK_NOTHROW(nvrtc->compile(source.text, "orbit", {architecture, false}, options, "orbit"));
    const std::string ptx = ptx_of(*nvrtc, source.text, options);
    const std::string suffix = type == DType::f32 ? ".rn.f32" : ".rn.f64";
    CHECK(inexact_instructions(ptx, false) == std::vector<std::string>());
    CHECK(count_of(instructions_of(ptx), "sqrt" + suffix) >= 1);
    CHECK(count_of(instructions_of(ptx), "div" + suffix) >= 2);
  }
}

#ifdef LOCKSTEP_TEST_LIBRARY_PTX
TEST_CASE("CUB's sorts and scans, as nvcc compiles them, do no arithmetic on floating-point numbers") {
  std::ifstream file(LOCKSTEP_TEST_LIBRARY_PTX);
  std::stringstream ptx;
  ptx << file.rdbuf();
  CHECK(inexact_instructions(ptx.str(), false) == std::vector<std::string>());
  const auto all = instructions_of(ptx.str());
  CHECK(all.size() > 10000);
  for (const char* moved : {"ld.global.f64", "st.global.f32"}) CHECK(count_of(all, moved) > 0);
  for (const std::string& instruction : all) {
    if (!instruction.ends_with(".f32") && !instruction.ends_with(".f64")) continue;
    const std::string name = instruction.substr(0, instruction.find('.'));
    CAPTURE(instruction);
    CHECK(std::set<std::string>{"ld", "st", "mov", "setp", "selp"}.contains(name));
  }
}
#endif

TEST_CASE("a source that does not compile gives the log and the line of its own text") {
  const auto nvrtc = load_nvrtc();
  if (!nvrtc) return;
  const std::string source = "extern \"C\" __global__ void mine(float* x) {\n  x[0] = no_such_name;\n}\n";
  const auto build = [&] { nvrtc->compile(source, "mine", {75, false}, {}, "the kernel 'mine'"); };
  CHECK(failure(Code::compile, "line 2:   x[0] = no_such_name;", build) == "");
  CHECK(failure(Code::compile, "the kernel 'mine'", build) == "");
  CHECK(failure(Code::compile, "NVRTC_ERROR_COMPILATION", build) == "");
}

TEST_CASE("a device newer than the compiler gets PTX of the newest architecture that it knows") {
  const auto nvrtc = load_nvrtc();
  if (!nvrtc) return;
  CHECK(nvrtc->target_for(75).name() == "sm_75");
  CHECK(nvrtc->target_for(90).name() == "sm_90");
  const Target future = nvrtc->target_for(9999);
  CHECK(future.ptx);
  CHECK(future.architecture >= 90);
  const auto code = nvrtc->compile("extern \"C\" __global__ void f(int* x) { *x = 1; }", "f", future, {}, "f");
  CHECK(std::string(reinterpret_cast<const char*>(code.data()), code.size()).find(".target sm_") != std::string::npos);
}
