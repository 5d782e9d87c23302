// What native code is made of: nothing that the processors it is for lack.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "jit/function_writer.hpp"
#include "lockstep/dtype.hpp"

using namespace lockstep;
using namespace lockstep::cpu;

namespace {

using Feature = asmjit::CpuFeatures::X86;

/// SSE4.1 and what came before it.
bool is_sse41(std::size_t feature) {
  constexpr std::size_t kSet[] = {Feature::kI486, Feature::kCMOV, Feature::kFXSR, Feature::kMMX,   Feature::kMMX2,
                                  Feature::kSSE,  Feature::kSSE2, Feature::kSSE3, Feature::kSSSE3, Feature::kSSE4_1};
  return std::find(std::begin(kSet), std::end(kSet), feature) != std::end(kSet);
}

/// The first instruction with a feature that `is_allowed` does not hold for; "" if there is none.
template <class F>
std::string foreign(const asmjit::x86::Compiler& cc, F is_allowed) {
  for (const asmjit::BaseNode* node = cc.firstNode(); node; node = node->next()) {
    if (!node->isInst()) continue;
    const auto* inst = node->as<asmjit::InstNode>();
    asmjit::CpuFeatures features;
    asmjit::InstAPI::queryFeatures(cc.arch(), inst->baseInst(), inst->operands(), inst->opCount(), &features);
    for (auto it = features.iterator(); it.hasNext();) {
      if (is_allowed(it.next())) continue;
      asmjit::String name;
      asmjit::InstAPI::instIdToString(cc.arch(), inst->id(), name);
      return name.data();
    }
  }
  return {};
}

/// The first instruction in the code of `program` that processors with SSE4.1 alone lack.
std::string beyond_sse41(const Program& program, Form form, JitTarget target = JitTarget::sse41,
                         Indices indices = Indices::in_memory) {
  asmjit::CodeHolder code;
  code.init(asmjit::Environment::host());
  asmjit::x86::Compiler cc(&code);
  jit::FunctionWriter writer(cc, program, form, indices, target, block_table());
  if (!writer.can_write()) return {};
  writer.write();
  REQUIRE(cc.finalize() == asmjit::kErrorOk);
  return foreign(cc, is_sse41);
}

/// One operation on arrays of `operand`; select takes bools first.
Program one_operation(Op op, DType operand, DType result) {
  Program program;
  Node node{op, result, {}, 0};
  for (int a = 0; a < info(op).arity; ++a) {
    const DType type = op == Op::select && a == 0 ? DType::boolean : operand;
    node.args[static_cast<std::size_t>(a)] = static_cast<std::uint32_t>(a);
    program.nodes.push_back({Op::load, type, {}, program.arrays.size()});
    program.arrays.push_back(type);
  }
  program.outputs.push_back({static_cast<std::uint32_t>(program.nodes.size()), Fold::store});
  program.nodes.push_back(node);
  return program;
}

}  // namespace

TEST_CASE("code for SSE4.1 has no instruction of later processors: every operation on every type") {
  int written = 0;
  for (int o = 0; o < kOpCount; ++o)
    for (const DType operand : all_dtypes())
      for (const DType result : all_dtypes()) {
        const Op op = static_cast<Op>(o);
        if (info(op).arity == 0 || !block_table().op(op, operand, result)) continue;
        CAPTURE(info(op).name);
        CAPTURE(to_string(operand));
        const Program program = one_operation(op, operand, result);
        CHECK(beyond_sse41(program, Form::map) == "");
        CHECK(beyond_sse41(program, Form::stream) == "");
        ++written;
      }
  CHECK(written > 200);
}

TEST_CASE("code for SSE4.1 has no instruction of later processors: every fold of every type") {
  for (int f = 0; f <= static_cast<int>(Fold::custom); ++f)
    for (const DType type : all_dtypes()) {
      CAPTURE(f);
      CAPTURE(to_string(type));
      Program program = one_operation(Op::select, type, type);
      program.outputs[0].fold = static_cast<Fold>(f);
      CHECK(beyond_sse41(program, Form::fold) == "");
    }
}

TEST_CASE("code for SSE4.1 has no instruction of later processors: a branch, scalars and two vectors at a time") {
  Program program = one_operation(Op::select, DType::f32, DType::f32);
  const Node select = program.nodes.back();
  program.nodes.back() = {Op::scalar, DType::f32, {}, 0};
  program.scalars = {DType::f32};
  for (int i = 0; i < 40; ++i) {
    const auto last = static_cast<std::uint32_t>(program.nodes.size() - 1);
    program.nodes.push_back({Op::fma, DType::f32, {last, 1, 2}, 0});
  }
  program.nodes.push_back(select);
  program.nodes.back().args[1] = static_cast<std::uint32_t>(program.nodes.size() - 2);
  program.outputs[0].node = static_cast<std::uint32_t>(program.nodes.size() - 1);
  CHECK(beyond_sse41(program, Form::map) == "");
  program.outputs[0].fold = Fold::sum;
  CHECK(beyond_sse41(program, Form::fold) == "");
}

TEST_CASE("code for SSE4.1 has no instruction of later processors: indices that are computed") {
  Program program = one_operation(Op::add, DType::i64, DType::i64);
  program.nodes[1] = {Op::index, DType::i64, {}, 0};
  program.arrays.pop_back();
  program.indices = 1;
  for (const Form form : {Form::map, Form::stream})
    CHECK(beyond_sse41(program, form, JitTarget::sse41, Indices::in_run) == "");
  CHECK(beyond_sse41(program, Form::map, JitTarget::avx2, Indices::in_run)[0] == 'v');
  program.outputs[0].fold = Fold::sum;
  CHECK(beyond_sse41(program, Form::fold, JitTarget::sse41, Indices::in_run) == "");
}

TEST_CASE("an instruction of AVX is seen") {
  const Program program = one_operation(Op::add, DType::f32, DType::f32);
  CHECK(beyond_sse41(program, Form::map, JitTarget::avx2)[0] == 'v');
}
