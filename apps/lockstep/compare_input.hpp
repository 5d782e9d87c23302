#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "lockstep/npy.hpp"

namespace lockstep::app {

/// One side of a comparison: an array, a table, or a run with its record.
struct CompareInput {
  std::string name;  ///< of the file that holds the state
  Npy state;
  bool is_text = false;       ///< a column's type was guessed from its text
  std::optional<Npy> thermo;  ///< of a run: the table of diagnostics by step
  std::string state_hash;     ///< of a run; empty if its record has none
};

/// Reads a .npy file, a .csv table, or a run's folder (final.csv or final.npy; thermo.csv and run.json if they are
/// there). `floating` is the type of a table's floating columns; without it the run's record says it, else f64. Throws
/// `file` for what is not there, as well as what the readers throw.
CompareInput read_compare_input(const std::filesystem::path& path, std::optional<DType> floating);

/// Gives integer columns of a text the type that the other side has, where that loses nothing.
void reconcile(CompareInput& a, CompareInput& b);

}  // namespace lockstep::app
