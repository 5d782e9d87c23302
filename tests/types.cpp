// Result types: docs/types.md, the code and NumPy's stored tables say the same.

#include <set>

#include "golden.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// The rows of the table in docs/types.md that follows the line `<!-- table: NAME -->`, cut at the bars and trimmed;
/// the heading is the first. Throws if there is none.
std::vector<std::vector<std::string>> documented(const std::string& name) {
  std::ifstream file(std::string(LOCKSTEP_SOURCE_DIR) + "/docs/types.md");
  std::vector<std::vector<std::string>> rows;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "<!-- table: " + name + " -->") {
      inside = true;
    } else if (inside && line.rfind("|", 0) == 0) {
      if (line.find("|--") == 0 || line.find("| --") == 0) continue;
      std::vector<std::string> cells;
      std::istringstream parts(line.substr(1));
      for (std::string cell; std::getline(parts, cell, '|');) {
        const std::size_t first = cell.find_first_not_of(" `"), last = cell.find_last_not_of(" `");
        cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
      }
      rows.push_back(cells);
    } else if (inside && !rows.empty()) {
      break;
    }
  }
  if (rows.size() < 2) throw std::runtime_error("no table '" + name + "' in docs/types.md");
  return rows;
}

std::set<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::set<std::string> out;
  for (std::string word; in >> word;) out.insert(word.back() == ',' ? word.substr(0, word.size() - 1) : word);
  return out;
}

DType type_named(const std::string& name) { return dtype_from_string(name).value(); }

/// An operand of this type; `int`, `float` and `bool_number` are plain C++ numbers.
Expr operand(const std::string& name) {
  if (name == "int") return 1;
  if (name == "float") return 1.0;
  if (name == "bool_number") return true;
  return test::device().empty({2}, type_named(name));
}

/// The type of the result as a word, - if it is refused.
template <class F>
std::string type_of(F make) {
  try {
    return std::string(to_string(Expr(make()).dtype()));
  } catch (const Error& error) {
    CHECK(error.code() == Code::bad_type);
    return "-";
  }
}

/// A difference from NumPy that docs/types.md states: functions, operands ("any" for all), and both results.
struct Difference {
  std::set<std::string> functions, first, second;
  std::string ours, theirs;
  mutable int used = 0;

  bool covers(const std::string& function, const std::string& a, const std::string& b, const std::string& our,
              const std::string& their) const {
    const auto in = [](const std::set<std::string>& set, const std::string& word) {
      return set.contains("any") || set.contains(word);
    };
    const bool orders =
        b.empty() ? second.empty() && in(first, a) : (in(first, a) && in(second, b)) || (in(first, b) && in(second, a));
    const auto is = [&](const std::string& told, const std::string& type) {
      return told == "the same" ? type == a : told == type;
    };
    if (!functions.contains(function) || !orders || !is(ours, our) || !is(theirs, their)) return false;
    ++used;
    return true;
  }
};

std::vector<Difference> documented_differences() {
  std::vector<Difference> out;
  auto rows = documented("differences");
  rows.erase(rows.begin());
  for (const auto& row : rows)
    out.push_back({words(row.at(0)), words(row.at(1)), words(row.at(2)), row.at(3), row.at(4)});
  return out;
}

}  // namespace

TEST_CASE("the promotion table of docs/types.md is what promote does") {
  const auto rows = documented("promotion");
  REQUIRE(rows.size() == 10);
  for (std::size_t r = 1; r < rows.size(); ++r) {
    REQUIRE(rows[r].size() == 10);
    for (std::size_t c = 1; c < rows[r].size(); ++c) {
      const DType a = type_named(rows[r][0]), b = type_named(rows[0][c]);
      CAPTURE(rows[r][0]);
      CAPTURE(rows[0][c]);
      CHECK(to_string(promote(a, b)) == rows[r][c]);
      CHECK(promote(a, b) == promote(b, a));
    }
  }
}

TEST_CASE("promote is NumPy's promote_types with 16-bit types widened") {
  int checked = 0;
  for (const auto& line : word_lines(golden_path("types.txt"))) {
    if (line[0] != "promote") continue;
    CAPTURE(line[1]);
    CAPTURE(line[2]);
    CHECK(to_string(promote(type_named(line[1]), type_named(line[2]))) == line[3]);
    ++checked;
  }
  CHECK(checked == 81);
}

TEST_CASE("every function's and reduction's result type is NumPy's, but for the differences that docs/types.md lists") {
  const std::vector<Difference> differences = documented_differences();
  std::set<std::string> reductions;
  for (const ReductionInfo& row : all_reductions()) reductions.insert(std::string(row.name));
  int checked = 0;
  for (const auto& line : word_lines(golden_path("types.txt"))) {
    const std::string& name = line[0];
    if (name == "promote") continue;
    const std::string a = line[1], b = line.size() > 3 ? line[2] : "";
    const std::string theirs = line.back();
    const std::string ours = type_of([&] {
      if (reductions.contains(name)) return reduce(reduction_named(name), operand(a));
      std::vector<Expr> operands{operand(a)};
      if (!b.empty()) operands.push_back(operand(b));
      return call(function_named(name), operands);
    });
    const bool told = ours != theirs && std::any_of(differences.begin(), differences.end(), [&](const Difference& d) {
                        return d.covers(name, a, b, ours, theirs);
                      });
    CHECK_MESSAGE((ours == theirs || told),
                  name << " of " << a << " and " << b << ": " << ours << ", NumPy " << theirs);
    ++checked;
  }
  CHECK(checked > 3000);
  for (const Difference& d : differences)
    CHECK_MESSAGE(d.used > 0, "docs/types.md lists a difference that is none: " << *d.functions.begin());
}

TEST_CASE("the types of the documentation are those of the library, by both names") {
  auto rows = documented("types");
  rows.erase(rows.begin());
  CHECK(rows.size() == static_cast<std::size_t>(kDTypeCount));
  for (const auto& row : rows) {
    CAPTURE(row[0]);
    const std::optional<DType> type = dtype_from_string(row[0]);
    REQUIRE(type);
    CHECK(dtype_from_string(row[1]) == type);
    CHECK(std::to_string(size_of(*type)) == row[2]);
    CHECK(to_string(*type) == row[0]);
  }
  CHECK_FALSE(dtype_from_string("f16"));
  CHECK_FALSE(dtype_from_string(""));
  CHECK_FALSE(dtype_from_string("F32"));
}

TEST_CASE("the reductions' result types are those of docs/types.md") {
  auto rows = documented("reductions");
  const std::vector<std::string> heading = rows.front();
  rows.erase(rows.begin());
  std::set<std::string> named;
  for (const auto& row : rows)
    for (const std::string& name : words(row[0])) {
      named.insert(name);
      for (std::size_t c = 1; c < row.size(); ++c)
        for (const std::string& type : words(heading[c])) {
          CAPTURE(name);
          CAPTURE(type);
          CHECK(type_of([&] { return reduce(reduction_named(name), operand(type)); }) ==
                (row[c] == "the same" ? type : row[c]));
        }
    }
  CHECK(named.size() == all_reductions().size());
}
