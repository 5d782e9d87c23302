#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "input_file.hpp"
#include "lockstep/error.hpp"
#include "lockstep/npy.hpp"
#include "npy_header.hpp"

namespace lockstep {
namespace {

using detail::NpyColumn;
using detail::NpyHeader;

void check_length(const NpyHeader& header, std::uint64_t file_bytes, const std::string& name) {
  if (file_bytes - header.begin >= header.data_bytes()) return;
  throw Error(Code::file,
              fmt::format("'{}' is incomplete: shape {} needs {} bytes of data, the file has {}", name,
                          to_string(header.shape), header.data_bytes(), file_bytes - header.begin),
              "Write it again.");
}

/// Calls `f(i)` with the number, in a file of Fortran order, of each element in row-major order.
template <class F>
void for_each_fortran(const Shape& shape, F&& f) {
  std::array<std::uint64_t, kMaxRank> strides{}, at{};
  std::uint64_t stride = 1;
  for (int d = 0; d < shape.rank(); ++d) {
    strides[static_cast<std::size_t>(d)] = stride;
    stride *= shape[d];
  }
  std::uint64_t place = 0;
  for (std::uint64_t i = 0; i < shape.size(); ++i) {
    f(place);
    for (int d = shape.rank() - 1; d >= 0; --d) {
      const auto axis = static_cast<std::size_t>(d);
      place += strides[axis];
      if (++at[axis] < shape[d]) break;
      place -= strides[axis] * shape[d];
      at[axis] = 0;
    }
  }
}

template <std::size_t N>
void gather(const NpyHeader& header, const std::byte* from, std::byte* to) {
  const auto record = static_cast<std::size_t>(header.record);
  const auto copy = [&](std::uint64_t place) {
    std::memcpy(to, from + place * record, N);
    to += N;
  };
  if (header.fortran) return for_each_fortran(header.shape, copy);
  for (std::uint64_t i = 0; i < header.shape.size(); ++i) copy(i);
}

NpyField decode(const NpyHeader& header, const NpyColumn& column, std::span<const std::byte> data) {
  NpyField field{column.name, column.type, {}};
  const std::byte* from = data.empty() ? nullptr : data.data() + column.offset;
  if (header.is_plain_row_major()) {
    field.bytes.assign(data.begin(), data.end());
  } else if (header.shape.size() > 0) {
    field.bytes.resize(static_cast<std::size_t>(header.shape.size() * size_of(column.type)));
    if (size_of(column.type) == 1) gather<1>(header, from, field.bytes.data());
    if (size_of(column.type) == 4) gather<4>(header, from, field.bytes.data());
    if (size_of(column.type) == 8) gather<8>(header, from, field.bytes.data());
  }
  detail::normalize(field.bytes, column);
  return field;
}

}  // namespace

Npy parse_npy(std::span<const std::byte> bytes, const std::string& name) {
  const NpyHeader header = detail::parse_npy_header(bytes, name);
  check_length(header, bytes.size(), name);
  const auto data =
      bytes.subspan(static_cast<std::size_t>(header.begin), static_cast<std::size_t>(header.data_bytes()));
  Npy npy{header.shape, {}, header.structured};
  for (const NpyColumn& column : header.columns) npy.fields.push_back(decode(header, column, data));
  return npy;
}

namespace detail {

NpyHeader read_npy_header(InputFile& file, const std::string& name) {
  std::vector<std::byte> bytes(std::min<std::uint64_t>(kNpyPrefix, file.size()));
  file.read(bytes);
  const std::size_t done = bytes.size();
  const std::uint64_t header_bytes = npy_header_bytes(bytes, name);
  if (header_bytes > done) {
    bytes.resize(static_cast<std::size_t>(std::min(header_bytes, file.size())));
    file.read(std::span(bytes).subspan(done));
  }
  NpyHeader header = parse_npy_header(bytes, name);
  check_length(header, file.size(), name);
  return header;
}

}  // namespace detail

Npy read_npy(const std::filesystem::path& path) {
  const std::string name = path.string();
  detail::InputFile file(path);
  if (!file.is_regular()) return parse_npy(std::as_bytes(std::span<const char>(file.read_all())), name);
  const NpyHeader header = detail::read_npy_header(file, name);
  std::vector<std::byte> data(static_cast<std::size_t>(header.data_bytes()));
  file.read(data);
  Npy npy{header.shape, {}, header.structured};
  if (header.is_plain_row_major()) {  // no second copy
    detail::normalize(data, header.columns.front());
    npy.fields.push_back({{}, header.columns.front().type, std::move(data)});
    return npy;
  }
  for (const NpyColumn& column : header.columns) npy.fields.push_back(decode(header, column, data));
  return npy;
}

}  // namespace lockstep
