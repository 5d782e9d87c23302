// The interpreter of PTX against answers worked out by hand.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "ptx_snippet.hpp"

using namespace lockstep::test::ptx;

namespace {

/// The three inputs under all names, some instructions, and what they leave in the result's register.
std::uint64_t value_of(const std::string& text, std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0) {
  std::string body;
  for (int i = 1; i <= 3; ++i)
    body += fmt::format(
        "ld.global.u64 %rd{0}, [in+{1}];\ncvt.u32.u64 %r{0}, %rd{0};\ncvt.u16.u64 %rs{0}, %rd{0};\n"
        "mov.b32 %f{0}, %r{0};\nmov.b64 %fd{0}, %rd{0};\nsetp.ne.u64 %p{0}, %rd{0}, 0;\n",
        i, 8 * (i - 1));
  std::string store;
  if (text.find("%rs9") != std::string::npos) store = "cvt.u64.u16 %rd9, %rs9;";
  if (text.find("%r9") != std::string::npos) store = "cvt.u64.u32 %rd9, %r9;";
  if (text.find("%f9") != std::string::npos) store = "mov.b32 %r9, %f9; cvt.u64.u32 %rd9, %r9;";
  if (text.find("%fd9") != std::string::npos) store = "mov.b64 %rd9, %fd9;";
  if (text.find("%p8") != std::string::npos) store = "selp.b64 %rd9, 1, 0, %p8;";
  return run_snippet(snippet(body + text + store + "st.global.u64 [out], %rd9;"), {a, b, c})[0];
}

std::uint64_t f(float x) { return std::bit_cast<std::uint32_t>(x); }
std::uint64_t f(double x) { return std::bit_cast<std::uint64_t>(x); }
constexpr std::uint64_t kNaN = 0x7fc00001, kNaN64 = 0x7ff8000000000001;
constexpr std::uint64_t kCanonical = 0x7fffffff, kCanonical64 = 0x7fffffffffffffff;

struct Row {
  const char* text;
  std::uint64_t a, b, c, expected;
};

template <std::size_t kCount>
void check(const Row (&rows)[kCount]) {
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(value_of(row.text, row.a, row.b, row.c) == row.expected);
  }
}

}  // namespace

TEST_CASE("integer arithmetic in PTX") {
  const Row rows[] = {
      {"add.s32 %r9, %r1, %r2;", 0xffffffff, 2, 0, 1},
      {"add.s64 %rd9, %rd1, -3;", 1, 0, 0, 0xfffffffffffffffe},
      {"add.s16 %rs9, %rs1, %rs2;", 0xffff, 3, 0, 2},
      {"sub.u32 %r9, %r1, %r2;", 1, 2, 0, 0xffffffff},
      {"add.cc.u32 %r8, %r1, %r2; addc.u32 %r9, %r3, %r3;", 0xffffffff, 1, 5, 11},
      {"sub.cc.u32 %r8, %r1, %r2; subc.u32 %r9, %r3, 1;", 0, 1, 5, 3},
      {"mul.lo.s32 %r9, %r1, %r2;", 0x10001, 0x10001, 0, 0x20001},
      {"mul.hi.u32 %r9, %r1, %r2;", 0xffffffff, 0xffffffff, 0, 0xfffffffe},
      {"mul.hi.s32 %r9, %r1, %r2;", 0xffffffff, 2, 0, 0xffffffff},
      {"mul.hi.u64 %rd9, %rd1, %rd2;", ~0ull, ~0ull, 0, ~0ull - 1},
      {"mul.hi.s64 %rd9, %rd1, %rd2;", ~0ull, ~0ull, 0, 0},
      {"mul.wide.s32 %rd9, %r1, %r2;", 0xffffffff, 3, 0, ~0ull - 2},
      {"mul.wide.u32 %rd9, %r1, %r2;", 0xffffffff, 3, 0, 0x2fffffffd},
      {"mul.wide.s16 %r9, %rs1, %rs2;", 0xffff, 7, 0, 0xfffffff9},
      {"mad.lo.s32 %r9, %r1, %r2, %r3;", 5, 6, 7, 37},
      {"mad.wide.u32 %rd9, %r1, %r2, %rd3;", 0xffffffff, 2, 1, 0x1ffffffff},
      {"div.s32 %r9, %r1, %r2;", 0xfffffff9, 2, 0, 0xfffffffd},
      {"div.s32 %r9, %r1, %r2;", 0x80000000, 0xffffffff, 0, 0x80000000},
      {"div.u64 %rd9, %rd1, %rd2;", ~0ull, 10, 0, 1844674407370955161},
      {"rem.s32 %r9, %r1, %r2;", 0xfffffff9, 2, 0, 0xffffffff},
      {"rem.u16 %rs9, %rs1, %rs2;", 0xffff, 1000, 0, 535},
      {"neg.s32 %r9, %r1;", 5, 0, 0, 0xfffffffb},
      {"abs.s64 %rd9, %rd1;", ~0ull, 0, 0, 1},
      {"min.s32 %r9, %r1, %r2;", 0xffffffff, 1, 0, 0xffffffff},
      {"min.u32 %r9, %r1, %r2;", 0xffffffff, 1, 0, 1},
      {"max.s16 %rs9, %rs1, %rs2;", 0xffff, 1, 0, 1},
      {"sad.u32 %r9, %r1, %r2, %r3;", 3, 10, 1, 8},
      {"dp4a.s32.s32 %r9, %r1, %r2, %r3;", 0xff02, 0x0205, 100, 108},
  };
  check(rows);
}

