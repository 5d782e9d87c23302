#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "lockstep/dtype.hpp"

namespace lockstep::text {

/// How one C dialect spells what C leaves open. The emitter knows no dialect but through this table.
struct Dialect {
  std::string_view name;
  std::array<std::string_view, kDTypeCount> types;  ///< of values, in the order of DType
  std::string_view kernel;                          ///< before a kernel: "__kernel void"
  std::string_view function;                        ///< before a helper function, with its space
  std::string_view global;                          ///< before a pointer into device memory, with its space
  std::string_view local;                           ///< before an array shared by a work-group, with its space
  std::string_view restrict_;
  std::string_view group_size;  ///< {} is the number of work-items
  std::string_view global_id, local_id, group_id;
  std::string_view barrier;
  std::string_view prologue;      ///< first lines of every program
  std::string_view f64_prologue;  ///< further lines of a program that uses f64
  // For Target::warps: what comes before the name of a structure, with {} for its alignment in bytes, and further lines
  // of a program that moves values within a warp.
  std::string_view aligned = {}, shuffle_prologue = {};
  std::string_view lone_byte = {};  ///< function for a byte that is read from a vector; none if empty
  /// f32 division and square root are made in f64 and rounded, which gives the bits of IEEE: for devices whose own
  /// differ.
  bool divide_in_f64 = false;
  /// The numbers of geometry come as one structure by value, not one by one: PoCL allocates memory for each argument of
  /// each launch.
  bool gathers_geometry = false;

  std::string_view type(DType t) const { return types[static_cast<std::size_t>(t)]; }
  /// In memory a bool is a byte.
  std::string_view memory_type(DType t) const { return type(t == DType::boolean ? DType::u8 : t); }
};

const Dialect& opencl_dialect() noexcept;
const Dialect& cuda_dialect() noexcept;

/// The unsigned integer type of the same size.
DType unsigned_of(DType type) noexcept;
/// "float", "int" ... as a literal: floats by their bits, so that no compiler rounds them.
std::string literal(const Dialect& dialect, DType type, std::uint64_t bits);
/// A value as people write it, for comments.
std::string readable(DType type, std::uint64_t bits);

}  // namespace lockstep::text
