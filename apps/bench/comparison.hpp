#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::bench {

/// The samples of each row of a results file, by name.
using Results = std::map<std::string, std::vector<double>>;

/// What is compared.
enum class Measure {
  time,   ///< samples in seconds
  share,  ///< in times of the hand-written loop beside the row, of rows that have one: it takes out much of the machine
};

/// Reads a file that `lockstep bench --json` or Google Benchmark wrote. Of the latter, repetitions of one name are its
/// samples; aggregates, rows with an error and the loops beside the rows are left out. Throws `file`, and `bad_text`
/// for what is no such file.
Results read_results(const std::filesystem::path& path, Measure measure = Measure::time);
Results parse_results(std::string_view text, const std::string& name, Measure measure = Measure::time);

enum class Verdict { same, faster, slower, ambiguous };
std::string_view to_string(Verdict verdict) noexcept;

/// What counts as a difference.
struct Judgement {
  double threshold = 0.05;      ///< of the old median: less does not matter
  double significance = 0.001;  ///< of the rank test: below it chance is not the reason
};

/// How a row changed.
struct Change {
  std::string name;
  double before = 0, after = 0;  ///< medians of the samples
  double probability = 1;        ///< that chance alone gave this difference of ranks
  Verdict verdict = Verdict::ambiguous;
};

/// same: the medians are within the threshold. faster and slower: beyond it, and not by chance. ambiguous: beyond it,
/// but it may be chance, so that more samples are needed.
Change judge(const std::string& name, const std::vector<double>& before, const std::vector<double>& after,
             const Judgement& judgement);

struct Comparison {
  std::vector<Change> changes;  ///< of the rows that both have, by name
  std::vector<std::string> only_before, only_after;

  std::size_t count(Verdict verdict) const;
};
Comparison compare(const Results& before, const Results& after, const Judgement& judgement);

/// The rows of a table for people, and how many there are of each verdict.
std::vector<std::vector<std::string>> table_rows(const Comparison& comparison, Measure measure = Measure::time);
std::string closing_line(const Comparison& comparison);
std::string to_json(const Comparison& comparison, Measure measure = Measure::time);

}  // namespace lockstep::bench