TEST_CASE("bits, shifts and fields in PTX") {
  const Row rows[] = {
      {"and.b32 %r9, %r1, %r2;", 0xff0, 0x0ff, 0, 0x0f0},
      {"or.b64 %rd9, %rd1, %rd2;", 1ull << 63, 1, 0, 1ull << 63 | 1},
      {"xor.b16 %rs9, %rs1, %rs2;", 0xffff, 0x0f0f, 0, 0xf0f0},
      {"not.b16 %rs9, %rs1;", 0x00ff, 0, 0, 0xff00},
      {"cnot.b32 %r9, %r1;", 0, 0, 0, 1},
      {"xor.pred %p8, %p1, %p2;", 1, 1, 0, 0},
      {"not.pred %p8, %p1;", 0, 0, 0, 1},
      {"shl.b32 %r9, %r1, %r2;", 3, 31, 0, 0x80000000},
      {"shl.b32 %r9, %r1, %r2;", 3, 32, 0, 0},
      {"shr.u32 %r9, %r1, %r2;", 0x80000000, 31, 0, 1},
      {"shr.u32 %r9, %r1, %r2;", 0x80000000, 0xffffffff, 0, 0},
      {"shr.s32 %r9, %r1, %r2;", 0x80000000, 40, 0, 0xffffffff},
      {"shr.s16 %rs9, %rs1, 8;", 0x8000, 0, 0, 0xff80},
      {"shr.u64 %rd9, %rd1, %r2;", 1ull << 63, 64, 0, 0},
      {"shf.l.wrap.b32 %r9, %r1, %r2, %r3;", 0x80000000, 1, 33, 3},
      {"shf.r.clamp.b32 %r9, %r1, %r2, %r3;", 5, 9, 40, 9},
      {"popc.b64 %r9, %rd1;", ~0ull, 0, 0, 64},
      {"clz.b32 %r9, %r1;", 0, 0, 0, 32},
      {"clz.b64 %r9, %rd1;", 1, 0, 0, 63},
      {"brev.b32 %r9, %r1;", 1, 0, 0, 0x80000000},
      {"bfind.u32 %r9, %r1;", 0x100, 0, 0, 8},
      {"bfind.s32 %r9, %r1;", 0xffffffff, 0, 0, 0xffffffff},
      {"bfind.shiftamt.u32 %r9, %r1;", 0x100, 0, 0, 23},
      {"bfe.u32 %r9, %r1, 4, 8;", 0xabcd, 0, 0, 0xbc},
      {"bfe.s32 %r9, %r1, 4, 8;", 0xabcd, 0, 0, 0xffffffbc},
      {"bfe.s32 %r9, %r1, 28, 8;", 0x90000000, 0, 0, 0xfffffff9},
      {"bfe.u64 %rd9, %rd1, 60, 3;", ~0ull, 0, 0, 7},
      {"bfi.b32 %r9, %r1, %r2, 8, 4;", 0xa, 0xffffffff, 0, 0xfffffaff},
      {"bmsk.clamp.b32 %r9, %r1, %r2;", 28, 9, 0, 0xf0000000},
      {"bmsk.clamp.b32 %r9, %r1, %r2;", 32, 1, 0, 0},
      {"bmsk.wrap.b32 %r9, 1, 2;", 0, 0, 0, 6},
      {"bmsk.clamp.b32 %r9, %r1, 0;", 5, 0, 0, 0},
      {"prmt.b32 %r9, %r1, %r2, 0x5410;", 0x11112222, 0x33334444, 0, 0x44442222},
      {"prmt.b32 %r9, %r1, %r2, 0x00f8;", 0x00000080, 0x7f000000, 0, 0x808000ff},
      {"lop3.b32 %r9, %r1, %r2, %r3, 0xca;", 0xff00, 0x1234, 0x5678, 0x1278},
  };
  check(rows);
}

