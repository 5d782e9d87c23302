#pragma once

#include <cstdint>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lockstep/dtype.hpp"
#include "lockstep/shape.hpp"

namespace lockstep {

class Array;
class Device;

/// A column of a structured NumPy file, or the only content of a plain one (with an empty name).
struct NpyField {
  std::string name;
  DType type = DType::f64;
  std::vector<std::byte> bytes;  ///< dense, row-major, native byte order
};

/// The contents of a NumPy `.npy` file in host memory.
struct Npy {
  Shape shape;
  std::vector<NpyField> fields;
  bool structured = false;
};

/// Reads a `.npy` file of format 1.0, 2.0 or 3.0: C or Fortran order, either byte order, plain or structured with
/// fields of this library's element types. Throws `file` with the reason for what cannot be read, `unsupported` for a type
/// that this library does not have, naming it.
Npy read_npy(const std::filesystem::path& path);
/// The same from memory; `name` stands in messages.
Npy parse_npy(std::span<const std::byte> bytes, const std::string& name);
/// Reads a plain file into a new array on `device`.
Array load_npy(const Device& device, const std::filesystem::path& path);

/// Writes a file that NumPy's `load` reads, by way of a temporary file beside it: the name appears complete or not at all.
/// Throws `file`.
void write_npy(const std::filesystem::path& path, const Npy& npy);
void save_npy(const std::filesystem::path& path, const Array& array);

/// Writes `bytes` to `path` by way of a temporary file beside it, so that the name appears complete or not at all.
/// Throws `file`.
void write_file(const std::filesystem::path& path, std::string_view bytes);
/// All bytes of a file. Throws `file`.
std::string read_file(const std::filesystem::path& path);

}  // namespace lockstep
