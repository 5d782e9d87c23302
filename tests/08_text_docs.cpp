#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "text_support.hpp"

namespace lockstep::test {
namespace {

std::string language_page() {
  std::ifstream file(LOCKSTEP_SOURCE_DIR "/docs/language.md");
  REQUIRE(file.good());
  return (std::ostringstream() << file.rdbuf()).str();
}

/// The rows "| `a` | ..." of a page, as pairs of first cell and the rest of the line.
std::map<std::string, std::string> rows_of(const std::string& page) {
  std::map<std::string, std::string> rows;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    const std::size_t end = line.find('`', 3);
    rows.emplace(line.substr(3, end - 3), line.substr(end + 1));
  }
  return rows;
}

std::string usage(const FunctionInfo& row) {
  constexpr const char* kOperands[] = {"", "(a)", "(a, b)", "(a, b, c)"};
  return std::string(row.name) + kOperands[row.arity];
}

}  // namespace

TEST_SUITE("08 text: docs/language.md") {
  TEST_CASE("the page lists every function with what it does and its operator") {
    const auto rows = rows_of(language_page());
    for (const FunctionInfo& row : all_functions()) {
      const std::string name = usage(row);
      CAPTURE(name);
      REQUIRE(rows.count(name) == 1);
      CHECK(rows.at(name).find(row.what) != std::string::npos);
      std::string syntax(row.syntax);
      if (syntax == "|") syntax = "\\|";  // a bar inside a table
      if (!syntax.empty()) CHECK(rows.at(name).find("`" + syntax + "`") != std::string::npos);
    }
  }
  TEST_CASE("the page lists every reduction and every type") {
    const std::string page = language_page();
    const auto rows = rows_of(page);
    for (const ReductionInfo& row : all_reductions()) {
      CAPTURE(row.name);
      REQUIRE(rows.count(std::string(row.name) + "(x)") == 1);
      CHECK(rows.at(std::string(row.name) + "(x)").find(row.what) != std::string::npos);
    }
    for (const DType type : all_dtypes())
      CHECK(page.find("`" + std::string(to_string(type)) + "`") != std::string::npos);
  }
  TEST_CASE("every example of the page is read, and those with a value have it") {
    const Device d = device();
    std::istringstream lines(language_page());
    bool inside = false;
    int examples = 0;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("```")) inside = line == "```python";
      if (!inside || line.starts_with("```") || line.empty()) continue;
      CAPTURE(line);
      const std::size_t arrow = line.find("# -> ");
      const Array value = evaluated(d, line);
      ++examples;
      if (arrow == std::string::npos) continue;
      const Array expected = evaluated(d, line.substr(arrow + 5));
      CHECK(evaluated(d, "all(a == b)", {{"a", value}, {"b", expected}}).item<bool>());
    }
    CHECK(examples >= 20);
  }
}

}  // namespace lockstep::test
