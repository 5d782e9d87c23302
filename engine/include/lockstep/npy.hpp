#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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

  std::uint64_t size() const noexcept { return bytes.size() / size_of(type); }
  /// The elements as they are. Throws `bad_type` if they have another type.
  template <Element T>
  std::vector<T> values() const {
    static_assert(!std::same_as<T, bool>, "std::vector<bool> has no elements to copy to");
    require_type(dtype_of<T>);
    std::vector<T> out(static_cast<std::size_t>(size()));
    if (!out.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
    return out;
  }
  /// The elements converted to f64, rounded to nearest.
  std::vector<double> to_f64() const;

 private:
  void require_type(DType wanted) const;
};

/// A field that holds `values`.
template <Element T>
NpyField make_field(std::string name, std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  return {std::move(name), dtype_of<T>, std::vector<std::byte>(bytes.begin(), bytes.end())};
}
template <Element T>
NpyField make_field(std::string name, const std::vector<T>& values) {
  return make_field(std::move(name), std::span<const T>(values));
}

/// The contents of a NumPy `.npy` file in host memory.
struct Npy {
  Shape shape;
  std::vector<NpyField> fields;
  bool structured = false;

  /// The field with this name, or null.
  const NpyField* find(std::string_view name) const noexcept;
};

/// Reads a `.npy` file of format 1.0, 2.0 or 3.0: C or Fortran order, either byte order, plain or structured with
/// fields of this library's element types. Throws `file` with the reason for what cannot be read, `unsupported` for a
/// type that this library does not have, naming it.
Npy read_npy(const std::filesystem::path& path);
/// The same from memory; `name` stands in messages.
Npy parse_npy(std::span<const std::byte> bytes, const std::string& name);
/// Reads a plain file into a new array on `device`.
Array load_npy(const Device& device, const std::filesystem::path& path);

/// Writes a file that NumPy's `load` reads, by way of a temporary file beside it: the name appears complete or not at
/// all. A device or a pipe is written directly. Throws `file`, `disk` if that is full, `bad_argument` if the fields do
/// not fit the shape.
void write_npy(const std::filesystem::path& path, const Npy& npy);
void save_npy(const std::filesystem::path& path, const Array& array);

/// The bytes of a `.npy` file, as `write_npy` writes them.
std::string format_npy(const Npy& npy);

/// Writes `bytes` to `path` by way of a temporary file beside it, so that the name appears complete or not at all; what
/// was there before stays if that fails. A symbolic link is followed, a device or a pipe is written directly.
/// Throws `file`, `disk` if that is full.
void write_file(const std::filesystem::path& path, std::string_view bytes);
/// All bytes of a file. Throws `file`.
std::string read_file(const std::filesystem::path& path);

}  // namespace lockstep
