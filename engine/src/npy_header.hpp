#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lockstep/dtype.hpp"
#include "lockstep/shape.hpp"

namespace lockstep::detail {

class InputFile;

/// Where a field lies in the file's records.
struct NpyColumn {
  std::string name;
  DType type = DType::f64;
  std::uint64_t offset = 0;  ///< bytes from the start of a record
  bool swapped = false;      ///< the other byte order
};

/// What stands before the data of a `.npy` file.
struct NpyHeader {
  std::vector<NpyColumn> columns;
  Shape shape;
  std::uint64_t record = 0;  ///< bytes from one element to the next
  std::uint64_t begin = 0;   ///< bytes before the data
  bool structured = false;
  bool fortran = false;

  /// Bytes of data. Known not to overflow.
  std::uint64_t data_bytes() const noexcept { return shape.size() * record; }
  /// True if the data in the file are the elements in row-major order.
  bool is_plain_row_major() const noexcept { return !structured && (!fortran || shape.rank() < 2); }
};

/// The longest prefix that tells how long the header is.
inline constexpr std::size_t kNpyPrefix = 12;

/// How many bytes stand before the data, from the first bytes of a file; `prefix` is shorter than kNpyPrefix only if
/// the file is. Throws `file` if it is no `.npy` file of a known version.
std::uint64_t npy_header_bytes(std::span<const std::byte> prefix, const std::string& name);

/// Reads a header, complete from the first byte of the file. Throws as `read_npy` does.
NpyHeader parse_npy_header(std::span<const std::byte> header, const std::string& name);

/// Reads the header of a regular file, and leaves the file at its data, all of which are there. Throws as `read_npy`
/// does.
NpyHeader read_npy_header(InputFile& file, const std::string& name);

/// The header of a file in row-major order, padded so that the data begin at a multiple of 64 bytes.
std::string format_npy_header(std::span<const NpyColumn> columns, const Shape& shape, bool structured);

/// What an element type is called in a header: "<f8".
std::string npy_type_name(DType type);
/// The reverse. Throws `unsupported` with advice for what is no element type of this library.
NpyColumn parse_npy_type(std::string_view text, const std::string& file);

/// Swaps bytes to the machine's order and makes every bool 0 or 1, in place.
void normalize(std::span<std::byte> elements, const NpyColumn& column);

}  // namespace lockstep::detail
