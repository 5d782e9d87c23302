#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "lockstep/csv.hpp"
#include "lockstep/decimal.hpp"
#include "lockstep/error.hpp"

namespace lockstep {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Splits a text into rows of cells. Cells are parts of the text, without their quotes; their place in it tells the
/// line and column for messages.
class Scanner {
 public:
  Scanner(std::string_view text, const std::string& name) : text_(text), name_(name) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // a byte order mark, as spreadsheets write it
  }

  /// The cells of the next row that is neither blank nor a comment; false at the end.
  bool next_row(std::vector<std::string_view>& cells) {
    cells.clear();
    skip_lines();
    if (at_ == text_.size()) return false;
    do cells.push_back(next_cell());
    while (take(','));
    return true;
  }

  [[noreturn]] void fail(const char* place, std::string_view what, std::string advice = {}) const {
    const std::string_view before = text_.substr(0, static_cast<std::size_t>(place - text_.data()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
    throw Error(Code::bad_text, fmt::format("{}:{}:{}: {}", name_, line, column, what), std::move(advice));
  }

 private:
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  bool at_line_end() const { return at_ == text_.size() || text_[at_] == '\n' || text_[at_] == '\r'; }

  void skip_lines() {
    for (;;) {
      skip_blanks();
      if (at_ < text_.size() && text_[at_] == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (at_ == text_.size() || !at_line_end())
        return;
      else
        ++at_;
    }
  }

  std::string_view next_cell() {
    skip_blanks();
    const bool is_quoted = at_ < text_.size() && text_[at_] == '"';
    const std::string_view cell = is_quoted ? quoted_cell() : plain_cell();
    if (!at_line_end() && text_[at_] != ',') fail(text_.data() + at_, "a comma is missing after the quoted cell");
    return cell;
  }
  std::string_view plain_cell() {
    const std::size_t begin = at_;
    while (!at_line_end() && text_[at_] != ',') ++at_;
    return trimmed(text_.substr(begin, at_ - begin));
  }
  std::string_view quoted_cell() {
    const std::size_t begin = ++at_;
    for (;;) {
      at_ = text_.find('"', at_);
      if (at_ == std::string_view::npos) {
        at_ = text_.size();
        fail(text_.data() + begin - 1, "a quoted cell does not end");
      }
      if (at_ + 1 == text_.size() || text_[at_ + 1] != '"') break;
      at_ += 2;
    }
    const std::string_view cell = text_.substr(begin, at_ - begin);
    ++at_;
    skip_blanks();
    return cell;
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
};

std::string unquoted(std::string_view cell) {
  std::string name;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    name += cell[i];
    if (cell[i] == '"' && cell.substr(i + 1).starts_with('"')) ++i;
  }
  return name;
}

std::vector<std::string> parse_names(Scanner& scanner, std::span<const std::string_view> cells) {
  std::vector<std::string> names;
  for (const std::string_view cell : cells) {
    std::string name = unquoted(cell);
    if (name.empty()) scanner.fail(cell.data(), "a column has no name");
    if (from_decimal<double>(name))
      scanner.fail(cell.data(), fmt::format("'{}' is a number where the name of a column belongs", name),
                   "The first line names the columns, for example id,x,y,vx,vy.");
    if (std::find(names.begin(), names.end(), name) != names.end())
      scanner.fail(cell.data(), fmt::format("two columns are named '{}'", name));
    names.push_back(std::move(name));
  }
  return names;
}

/// The cells as numbers of one type, or nothing if one of them is no such number; then `bad` is its place.
template <class T>
std::optional<std::vector<T>> convert(std::span<const std::string_view> cells, std::size_t& bad) {
  std::vector<T> values;
  values.reserve(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::optional<T> value = from_decimal<T>(cells[i]);
    const bool loses_sign = std::is_integral_v<T> && cells[i].starts_with("-0");
    if (!value || loses_sign) {
      bad = i;
      return std::nullopt;
    }
    values.push_back(*value);
  }
  return values;
}

NpyField parse_column(Scanner& scanner, const std::string& name, std::span<const std::string_view> cells,
                      DType floating) {
  std::size_t bad = 0;
  if (!cells.empty()) {
    if (auto values = convert<std::int64_t>(cells, bad)) return make_field(name, *values);
    if (auto values = convert<std::uint64_t>(cells, bad)) return make_field(name, *values);
  }
  if (floating == DType::f32) {
    if (auto values = convert<float>(cells, bad)) return make_field(name, *values);
  } else {
    if (auto values = convert<double>(cells, bad)) return make_field(name, *values);
  }
  const std::string_view cell = cells[bad];
  if (cell.empty()) scanner.fail(cell.data(), fmt::format("column '{}' has an empty cell", name));
  scanner.fail(cell.data(), fmt::format("'{}' in column '{}' is not a number that {} can hold", cell.substr(0, 40),
                                        name, to_string(floating)));
}

}  // namespace

Npy parse_csv(std::string_view text, const std::string& name, DType floating) {
  if (!is_floating(floating)) throw Error(Code::bad_argument, "parse_csv: 'floating' must be f32 or f64");
  Scanner scanner(text, name);
  std::vector<std::string_view> cells;
  if (!scanner.next_row(cells))
    throw Error(Code::bad_text, fmt::format("'{}' is empty", name), "The first line names the columns.");
  const std::vector<std::string> names = parse_names(scanner, cells);
  std::vector<std::vector<std::string_view>> columns(names.size());
  std::uint64_t rows = 0;
  for (; scanner.next_row(cells); ++rows) {
    if (cells.size() != names.size())
      scanner.fail(cells[0].data(),
                   fmt::format("{} cells in a row, but {} columns in the first line", cells.size(), names.size()));
    for (std::size_t i = 0; i < cells.size(); ++i) columns[i].push_back(cells[i]);
  }
  Npy table{Shape{rows}, {}, true};
  for (std::size_t i = 0; i < names.size(); ++i) {
    table.fields.push_back(parse_column(scanner, names[i], columns[i], floating));
    columns[i] = {};  // the cells of a large table take more room than its numbers
  }
  return table;
}

Npy read_csv(const std::filesystem::path& path, DType floating) {
  return parse_csv(read_file(path), path.string(), floating);
}

}  // namespace lockstep