TEST_CASE("floating-point arithmetic in PTX, with NaNs, signed zeros and subnormals") {
  const Row rows[] = {
      {"add.rn.f32 %f9, %f1, %f2;", f(1e8f), f(1.0f), 0, f(1e8f)},
      {"add.rn.f32 %f9, %f1, %f2;", 1, 1, 0, 2},  // the smallest subnormals
      {"sub.rn.f32 %f9, %f1, %f2;", 0x7f800000, 0x7f800000, 0, kCanonical},
      {"mul.rn.f64 %fd9, %fd1, %fd2;", kNaN64, f(2.0), 0, kCanonical64},
      {"fma.rn.f32 %f9, %f1, %f2, %f3;", f(1.0f + 0x1p-12f), f(1.0f + 0x1p-12f), f(-1.0f - 0x1p-11f), f(0x1p-24f)},
      {"fma.rn.f64 %fd9, %fd1, %fd2, %fd3;", f(3.0), f(4.0), f(-12.0), 0},
      {"div.rn.f32 %f9, %f1, %f2;", f(1.0f), f(3.0f), 0, f(1.0f / 3)},
      {"div.rn.f32 %f9, %f1, %f2;", f(1.0f), f(-0.0f), 0, 0xff800000},
      {"sqrt.rn.f64 %fd9, %fd1;", f(2.0), 0, 0, f(1.4142135623730951)},
      {"sqrt.rn.f32 %f9, %f1;", f(-1.0f), 0, 0, kCanonical},
      {"rcp.rn.f32 %f9, %f1;", f(4.0f), 0, 0, f(0.25f)},
      {"min.f32 %f9, %f1, %f2;", kNaN, f(5.0f), 0, f(5.0f)},
      {"min.f32 %f9, %f1, %f2;", kNaN, kNaN, 0, kCanonical},
      {"min.NaN.f32 %f9, %f1, %f2;", f(5.0f), kNaN, 0, kCanonical},
      {"min.f32 %f9, %f1, %f2;", 0, 0x80000000, 0, 0x80000000},
      {"max.f64 %fd9, %fd1, %fd2;", f(-0.0), f(0.0), 0, 0},
      {"max.f32 %f9, %f1, %f2;", f(2.0f), kNaN, 0, f(2.0f)},
      {"neg.f32 %f9, %f1;", 0, 0, 0, 0x80000000},
      {"neg.f32 %f9, %f1;", kNaN, 0, 0, 0xffc00001},
      {"abs.f64 %fd9, %fd1;", f(-2.5), 0, 0, f(2.5)},
      {"copysign.f32 %f9, %f1, %f2;", f(-1.0f), f(2.0f), 0, f(-2.0f)},
      {"add.rn.f32 %f9, %f1, 0f3F800000;", f(2.0f), 0, 0, f(3.0f)},
      {"add.rn.f64 %fd9, %fd1, 0d3FF0000000000000;", f(2.0), 0, 0, f(3.0)},
  };
  check(rows);
}

