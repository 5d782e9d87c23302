#pragma once

#include <fstream>
#include <map>
#include <sstream>

#include "cells.hpp"

// Results stored by tests/golden/make_numpy.py.

namespace lockstep::test {

inline std::string golden_path(const std::string& name) {
  return std::string(LOCKSTEP_SOURCE_DIR) + "/tests/golden/" + name;
}

/// The lines of a text file that are no comments, each cut into words. Throws if there are none.
inline std::vector<std::vector<std::string>> word_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::vector<std::string>> lines;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    lines.emplace_back();
    for (std::string word; words >> word;) lines.back().push_back(word);
  }
  if (lines.empty()) throw std::runtime_error("no lines in " + path);
  return lines;
}

inline Function function_named(std::string_view name) {
  for (const FunctionInfo& row : all_functions())
    if (row.name == name) return row.function;
  throw std::runtime_error("no function " + std::string(name));
}
inline Reduction reduction_named(std::string_view name) {
  for (const ReductionInfo& row : all_reductions())
    if (row.name == name) return row.reduction;
  throw std::runtime_error("no reduction " + std::string(name));
}

/// values.txt and values.bin: arrays by name, and the calls that gave them.
struct Goldens {
  std::map<std::string, Cells> arrays;
  std::vector<std::vector<std::string>> calls;  ///< function, result, operands
  std::vector<std::vector<std::string>> folds;  ///< reduction, result, operand, rows, columns, axis

  Goldens() {
    std::ifstream file(golden_path("values.bin"), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    for (auto& line : word_lines(golden_path("values.txt"))) {
      if (line[0] == "array") {
        arrays[line.at(1)] =
            read(bytes, *dtype_from_string(line.at(2)), std::stoul(line.at(3)), std::stoul(line.at(4)));
      } else {
        (line[0] == "call" ? calls : folds).emplace_back(line.begin() + 1, line.end());
      }
    }
  }

 private:
  static Cells read(const std::string& bytes, DType type, std::size_t count, std::size_t offset) {
    static_assert(std::endian::native == std::endian::little);
    const std::size_t width = size_of(type);
    if (offset + count * width > bytes.size()) throw std::runtime_error("values.bin is too short");
    Cells out{type, std::vector<std::uint64_t>(count)};
    for (std::size_t i = 0; i < count; ++i) std::memcpy(&out.bits[i], bytes.data() + offset + i * width, width);
    return out;
  }
};

}  // namespace lockstep::test
