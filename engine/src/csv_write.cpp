#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "atomic_file.hpp"
#include "lockstep/csv.hpp"
#include "lockstep/decimal.hpp"
#include "lockstep/error.hpp"

namespace lockstep {
namespace {

constexpr std::uint64_t kRowsAtOnce = 4096;

std::string csv_field(const std::string& name) {
  const bool is_plain =
      name.find_first_of(",\"\r\n#") == std::string::npos && name.front() != ' ' && name.back() != ' ';
  if (is_plain) return name;
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

void append_cell(std::string& text, const NpyField& field, std::uint64_t row) {
  visit(field.type, [&]<Element T>() {
    T value;
    std::memcpy(&value, field.bytes.data() + row * sizeof(T), sizeof(T));
    if constexpr (std::is_floating_point_v<T>) {
      text += to_decimal(value);
    } else {
      fmt::format_to(std::back_inserter(text), "{}", +value);
    }
  });
}

template <class Write>
void emit(const Npy& table, Write&& write) {
  if (table.shape.rank() != 1 || table.fields.empty())
    throw Error(Code::bad_argument,
                fmt::format("a table has one axis and at least one column, not shape {} with {} columns",
                            to_string(table.shape), table.fields.size()));
  std::string text;
  for (const NpyField& field : table.fields) {
    if (field.size() != table.shape.size())
      throw Error(Code::bad_argument,
                  fmt::format("column '{}' has {} rows, the table {}", field.name, field.size(), table.shape.size()));
    if (field.name.empty()) throw Error(Code::bad_argument, "a column of a table has no name");
    text += (text.empty() ? "" : ",") + csv_field(field.name);
  }
  text += '\n';
  for (std::uint64_t row = 0; row < table.shape.size(); ++row) {
    for (const NpyField& field : table.fields) {
      append_cell(text, field, row);
      text += ',';
    }
    text.back() = '\n';
    if (row % kRowsAtOnce == kRowsAtOnce - 1) {
      write(text);
      text.clear();
    }
  }
  write(text);
}

}  // namespace

void write_csv(const std::filesystem::path& path, const Npy& table) {
  detail::AtomicFile file(path);
  emit(table, [&](std::string_view text) { file.write(std::as_bytes(std::span(text))); });
  file.commit();
}

std::string format_csv(const Npy& table) {
  std::string all;
  emit(table, [&](std::string_view text) { all += text; });
  return all;
}

}  // namespace lockstep