TEST_CASE("comparisons, choices and moves in PTX") {
  const Row rows[] = {
      {"setp.lt.s32 %p8, %r1, %r2;", 0xffffffff, 1, 0, 1},
      {"setp.lt.u32 %p8, %r1, %r2;", 0xffffffff, 1, 0, 0},
      {"setp.hi.u32 %p8, %r1, %r2;", 0xffffffff, 1, 0, 1},
      {"setp.ls.u32 %p8, %r1, %r2;", 7, 7, 0, 1},
      {"setp.gt.s16 %p8, %rs1, 0;", 0x8000, 0, 0, 0},
      {"setp.eq.f32 %p8, %f1, %f2;", 0, 0x80000000, 0, 1},
      {"setp.lt.f32 %p8, %f1, %f2;", kNaN, f(1.0f), 0, 0},
      {"setp.ne.f32 %p8, %f1, %f2;", kNaN, f(1.0f), 0, 0},
      {"setp.neu.f32 %p8, %f1, %f2;", kNaN, f(1.0f), 0, 1},
      {"setp.geu.f64 %p8, %fd1, %fd2;", kNaN64, f(1.0), 0, 1},
      {"setp.num.f32 %p8, %f1, %f2;", f(2.0f), f(1.0f), 0, 1},
      {"setp.nan.f64 %p8, %fd1, %fd1;", kNaN64, 0, 0, 1},
      {"setp.lt.s32 %p7|%p8, %r1, %r2;", 3, 1, 0, 1},
      {"setp.lt.and.s32 %p8, %r1, %r2, %p3;", 0, 1, 0, 0},
      {"setp.lt.or.s32 %p7|%p8, %r1, %r2, !%p3;", 0, 1, 1, 0},
      {"set.gt.u32.s32 %r9, %r1, %r2;", 2, 1, 0, 0xffffffff},
      {"set.gt.f32.s32 %f9, %r1, %r2;", 2, 1, 0, f(1.0f)},
      {"selp.b32 %r9, %r1, %r2, %p3;", 5, 6, 1, 5},
      {"selp.f64 %fd9, %fd1, %fd2, %p3;", 5, 6, 0, 6},
      {"slct.u32.s32 %r9, %r1, %r2, %r3;", 5, 6, 0xffffffff, 6},
      {"mov.b64 {%r8, %r9}, %rd1;", 0x123456789abcdef0, 0, 0, 0x12345678},
      {"mov.b32 {%rs8, %rs9}, %r1;", 0x12345678, 0, 0, 0x1234},
      {"mov.b64 %rd9, {%r1, %r2};", 1, 2, 0, 0x200000001},
      {"mov.u16 %rs9, -1;", 0, 0, 0, 0xffff},
      {"@%p1 mov.u32 %r9, 7; @!%p1 mov.u32 %r9, 8;", 0, 0, 0, 8},
  };
  check(rows);
}

