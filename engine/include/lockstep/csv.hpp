#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "lockstep/npy.hpp"

namespace lockstep {

// Tables of numbers as comma-separated text (RFC 4180): the first line names the columns; cells may be quoted; spaces
// around cells, blank lines and lines that begin with '#' are skipped. In memory a table is what NumPy would make of
// it: a structured array with one axis and a field per column.

/// Reads a table. A column in which every cell is an integer becomes i64, or u64 if it needs to; any other becomes
/// `floating` (f32 or f64), each cell rounded once. "nan" and "inf" are numbers.
/// Throws `file` if it cannot be read, `bad_text` with line and column for what is no table of numbers.
Npy read_csv(const std::filesystem::path& path, DType floating = DType::f64);
/// The same from memory; `name` stands in messages.
Npy parse_csv(std::string_view text, const std::string& name, DType floating = DType::f64);

/// Writes a table, each number in the shortest form that reads back to the same bits, by way of a temporary file: the
/// name appears complete or not at all. Throws `file`, `disk` if that is full, `bad_argument` if `table` has other than
/// one axis.
void write_csv(const std::filesystem::path& path, const Npy& table);
/// The same to memory.
std::string format_csv(const Npy& table);

}  // namespace lockstep
