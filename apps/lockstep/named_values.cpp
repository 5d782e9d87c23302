#include "named_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lockstep/decimal.hpp"
#include "lockstep/error.hpp"
#include "lockstep/npy.hpp"
#include "lockstep/out_of_core.hpp"

namespace lockstep::app {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_part(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }
bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), is_part);
}

std::optional<Expr> plain_number(std::string_view text) {
  const bool is_true = text == "True" || text == "true";
  if (is_true || text == "False" || text == "false") return Expr(is_true);
  if (const auto value = from_decimal<std::int64_t>(text)) return Expr(*value);
  if (const auto value = from_decimal<std::uint64_t>(text)) return Expr(*value);
  if (const auto value = from_decimal<double>(text)) return Expr(*value);
  return std::nullopt;
}

template <class T>
Expr typed_value(std::string_view digits, DType type, std::string_view argument) {
  if constexpr (!std::is_same_v<T, bool>)
    if (const auto value = from_decimal<T>(digits)) return cast(Expr(*value), type);
  throw Error(Code::bad_argument, fmt::format("'{}': {} cannot hold {}", argument, to_string(type), digits));
}

/// "3u8": digits and the name of an element type.
std::optional<Expr> typed_number(std::string_view text, std::string_view argument) {
  for (const DType type : all_dtypes()) {
    if (type == DType::boolean || !text.ends_with(to_string(type))) continue;
    const std::string_view digits = text.substr(0, text.size() - to_string(type).size());
    if (!from_decimal<double>(digits)) continue;
    return visit(type, [&]<Element T>() { return typed_value<T>(digits, type, argument); });
  }
  return std::nullopt;
}

Expr read_value(const Device& device, std::string_view text, std::string_view argument, bool in_place) {
  if (const auto number = plain_number(text)) return *number;
  if (const auto number = typed_number(text, argument)) return *number;
  // "1.5x" and "0x10" are slips of the pen, not files.
  const bool is_like_number = std::string_view("+-.0123456789").find(text.front()) != std::string_view::npos;
  if (is_like_number && !std::filesystem::exists(text))
    throw Error(Code::bad_argument, fmt::format("'{}': '{}' is neither a number nor a file", argument, text),
                "Numbers look like 2.5, -3, 1e-3, 3u8 or 0.1f32.");
  try {
    if (in_place) return HostArray::map_npy(text);
  } catch (const Error& error) {
    if (error.code() != Code::unsupported) throw;  // else its elements must be converted, which needs a copy
  }
  return load_npy(device, text);
}

}  // namespace

Names read_named_values(const Device& device, std::span<const std::string> arguments, bool in_place) {
  Names names;
  for (const std::string_view argument : arguments) {
    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    if (equals == std::string_view::npos || !is_name(name) || equals + 1 == argument.size())
      throw Error(Code::bad_argument, fmt::format("'{}' is not of the form name=value", argument),
                  "After the expression come values for its names, such as x=x.npy or a=2.5.");
    if (names.contains(name)) throw Error(Code::bad_argument, fmt::format("'{}' has two values", name));
    names.emplace(name, read_value(device, argument.substr(equals + 1), argument, in_place));
  }
  return names;
}

std::vector<std::string> unused_names(std::string_view expressions, std::span<const std::string> arguments) {
  const auto is_used = [&](std::string_view name) {
    for (std::size_t at = 0; at < expressions.size();) {
      std::size_t end = at;
      while (end < expressions.size() && is_part(expressions[end])) ++end;
      if (expressions.substr(at, end - at) == name) return true;
      at = std::max(end, at + 1);
    }
    return false;
  };
  std::vector<std::string> unused;
  for (const std::string_view argument : arguments)
    if (const std::string_view name = argument.substr(0, argument.find('=')); !is_used(name)) unused.emplace_back(name);
  return unused;
}

std::uint64_t bytes_of_files(std::span<const std::string> arguments) {
  std::uint64_t bytes = 0;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    std::error_code error;
    if (equals == std::string::npos || !std::filesystem::is_regular_file(argument.substr(equals + 1), error)) continue;
    const std::uintmax_t size = std::filesystem::file_size(argument.substr(equals + 1), error);
    if (!error) bytes += size;
  }
  return bytes;
}

Shape parse_shape(std::string_view text) {
  std::vector<std::uint64_t> extents;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto extent = from_decimal<std::uint64_t>(text.substr(0, comma));
    if (!extent)
      throw Error(Code::bad_argument, fmt::format("--shape: '{}' is no extent", text.substr(0, comma)),
                  "Write the extents with commas between them, such as 1000 or 20,30.");
    extents.push_back(*extent);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return Shape(extents);
}

}  // namespace lockstep::app
