// The interpreter of PTX: memory, functions, what threads do together, and what it refuses.
#include <doctest/doctest.h>

#include <numeric>

#include "ptx_snippet.hpp"

using namespace lockstep::test::ptx;

namespace {

using Words = std::vector<std::uint64_t>;

/// %r1 is the thread's number, %rd1 where its result goes.
const std::string kStart =
    "mov.u32 %r1, %tid.x;\nmov.u32 %r2, %ctaid.x;\nmov.u32 %r3, %ntid.x;\nmad.lo.s32 %r4, %r2, %r3, %r1;\n"
    "mul.wide.u32 %rd2, %r4, 8;\nadd.s64 %rd1, out, %rd2;\n";
const std::string kEnd = "cvt.u64.u32 %rd9, %r9;\nst.global.u64 [%rd1], %rd9;\n";

/// What the threads leave in %r9.
Words results(const std::string& text, unsigned threads = 32, const std::string& outside = "", unsigned blocks = 1,
              Settings settings = {}) {
  return run_snippet(snippet(kStart + text + kEnd, outside), {1, 2, 3}, threads, blocks, std::move(settings));
}

template <class F>
Words numbers(unsigned n, const F& f) {
  Words words;
  for (unsigned i = 0; i < n; ++i) words.push_back(static_cast<std::uint32_t>(f(i)));
  return words;
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("loads extend to their register, and stores take the low bits") {
  const auto value = [](const std::string& text) { return run_snippet(snippet(text), {0x8182838485868788})[0]; };
  CHECK(value("ld.global.u8 %rs1, [in]; cvt.u64.u16 %rd1, %rs1; st.global.u64 [out], %rd1;") == 0x88);
  CHECK(value("ld.global.s8 %rs1, [in]; cvt.u64.u16 %rd1, %rs1; st.global.u64 [out], %rd1;") == 0xff88);
  CHECK(value("ld.global.s8 %r1, [in+7]; cvt.u64.u32 %rd1, %r1; st.global.u64 [out], %rd1;") == 0xffffff81);
  CHECK(value("ld.global.s16 %rd1, [in+2]; st.global.u64 [out], %rd1;") == 0xffffffffffff8586);
  CHECK(value("ld.global.nc.v4.u8 {%rs1, %rs2, _, %rs4}, [in+4];"
              "shl.b16 %rs4, %rs4, 8; or.b16 %rs1, %rs1, %rs4; st.global.u16 [out], %rs1;") == 0x8184);
  CHECK(value("ld.global.u64 %rd1, [in]; cvt.u16.u64 %rs1, %rd1; st.global.u8 [out+1], %rs1;") == 0x8800);
  CHECK(value("ld.volatile.global.v2.u32 {%r1, %r2}, [in]; st.global.v2.u32 [out], {%r2, %r1};") == 0x8586878881828384);
  CHECK(value("mov.u32 %r1, 7; st.global.u32 [out+4], %r1;") == 7ull << 32);
}

TEST_CASE("variables of a module, of a block, of a thread and generic addresses") {
  const std::string outside =
      ".const .align 4 .b8 table[8] = {1, 2, 3, 4, 5, 6, 7, 8};\n.global .align 8 .u64 counter = 40;\n"
      ".extern .shared .align 16 .b8 dynamic[];\n";
  CHECK(results("ld.const.u32 %r9, [table+4];", 1, outside)[0] == 0x08070605);
  CHECK(results("mov.u64 %rd5, table; ld.u8 %r9, [%rd5+2];", 1, outside)[0] == 3);
  CHECK(results("atom.global.add.u64 %rd6, [counter], 2; ld.global.u32 %r9, [counter];", 1, outside)[0] == 42);
  CHECK(results(".local .align 8 .b8 mine[16]; mov.u64 %rd5, mine; cvta.local.u64 %rd6, %rd5;"
                "st.u32 [%rd6+8], %r1; ld.local.u32 %r9, [%rd5+8];") == numbers(32, [](unsigned i) { return i; }));
  CHECK(results(".shared .align 4 .b8 ours[128]; mov.u32 %r5, ours; shl.b32 %r6, %r1, 2; add.s32 %r5, %r5, %r6;"
                "st.shared.u32 [%r5], %r1; bar.sync 0; cvt.u64.u32 %rd5, %r5; cvta.shared.u64 %rd6, %rd5;"
                "isspacep.shared %p1, %rd6; isspacep.global %p2, %rd6; @!%p1 trap; @%p2 trap;"
                "xor.b64 %rd6, %rd6, 4; ld.u32 %r9, [%rd6];") == numbers(32, [](unsigned i) { return i ^ 1; }));
}

TEST_CASE("functions take and give parameters, and jumps follow a table") {
  const std::string outside =
      ".func (.param .b32 result) twice(.param .b32 x)\n{\n.reg .b32 %r<3>;\nld.param.u32 %r1, [x];\n"
      "add.s32 %r2, %r1, %r1;\nst.param.b32 [result], %r2;\nret;\n}\n";
  const std::string call =
      "{ .param .b32 to; st.param.b32 [to], %r9; .param .b32 from; call.uni (from), twice, (to);"
      "ld.param.b32 %r9, [from]; }\n";
  CHECK(results("mov.u32 %r9, %r1;" + call + call, 8, outside) == numbers(8, [](unsigned i) { return 4 * i; }));
  CHECK(results("table: .branchtargets L0, L1, L2;\nbrx.idx %r1, table;\nL0: mov.u32 %r9, 10; bra L3;\n"
                "L1: mov.u32 %r9, 20; bra.uni L3;\nL2: mov.u32 %r9, 30;\nL3:\n",
                3) == Words{10, 20, 30});
}

TEST_CASE("atomics give what was there") {
  const auto in_turn = [](const std::string& text, std::uint32_t first) {
    return results(".shared .align 4 .u32 x; setp.eq.u32 %p1, %r1, 0; mov.u32 %r5, " + std::to_string(first) +
                       "; @%p1 st.shared.u32 [x], %r5; bar.sync 0;" + text + "bar.sync 0; ld.shared.u32 %r9, [x];",
                   5)[3];
  };
  CHECK(in_turn("atom.shared.add.u32 %r9, [x], %r1;", 1) == 11);
  CHECK(in_turn("red.shared.max.s32 [x], %r1;", 0xffffffff) == 4);
  CHECK(in_turn("red.shared.min.u32 [x], %r1;", 7) == 0);
  CHECK(in_turn("atom.shared.inc.u32 %r9, [x], 2;", 0) == 2);  // 1 2 0 1 2
  CHECK(in_turn("atom.shared.dec.u32 %r9, [x], 2;", 0) == 1);  // 2 1 0 2 1
  CHECK(in_turn("atom.shared.exch.b32 %r9, [x], 9;", 0) == 9);
  CHECK(in_turn("atom.shared.cas.b32 %r9, [x], %r1, 100;", 4) == 100);
  CHECK(in_turn("red.shared.or.b32 [x], %r1;", 8) == 15);
  CHECK(in_turn("red.shared.and.b32 [x], -4;", 7) == 4);
  CHECK(in_turn("red.shared.xor.b32 [x], 1;", 0) == 1);
}

TEST_CASE("shuffles read other lanes, or their own beyond the segment") {
  CHECK(results("shfl.sync.up.b32 %r9, %r1, 3, 0, -1;") == numbers(32, [](unsigned i) { return i < 3 ? i : i - 3; }));
  CHECK(results("shfl.sync.down.b32 %r9, %r1, 1, 0x181f, -1;") ==
        numbers(32, [](unsigned i) { return i % 8 == 7 ? i : i + 1; }));
  CHECK(results("shfl.sync.bfly.b32 %r9, %r1, 5, 31, -1;") == numbers(32, [](unsigned i) { return i ^ 5; }));
  CHECK(results("shfl.sync.idx.b32 %r9, %r1, 2, 0x1c1f, -1;") == numbers(32, [](unsigned i) { return i / 4 * 4 + 2; }));
  CHECK(results("shfl.sync.up.b32 %r8|%p1, %r1, 2, 0, -1; selp.u32 %r9, 1, 0, %p1;") ==
        numbers(32, [](unsigned i) { return i >= 2; }));
}

TEST_CASE("votes, matches and reductions of a warp") {
  const std::string odd = "and.b32 %r5, %r1, 1; setp.ne.u32 %p1, %r5, 0; setp.ge.s32 %p2, %r1, 0;";
  const auto all = [](unsigned value) { return numbers(32, [=](unsigned) { return value; }); };
  const auto flag = [](const std::string& text) { return results(text + "selp.u32 %r9, 1, 0, %p3;"); };
  CHECK(results(odd + "vote.sync.ballot.b32 %r9, %p1, -1;") == all(0xaaaaaaaa));
  CHECK(results(odd + "vote.sync.ballot.b32 %r9, !%p1, -1;") == all(0x55555555));
  CHECK(flag(odd + "vote.sync.all.pred %p3, %p1, -1;") == all(0));
  CHECK(flag(odd + "vote.sync.all.pred %p3, %p2, -1;") == all(1));
  CHECK(flag(odd + "vote.sync.any.pred %p3, %p1, -1;") == all(1));
  CHECK(flag(odd + "vote.sync.uni.pred %p3, !%p2, -1;") == all(1));
  CHECK(results(odd + "match.any.sync.b32 %r9, %r5, -1;") ==
        numbers(32, [](unsigned i) { return i % 2 ? 0xaaaaaaaa : 0x55555555; }));
  CHECK(flag(odd + "match.all.sync.b32 %r9|%p3, %r5, -1;") == all(0));
  CHECK(results("redux.sync.add.u32 %r9, %r1, -1;") == all(496));
  CHECK(results("sub.s32 %r5, %r1, 9; redux.sync.min.s32 %r9, %r5, -1;") == all(static_cast<std::uint32_t>(-9)));
  CHECK(results("mov.u32 %r9, %lanemask_lt;") == numbers(32, [](unsigned i) { return (1u << i) - 1; }));
  // Those that have ended are not waited for; halves of a warp do not wait for each other.
  const auto some = results("setp.gt.u32 %p1, %r1, 30; @%p1 ret; vote.sync.ballot.b32 %r9, %p2, -1;");
  CHECK(some[31] == 0);
  CHECK(results("shr.u32 %r5, %r1, 4; setp.eq.u32 %p1, %r5, 0; @%p1 bra LOW;\n"
                "shfl.sync.idx.b32 %r9, %r1, 20, 31, 0xffff0000; bra END;\n"
                "LOW: shfl.sync.idx.b32 %r9, %r1, 4, 31, 0x0000ffff;\nEND:\n") ==
        numbers(32, [](unsigned i) { return i < 16 ? 4 : 20; }));
}

TEST_CASE("barriers hold all threads of a block; without one a neighbour's value is not there") {
  const auto neighbour = [](const std::string& barrier) {
    return results(
        ".shared .align 4 .b8 x[1024]; mov.u32 %r5, x; shl.b32 %r6, %r1, 2; add.s32 %r7, %r5, %r6;"
        "st.shared.u32 [%r7], %r1;" +
            barrier + "add.s32 %r6, %r6, 516; and.b32 %r6, %r6, 1023; add.s32 %r7, %r5, %r6; ld.shared.u32 %r9, [%r7];",
        256);
  };
  const Words expected = numbers(256, [](unsigned i) { return (i + 129) % 256; });
  CHECK(neighbour("bar.sync 0;") == expected);
  CHECK(neighbour("barrier.cta.sync.aligned 1, 256;") == expected);
  CHECK(neighbour("bar.warp.sync -1;") != expected);
  CHECK(neighbour("") != expected);
  CHECK(results("setp.eq.u32 %p1, %r1, 70; bar.red.popc.u32 %r9, 0, %p1;", 96) ==
        numbers(96, [](unsigned) { return 1; }));
  CHECK(results("setp.ne.u32 %p1, %r1, 70; bar.red.and.pred %p2, 0, %p1; selp.u32 %r9, 1, 0, %p2;", 96) ==
        numbers(96, [](unsigned) { return 0; }));
}

TEST_CASE("blocks that are under way at once wait for values of others") {
  // Each block adds its number to what the one before has left.
  const std::string chain =
      "setp.eq.u32 %p1, %r2, 0; mov.u32 %r9, 1; @%p1 bra DONE;\n"
      "AGAIN: ld.relaxed.gpu.u64 %rd5, [%rd1+-8]; setp.eq.u64 %p2, %rd5, 0; @%p2 bra AGAIN;\n"
      "cvt.u32.u64 %r5, %rd5; add.s32 %r9, %r5, %r2;\nDONE:\n";
  const Words expected = numbers(9, [](unsigned i) { return 1 + i * (i + 1) / 2; });
  for (const unsigned residents : {1, 2, 4, 9}) {
    Settings settings;
    settings.resident_blocks = residents;
    CHECK(results(chain, 1, "", 9, settings) == expected);
  }
  CHECK(has(fault_of(snippet("AGAIN: ld.volatile.global.u64 %rd5, [in]; setp.ne.u64 %p2, %rd5, 0; @%p2 bra AGAIN;")),
            "never comes"));
}

TEST_CASE("what no kernel should do is refused with its line, block and thread") {
  CHECK(fault_of(snippet("ld.global.u32 %r1, [in+20];")) == "");
  CHECK(has(fault_of(snippet("ld.global.u32 %r1, [in+24];")), "in no array"));
  CHECK(has(fault_of(snippet("ld.global.u32 %r1, [in+24];")), "line 15: ld.global.u32: block 0, thread 0"));
  CHECK(has(fault_of(snippet("ld.global.u32 %r1, [in+-4];")), "in no array"));
  CHECK(has(fault_of(snippet("ld.global.v2.u64 {%rd1, %rd2}, [in+8];")), "not aligned"));
  CHECK(has(fault_of(snippet("mov.u64 %rd1, 0; st.u32 [%rd1], %r1;")), "in no array"));
  CHECK(has(fault_of(snippet(".shared .align 4 .b8 x[64]; st.shared.u32 [x+64], %r1;")), "beyond the 64 of shared"));
  CHECK(has(fault_of(snippet(".local .align 4 .b8 x[8]; ld.local.u32 %r1, [x+8];")), "beyond the 8 of local"));
  CHECK(has(fault_of(snippet("ld.param.u64 %rd1, [k_1+8];")), "beyond the 16 of parameter"));
  CHECK(has(
      fault_of(snippet("mov.u32 %r1, %tid.x; setp.eq.u32 %p1, %r1, 3; @%p1 bra L; bar.sync 0;\nL: bar.sync 1;\n"), 40),
      "never come"));
  CHECK(has(
      fault_of(snippet("mov.u32 %r1, %tid.x; setp.eq.u32 %p1, %r1, 3; @%p1 bra L; bar.sync 0; ret;\nL: bar.sync 0;\n"),
               40),
      "different barriers"));
  CHECK(has(fault_of(snippet("mov.u32 %r1, %tid.x; setp.eq.u32 %p1, %r1, 3; @!%p1 bar.warp.sync -1; bar.sync 0;"), 40),
            "never come"));
  CHECK(has(fault_of(snippet("mov.u32 %r1, %tid.x; bar.warp.sync 1;"), 2), "leaves the thread itself out"));
  for (const char* unknown :
       {"add.f32 %f1, %f2, %f3;", "add.rn.ftz.f32 %f1, %f2, %f3;", "div.approx.f32 %f1, %f2, %f3;",
        "sin.approx.f32 %f1, %f2;", "mad.rn.f32 %f1, %f2, %f3, %f4;", "cvt.f32.s32 %f1, %r1;", "cvt.s32.f32 %r1, %f1;",
        "cvt.rn.f64.f32 %fd1, %f1;", "frob.u32 %r1;", "tex.2d.v4.f32.s32 {%f1, %f2, %f3, %f4}, [in, {%r1, %r2}];"}) {
    const std::string fault = fault_of(snippet(unknown));
    CAPTURE(fault);
    CHECK(has(fault, "line 15: unknown instruction: "));
  }
  CHECK(has(fault_of(snippet("mov.u32 %r1, %r20;")), "not known"));
  CHECK(has(fault_of(snippet("bra NOWHERE;")), "NOWHERE"));
}
