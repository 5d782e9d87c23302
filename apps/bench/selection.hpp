#pragma once

#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "case.hpp"

namespace lockstep::bench {

/// Which rows to run; what is left empty chooses all.
struct Selection {
  std::vector<std::string> filters{};  ///< parts of a row's name, or regular expressions
  std::vector<DType> types{};
  std::vector<std::uint64_t> sizes{};  ///< in elements; of cases with sizes of their own, those among them
  bool quick = false;
};

/// One row to run.
struct Job {
  const Case* row = nullptr;
  DType type = DType::f32;
  std::uint64_t n = 0;

  /// "triad/f32/2^18": what filters meet and what names the row in files.
  std::string name() const;
};

/// The rows in the order of the table. Throws `bad_argument` for a filter that no row of the table has in its name, and
/// if nothing is left to run.
std::vector<Job> select(const std::vector<Case>& cases, const Selection& selection);

/// The table for people: a line for each case.
std::vector<std::vector<std::string>> list_rows(const std::vector<Case>& cases, const Selection& selection);

/// "2^18" for powers of two from 2^10 up, else in digits.
std::string size_text(std::uint64_t n);
/// A number of elements: "1000", "2^18". Throws `bad_argument` for anything else, for 0 and for more than 2^40.
std::uint64_t parse_size(const std::string& text);
/// "f32". Throws `bad_argument`.
DType parse_type(const std::string& text);

}  // namespace lockstep::bench
