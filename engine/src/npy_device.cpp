// NumPy files to and from devices, in pieces, so that no second copy of a large array lies in host memory.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "atomic_file.hpp"
#include "input_file.hpp"
#include "lockstep/array.hpp"
#include "lockstep/device.hpp"
#include "lockstep/error.hpp"
#include "lockstep/npy.hpp"
#include "npy_header.hpp"

namespace lockstep {
namespace {

constexpr std::uint64_t kChunk = std::uint64_t{1} << 24;

void require_plain(bool structured, const std::string& name) {
  if (structured)
    throw Error(Code::unsupported, fmt::format("'{}' holds a structured array where a plain one is needed", name),
                "Save one field of it in NumPy: np.save(file, a['field']).");
}

/// Calls `f` with the parts of a dense array, in order, each of at most kChunk bytes.
template <class F>
void for_each_part(const Array& array, F&& f) {
  const Array flat = array.reshape(Shape{array.size()});
  const std::uint64_t step = kChunk / size_of(array.dtype());
  for (std::uint64_t i = 0; i < flat.size(); i += step) {
    const std::uint64_t end = std::min(i + step, flat.size());
    f(flat.slice({Slice{static_cast<std::int64_t>(i), static_cast<std::int64_t>(end)}}));
  }
}

}  // namespace

Array load_npy(const Device& device, const std::filesystem::path& path) {
  const std::string name = path.string();
  detail::InputFile file(path);
  if (!file.is_regular()) {
    const Npy npy = parse_npy(std::as_bytes(std::span<const char>(file.read_all())), name);
    require_plain(npy.structured, name);
    return device.array_from_bytes(npy.fields[0].bytes.data(), npy.shape.size(), npy.fields[0].type, npy.shape);
  }
  const detail::NpyHeader header = detail::read_npy_header(file, name);
  require_plain(header.structured, name);
  const detail::NpyColumn& column = header.columns.front();
  // Fortran order is the row-major order of the transposed array.
  std::vector<std::uint64_t> extents(header.shape.extents().begin(), header.shape.extents().end());
  if (header.fortran) std::reverse(extents.begin(), extents.end());
  const Array array = device.empty(Shape(extents), column.type);
  std::vector<std::byte> bytes;
  for_each_part(array, [&](const Array& part) {
    bytes.resize(static_cast<std::size_t>(part.bytes()));
    file.read(bytes);
    detail::normalize(bytes, column);
    part.write_bytes(bytes.data());
  });
  return header.is_plain_row_major() ? array : array.transpose().contiguous();
}

void save_npy(const std::filesystem::path& path, const Array& array) {
  const Array dense = array.contiguous();
  detail::AtomicFile file(path);
  const detail::NpyColumn column{.name = {}, .type = dense.dtype(), .offset = 0, .swapped = false};
  file.write(std::as_bytes(std::span<const char>(detail::format_npy_header({&column, 1}, dense.shape(), false))));
  std::vector<std::byte> bytes;
  for_each_part(dense, [&](const Array& part) {
    bytes.resize(static_cast<std::size_t>(part.bytes()));
    part.read_bytes(bytes.data());
    file.write(bytes);
  });
  file.commit();
}

}  // namespace lockstep
