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

/// What isa.cpp asks for before it takes AVX2; all processors with AVX2 count bits and have SSE4.2.
bool is_avx2(std::size_t feature) {
  constexpr std::size_t kSet[] = {Feature::kSSE4_2, Feature::kPOPCNT, Feature::kAVX, Feature::kAVX2, Feature::kFMA};
  return is_sse41(feature) || std::find(std::begin(kSet), std::end(kSet), feature) != std::end(kSet);
}

/// What isa.cpp asks for before it takes AVX-512.
bool is_avx512(std::size_t feature) {
  constexpr std::size_t kSet[] = {Feature::kAVX512_F, Feature::kAVX512_DQ, Feature::kAVX512_BW, Feature::kAVX512_VL};
  return is_avx2(feature) || std::find(std::begin(kSet), std::end(kSet), feature) != std::end(kSet);
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

/// What native code is written for, and what such processors have.
struct Processor {
  const char* name;
  JitTarget target;
  bool (*has)(std::size_t feature);
};
constexpr Processor kProcessors[] = {{"sse41", JitTarget::sse41, is_sse41},
                                     {"avx2", JitTarget::avx2, is_avx2},
                                     {"avx512", JitTarget::avx512, is_avx512}};

/// The first instruction in the code of `program` that the processor lacks.
std::string lacking(const Processor& processor, const Program& program, Form form,
                    Indices indices = Indices::in_memory) {
  asmjit::CodeHolder code;
  code.init(asmjit::Environment::host());
  asmjit::x86::Compiler cc(&code);
  jit::FunctionWriter writer(cc, program, form, indices, processor.target, block_table());
  if (!writer.can_write()) return {};
  writer.write();
  REQUIRE(cc.finalize() == asmjit::kErrorOk);
  return foreign(cc, processor.has);
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

TEST_CASE("native code has no instruction that its processors lack: every operation on every type") {
  for (const Processor& processor : kProcessors) {
    CAPTURE(processor.name);
    int written = 0;
    for (int o = 0; o < kOpCount; ++o)
      for (const DType operand : all_dtypes())
        for (const DType result : all_dtypes()) {
          const Op op = static_cast<Op>(o);
          if (info(op).arity == 0 || !block_table().op(op, operand, result)) continue;
          CAPTURE(info(op).name);
          CAPTURE(to_string(operand));
          const Program program = one_operation(op, operand, result);
          CHECK(lacking(processor, program, Form::map) == "");
          CHECK(lacking(processor, program, Form::stream) == "");
          ++written;
        }
    CHECK(written > 200);
  }
}

TEST_CASE("native code has no instruction that its processors lack: every fold of every type") {
  for (const Processor& processor : kProcessors)
    for (int f = 0; f <= static_cast<int>(Fold::custom); ++f)
      for (const DType type : all_dtypes()) {
        CAPTURE(processor.name);
        CAPTURE(f);
        CAPTURE(to_string(type));
        Program program = one_operation(Op::select, type, type);
        program.outputs[0].fold = static_cast<Fold>(f);
        CHECK(lacking(processor, program, Form::fold) == "");
      }
}

TEST_CASE("native code has no instruction that its processors lack: a branch, scalars and two vectors at a time") {
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
  for (const Processor& processor : kProcessors) {
    CAPTURE(processor.name);
    program.outputs[0].fold = Fold::store;
    CHECK(lacking(processor, program, Form::map) == "");
    program.outputs[0].fold = Fold::sum;
    CHECK(lacking(processor, program, Form::fold) == "");
  }
}

TEST_CASE("native code has no instruction that its processors lack: indices that are computed") {
  Program program = one_operation(Op::add, DType::i64, DType::i64);
  program.nodes[1] = {Op::index, DType::i64, {}, 0};
  program.arrays.pop_back();
  program.indices = 1;
  for (const Processor& processor : kProcessors) {
    CAPTURE(processor.name);
    program.outputs[0].fold = Fold::store;
    for (const Form form : {Form::map, Form::stream}) CHECK(lacking(processor, program, form, Indices::in_run) == "");
    program.outputs[0].fold = Fold::sum;
    CHECK(lacking(processor, program, Form::fold, Indices::in_run) == "");
  }
}

TEST_CASE("an instruction that a processor lacks is seen") {
  const Program program = one_operation(Op::add, DType::f32, DType::f32);
  CHECK(lacking({"", JitTarget::avx2, is_sse41}, program, Form::map)[0] == 'v');
  CHECK(lacking({"", JitTarget::avx512, is_avx2}, program, Form::map)[0] == 'v');
}
