#include "npy_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "lockstep/error.hpp"
#include "python_literal.hpp"

namespace lockstep::detail {
namespace {

using Kind = PythonLiteral::Kind;
constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
// Headers take some 100 bytes and 20 for each field. A parsed one takes many times its length in memory.
constexpr std::uint64_t kLongestHeader = 1 << 20;

Error bad_file(const std::string& file, std::string_view what) {
  return {Code::file, fmt::format("'{}' is no valid .npy file: {}", file, what),
          "Write it again with np.save, or check that it is the file you mean."};
}

const PythonLiteral& entry(const PythonLiteral& header, std::string_view key, const std::string& file) {
  const PythonLiteral* value = header.find(key);
  if (!value) throw bad_file(file, fmt::format("its header has no '{}'", key));
  return *value;
}

std::uint64_t parse_extent(const PythonLiteral& item, const std::string& file) {
  std::uint64_t extent = 0;
  const char* end = item.text.data() + item.text.size();
  if (item.kind != Kind::integer || std::from_chars(item.text.data(), end, extent).ec != std::errc() || extent > kMost)
    throw bad_file(file, "its header has a shape that is impossible");
  return extent;
}

Shape parse_shape(const PythonLiteral& tuple, const std::string& file) {
  if (tuple.kind != Kind::tuple) throw bad_file(file, "its header's 'shape' is no tuple");
  if (tuple.items.size() > static_cast<std::size_t>(kMaxRank))
    throw Error(Code::unsupported,
                fmt::format("'{}' holds an array of {} axes; {} are the most", file, tuple.items.size(), kMaxRank),
                "Reshape it in NumPy: np.save(file, x.reshape(...)).");
  std::vector<std::uint64_t> extents;
  for (const PythonLiteral& item : tuple.items) extents.push_back(parse_extent(item, file));
  try {
    return Shape(extents);
  } catch (const Error&) {
    throw bad_file(file, "its header has a shape that is impossible");
  }
}

std::string utf8_from_latin1(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | (u >> 6));
      out += static_cast<char>(0x80 | (u & 0x3F));
    }
  }
  return out;
}

/// The bytes of an unnamed '|V4' field, with which NumPy pads the records of aligned types; nothing for others.
std::uint64_t padding(const PythonLiteral& name, const PythonLiteral& type) {
  if (name.kind != Kind::text || !name.text.empty() || !type.text.starts_with("|V")) return 0;
  std::uint64_t bytes = 0;
  std::from_chars(type.text.data() + 2, type.text.data() + type.text.size(), bytes);
  return bytes < kMost ? bytes : 0;
}

void add_field(NpyHeader& header, const PythonLiteral& field, const std::string& file) {
  if (field.kind != Kind::tuple || field.items.size() < 2 || field.items.size() > 3)
    throw bad_file(file, "a field of its type is no pair of name and type");
  // NumPy writes a field with a title as (title, name).
  const PythonLiteral& names = field.items[0];
  const PythonLiteral& name = names.kind == Kind::tuple && names.items.size() == 2 ? names.items[1] : names;
  const PythonLiteral& type = field.items[1];
  if (name.kind != Kind::text) throw bad_file(file, "a field of its type has no name");
  if (field.items.size() == 3 || type.kind != Kind::text)
    throw Error(Code::unsupported, fmt::format("field '{}' of '{}' holds an array or a structure", name.text, file),
                "Save a structured array whose fields are plain numbers.");
  if (const std::uint64_t bytes = padding(name, type)) {
    header.record += bytes;
    if (header.record > kMost) throw bad_file(file, "its records are impossibly long");
    return;
  }
  NpyColumn column = parse_npy_type(type.text, file);
  column.name = name.text;
  column.offset = header.record;
  header.record += size_of(column.type);
  header.columns.push_back(std::move(column));
}

void check_names(const NpyHeader& header, const std::string& file) {
  std::vector<std::string_view> names;
  for (const NpyColumn& column : header.columns) names.push_back(column.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) throw bad_file(file, fmt::format("its type has two fields named '{}'", *twice));
}

void parse_type(NpyHeader& header, const PythonLiteral& descr, const std::string& file) {
  if (descr.kind == Kind::text) {
    header.columns.push_back(parse_npy_type(descr.text, file));
    header.record = size_of(header.columns[0].type);
    return;
  }
  if (descr.kind != Kind::list) throw bad_file(file, "its header's 'descr' is no type");
  header.structured = true;
  for (const PythonLiteral& field : descr.items) add_field(header, field, file);
  if (header.columns.empty()) throw bad_file(file, "its type has no fields");
  check_names(header, file);
}

}  // namespace

