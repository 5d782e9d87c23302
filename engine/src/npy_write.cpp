#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "atomic_file.hpp"
#include "lockstep/error.hpp"
#include "lockstep/npy.hpp"
#include "npy_header.hpp"

namespace lockstep {
namespace {

using detail::NpyColumn;

constexpr std::uint64_t kChunk = 1 << 20;

void require(bool condition, const char* what) {
  if (!condition) throw Error(Code::bad_argument, fmt::format("a .npy file cannot be made: {}", what));
}

void check(const Npy& npy) {
  require(!npy.fields.empty(), "there are no fields");
  require(npy.structured || npy.fields.size() == 1, "an array that is not structured has one field");
  for (const NpyField& field : npy.fields) {
    require(field.bytes.size() == npy.shape.size() * size_of(field.type), "a field has other than the shape's size");
    if (!npy.structured) continue;
    require(!field.name.empty(), "a field has no name");
    require(std::none_of(field.name.begin(), field.name.end(), [](char c) { return c >= 0 && c < ' '; }),
            "a field's name has control characters");
    const auto same = [&](const NpyField& other) { return other.name == field.name; };
    require(std::count_if(npy.fields.begin(), npy.fields.end(), same) == 1, "two fields have the same name");
  }
}

/// Records `begin` .. `end`-1, the fields of each one after another.
std::vector<std::byte> interleave(const Npy& npy, std::span<const NpyColumn> columns, std::uint64_t record,
                                  std::uint64_t begin, std::uint64_t end) {
  std::vector<std::byte> records(static_cast<std::size_t>((end - begin) * record));
  for (std::size_t f = 0; f < columns.size(); ++f) {
    const std::uint64_t size = size_of(columns[f].type);
    const std::byte* from = npy.fields[f].bytes.data() + begin * size;
    std::byte* to = records.data() + columns[f].offset;
    for (std::uint64_t i = begin; i < end; ++i, from += size, to += record)
      std::memcpy(to, from, static_cast<std::size_t>(size));
  }
  return records;
}

/// Passes the file's bytes to `write`, piece by piece.
template <class Write>
void emit(const Npy& npy, Write&& write) {
  check(npy);
  std::vector<NpyColumn> columns;
  std::uint64_t record = 0;
  for (const NpyField& field : npy.fields) {
    columns.push_back({.name = field.name, .type = field.type, .offset = record, .swapped = false});
    record += size_of(field.type);
  }
  write(std::as_bytes(std::span<const char>(detail::format_npy_header(columns, npy.shape, npy.structured))));
  if (npy.fields.size() == 1) return write(std::span<const std::byte>(npy.fields[0].bytes));
  const std::uint64_t step = std::max<std::uint64_t>(1, kChunk / record);
  for (std::uint64_t i = 0; i < npy.shape.size(); i += step)
    write(std::span<const std::byte>(interleave(npy, columns, record, i, std::min(i + step, npy.shape.size()))));
}

}  // namespace

void write_npy(const std::filesystem::path& path, const Npy& npy) {
  check(npy);
  detail::AtomicFile file(path);
  emit(npy, [&](std::span<const std::byte> bytes) { file.write(bytes); });
  file.commit();
}

std::string format_npy(const Npy& npy) {
  std::string text;
  emit(npy, [&](std::span<const std::byte> bytes) {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  });
  return text;
}

const NpyField* Npy::find(std::string_view name) const noexcept {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const NpyField& f) { return f.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

void NpyField::require_type(DType wanted) const {
  if (type == wanted) return;
  throw Error(Code::bad_type, fmt::format("field '{}' holds {}, not {}", name, to_string(type), to_string(wanted)));
}

std::vector<double> NpyField::to_f64() const {
  std::vector<double> out(static_cast<std::size_t>(size()));
  visit(type, [&]<Element T>() {
    for (std::size_t i = 0; i < out.size(); ++i) {
      T value;
      std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
      out[i] = static_cast<double>(value);
    }
  });
  return out;
}

}  // namespace lockstep
