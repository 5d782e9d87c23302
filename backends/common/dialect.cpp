#include "backends/common/dialect.hpp"

#include <fmt/format.h>

#include <bit>

namespace lockstep::text {

const Dialect& opencl_dialect() noexcept {
  static constexpr Dialect dialect{
      .name = "OpenCL C",
      .types = {"bool", "char", "int", "long", "uchar", "uint", "ulong", "float", "double"},
      .kernel = "__kernel",
      .function = "",
      .global = "__global ",
      .local = "__local ",
      .restrict_ = "restrict ",
      .group_size = "__attribute__((reqd_work_group_size({}, 1, 1)))",
      .global_id = "get_global_id(0)",
      .local_id = "(uint)get_local_id(0)",
      .group_id = "get_group_id(0)",
      .barrier = "barrier(CLK_LOCAL_MEM_FENCE);",
      .prologue = "#pragma OPENCL FP_CONTRACT OFF\n",
      .f64_prologue = "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n",
      .gathers_geometry = true,
  };
  return dialect;
}

DType unsigned_of(DType type) noexcept {
  switch (size_of(type)) {
    case 1:
      return DType::u8;
    case 4:
      return DType::u32;
    default:
      return DType::u64;
  }
}

std::string literal(const Dialect& dialect, DType type, std::uint64_t bits) {
  switch (type) {
    case DType::boolean:
      return (bits & 1) != 0 ? "true" : "false";
    case DType::f32:
      return fmt::format("as_float(0x{:08x}u)", static_cast<std::uint32_t>(bits));
    case DType::f64:
      return fmt::format("as_double(0x{:016x}ul)", bits);
    case DType::u8:
      return fmt::format("({}){}u", dialect.type(type), bits & 0xff);
    case DType::u32:
      return fmt::format("{}u", static_cast<std::uint32_t>(bits));
    case DType::u64:
      return fmt::format("{}ul", bits);
    case DType::i8:
      return fmt::format("({})0x{:02x}u", dialect.type(type), bits & 0xff);
    case DType::i32:
      return fmt::format("(int)0x{:x}u", static_cast<std::uint32_t>(bits));
    default:
      return fmt::format("({})0x{:x}ul", dialect.type(type), bits);
  }
}

std::string readable(DType type, std::uint64_t bits) {
  switch (type) {
    case DType::boolean:
      return (bits & 1) != 0 ? "true" : "false";
    case DType::f32:
      return fmt::format("{}", std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    case DType::f64:
      return fmt::format("{}", std::bit_cast<double>(bits));
    case DType::i8:
      return fmt::format("{}", static_cast<int>(static_cast<std::int8_t>(bits)));
    case DType::i32:
      return fmt::format("{}", static_cast<std::int32_t>(bits));
    case DType::i64:
      return fmt::format("{}", static_cast<std::int64_t>(bits));
    default:
      return fmt::format("{}", size_of(type) == 1 ? bits & 0xff : size_of(type) == 4 ? bits & 0xffffffffu : bits);
  }
}

}  // namespace lockstep::text