TEST_CASE("conversions in PTX: extension, truncation, rounding, saturation and NaN") {
  const Row rows[] = {
      {"cvt.s16.s8 %rs9, %rs1;", 0x1280, 0, 0, 0xff80},
      {"cvt.u16.u8 %rs9, %rs1;", 0x1280, 0, 0, 0x80},
      {"cvt.s32.s8 %r9, %r1;", 0x80, 0, 0, 0xffffff80},
      {"cvt.s8.s32 %rs9, %r1;", 0x1ff, 0, 0, 0xffff},  // the register is wider than the type
      {"cvt.u8.u32 %rs9, %r1;", 0x1ff, 0, 0, 0xff},
      {"cvt.s64.s32 %rd9, %r1;", 0x80000000, 0, 0, 0xffffffff80000000},
      {"cvt.u64.u32 %rd9, %r1;", 0x80000000, 0, 0, 0x80000000},
      {"cvt.u64.s32 %rd9, %r1;", 0x80000000, 0, 0, 0xffffffff80000000},
      {"cvt.sat.s8.s32 %rs9, %r1;", 300, 0, 0, 127},
      {"cvt.sat.u8.s32 %rs9, %r1;", 0xffffffff, 0, 0, 0},
      {"cvt.rn.f32.s16 %f9, %rs1;", 0xffff, 0, 0, f(-1.0f)},
      {"cvt.rn.f32.s8 %f9, %rs1;", 0x01ff, 0, 0, f(-1.0f)},
      {"cvt.rn.f32.u32 %f9, %r1;", 16777217, 0, 0, f(16777216.0f)},
      {"cvt.rp.f32.u32 %f9, %r1;", 16777217, 0, 0, f(16777218.0f)},
      {"cvt.rz.f32.s32 %f9, %r1;", 0xfefffffd, 0, 0, f(-16777218.0f)},
      {"cvt.rn.f64.u64 %fd9, %rd1;", ~0ull, 0, 0, f(0x1p64)},
      {"cvt.rm.f64.u64 %fd9, %rd1;", ~0ull, 0, 0, f(0x1.fffffffffffffp63)},
      {"cvt.rzi.s32.f32 %r9, %f1;", f(-2.9f), 0, 0, 0xfffffffe},
      {"cvt.rni.s32.f32 %r9, %f1;", f(2.5f), 0, 0, 2},
      {"cvt.rmi.s32.f64 %r9, %fd1;", f(-2.1), 0, 0, 0xfffffffd},
      {"cvt.rpi.s32.f32 %r9, %f1;", f(2.1f), 0, 0, 3},
      {"cvt.rzi.s32.f32 %r9, %f1;", f(3e9f), 0, 0, 0x7fffffff},
      {"cvt.rzi.u32.f32 %r9, %f1;", f(-3e9f), 0, 0, 0},
      {"cvt.rzi.s64.f64 %rd9, %fd1;", f(-1e30), 0, 0, 1ull << 63},
      {"cvt.rzi.u8.f32 %rs9, %f1;", f(300.0f), 0, 0, 255},
      {"cvt.rzi.s32.f32 %r9, %f1;", kNaN, 0, 0, 0},
      {"cvt.rzi.s64.f32 %rd9, %f1;", kNaN, 0, 0, 1ull << 63},
      {"cvt.rzi.u32.f64 %r9, %fd1;", kNaN64, 0, 0, 0x80000000},
      {"cvt.f64.f32 %fd9, %f1;", f(1.5f), 0, 0, f(1.5)},
      {"cvt.rn.f32.f64 %f9, %fd1;", f(1.0 + 0x1p-30), 0, 0, f(1.0f)},
      {"cvt.rp.f32.f64 %f9, %fd1;", f(1.0 + 0x1p-30), 0, 0, f(1.0f + 0x1p-23f)},
      {"cvt.rz.f32.f64 %f9, %fd1;", f(1e300), 0, 0, 0x7f7fffff},
      {"cvt.rn.f32.f64 %f9, %fd1;", kNaN64, 0, 0, kCanonical},
      {"cvt.rni.f32.f32 %f9, %f1;", f(-0.4f), 0, 0, f(-0.0f)},
      {"cvt.sat.f32.f32 %f9, %f1;", f(7.0f), 0, 0, f(1.0f)},
  };
  check(rows);
}