std::uint64_t npy_header_bytes(std::span<const std::byte> prefix, const std::string& name) {
  if (prefix.size() < kMagic.size() || std::memcmp(prefix.data(), kMagic.data(), kMagic.size()) != 0)
    throw Error(Code::file, fmt::format("'{}' is no .npy file: it does not begin with NumPy's mark", name),
                "Write it with np.save(file, array); an .npz archive must be unpacked first.");
  const auto byte = [&](std::size_t i) { return i < prefix.size() ? std::to_integer<std::uint64_t>(prefix[i]) : 0; };
  const std::uint64_t major = byte(6);
  if (prefix.size() > 6 && (major < 1 || major > 3))
    throw Error(Code::unsupported, fmt::format("'{}' has .npy format version {}; known are 1 to 3", name, major));
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  if (prefix.size() < 8 + length_bytes) throw bad_file(name, "it ends inside its header");
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length |= byte(8 + i) << (8 * i);
  if (length > kLongestHeader) throw bad_file(name, fmt::format("its header claims to have {} bytes", length));
  return 8 + length_bytes + length;
}

NpyHeader parse_npy_header(std::span<const std::byte> bytes, const std::string& name) {
  const std::uint64_t end = npy_header_bytes(bytes.first(std::min(bytes.size(), kNpyPrefix)), name);
  if (bytes.size() < end) throw bad_file(name, "it ends inside its header");
  const bool is_v1 = bytes[6] == std::byte{1};
  const std::size_t begin = is_v1 ? 10 : 12;
  std::string text(reinterpret_cast<const char*>(bytes.data()) + begin, static_cast<std::size_t>(end) - begin);
  if (bytes[6] != std::byte{3}) text = utf8_from_latin1(text);

  PythonLiteral literal;
  try {
    literal = parse_python_literal(text);
  } catch (const Error& error) {
    throw bad_file(name, "its header: " + error.message());
  }
  if (literal.kind != Kind::dictionary) throw bad_file(name, "its header is no dictionary");
  NpyHeader header;
  header.begin = end;
  header.shape = parse_shape(entry(literal, "shape", name), name);
  parse_type(header, entry(literal, "descr", name), name);
  const PythonLiteral& fortran = entry(literal, "fortran_order", name);
  if (fortran.kind != Kind::boolean) throw bad_file(name, "its header's 'fortran_order' is neither True nor False");
  header.fortran = fortran.truth;
  if (header.record > 0 && header.shape.size() > kMost / header.record)
    throw bad_file(name, "its header has a shape that is impossible");
  return header;
}

std::string format_npy_header(std::span<const NpyColumn> columns, const Shape& shape, bool structured) {
  std::string descr;
  bool ascii = true;
  for (const NpyColumn& column : columns) {
    descr += fmt::format("({}, '{}'), ", python_string(column.name), npy_type_name(column.type));
    ascii = ascii && std::all_of(column.name.begin(), column.name.end(), [](char c) { return c >= ' ' && c <= '~'; });
  }
  if (structured) descr = "[" + descr.substr(0, descr.size() - 2) + "]";
  if (!structured) descr = "'" + npy_type_name(columns.front().type) + "'";
  std::string text = fmt::format("{{'descr': {}, 'fortran_order': False, 'shape': {}, }}", descr, to_string(shape));
  // Version 1 while it suffices: longer than 16 bits needs 2, and names beyond ASCII need 3.
  constexpr std::size_t kAlign = 64;
  const int version = !ascii ? 3 : text.size() + kAlign + 10 > 0xFFFF ? 2 : 1;
  const std::size_t prefix = version == 1 ? 10 : 12;
  const std::size_t total = (prefix + text.size() + 1 + kAlign - 1) / kAlign * kAlign;
  text.append(total - prefix - text.size() - 1, ' ');
  text += '\n';
  std::string out(kMagic);
  out += static_cast<char>(version);
  out += '\0';
  for (std::size_t i = 0; i < prefix - 8; ++i) out += static_cast<char>((text.size() >> (8 * i)) & 0xFF);
  return out + text;
}

}  // namespace lockstep::detail
