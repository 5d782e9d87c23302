#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

namespace lockstep::bench {
namespace {

/// Three significant digits without an exponent.
std::string three_digits(double value) {
  return value >= 99.95   ? fmt::format("{:.0f}", value)
         : value >= 9.995 ? fmt::format("{:.1f}", value)
                          : fmt::format("{:.2f}", value);
}
std::string rate(double amount, double seconds) {
  return amount > 0 && seconds > 0 ? three_digits(amount / seconds * 1e-9) : "-";
}

}  // namespace

std::string rate_text(double per_second) { return three_digits(per_second * 1e-9); }

std::string time_text(double seconds) {
  struct Unit {
    double seconds;
    const char* name;
  };
  for (const Unit unit : {Unit{1, "s"}, Unit{1e-3, "ms"}, Unit{1e-6, "us"}})
    if (seconds >= 0.9995 * unit.seconds) return fmt::format("{} {}", three_digits(seconds / unit.seconds), unit.name);
  return fmt::format("{} ns", three_digits(seconds * 1e9));
}

Layout layout_of(const std::vector<Job>& jobs, bool several_devices) {
  Layout layout{several_devices};
  for (const Job& job : jobs) layout.name_width = std::max(layout.name_width, job.row->name.size());
  return layout;
}

std::string heading_line(const Layout& layout) {
  std::string line = fmt::format("{:<{}} {:<4} {:>6} {:<5}", "case", layout.name_width, "type", "n", "level");
  if (layout.several_devices) line += fmt::format(" {:<10}", "device");
  line += fmt::format(" {:>9} {:>5} {:>7} {:>7} {:>6} {:>6}", "time", "+-", "GB/s", "GFLOP/s", "limit", "peer");
  if (layout.several_devices) line += fmt::format(" {:>6} {:<6}", "ratio", "bits");
  return line + "\n";
}

std::string row_line(const Row& row, const Row& first, const Layout& layout) {
  std::string line = fmt::format("{:<{}} {:<4} {:>6} {:<5}", row.job.row->name, layout.name_width,
                                 to_string(row.job.type), size_text(row.job.n), row.level);
  if (layout.several_devices) line += fmt::format(" {:<10}", row.device);
  if (!row.timed())
    return line + (row.wrong.empty() ? row.skipped.empty() ? "     right" : "   skipped" : "     WRONG") + "\n";
  const Summary summary = summarize(row.samples.seconds);
  const double seconds = summary.median;
  line += fmt::format(" {:>9} {:>4.0f}% {:>7} {:>7}", time_text(seconds), 100 * summary.spread(),
                      rate(row.bytes(), seconds), rate(row.flops(), seconds));
  line += fmt::format(" {:>6} {:>6}",
                      row.limit_seconds() > 0 ? fmt::format("{:.0f}%", 100 * row.limit_seconds() / seconds) : "-",
                      row.peer ? fmt::format("{:.2f}x", row.peer->median() / seconds) : "-");
  if (layout.several_devices)
    line += fmt::format(" {:>6} {:<6}", first.timed() ? fmt::format("{:.2f}x", first.seconds() / seconds) : "-",
                        row.same_bits ? "same" : "differ");
  line = line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  for (const auto& library : row.libraries)
    line += fmt::format("  {:<{}} {:>9}       {:>7} {:>7} {:>13.2f}x\n", library->name,
                        layout.name_width + (layout.several_devices ? 27 : 16), time_text(library->median()),
                        rate(row.bytes(), library->median()), rate(row.flops(), library->median()),
                        library->median() / seconds);
  return line;
}

std::string limit_lines(const std::vector<Row>& rows) {
  constexpr std::string_view kBandwidth[] = {"copy", "triad", "dot", "sum"};
  std::map<std::string, std::map<std::string_view, double>> levels;  // the best of all sizes and types
  std::string text, throughput;
  for (const Row& row : rows) {
    if (!row.limit) continue;
    for (const std::string_view name : kBandwidth) {
      double& best = levels[row.level][name];
      if (row.job.row->name == name) best = std::max(best, row.bytes() / row.limit->median());
    }
    // A step of a particle is a square root and two divisions.
    if (row.job.row->name == "orbit")
      throughput += fmt::format("  {:<5} {} e9 square roots and divisions/s (orbit, n = {})\n", to_string(row.job.type),
                                three_digits(0.3 * row.flops() / row.limit->median() * 1e-9), size_text(row.job.n));
  }
  for (const auto& [level, rates] : levels) {
    std::string line;
    for (const auto& [name, rate] : rates)
      if (rate > 0) line += fmt::format("  {} {}", name, three_digits(rate * 1e-9));
    if (!line.empty()) text += fmt::format("  {:<5}{} GB/s\n", level, line);
  }
  text += throughput;
  return text.empty() ? text : "\nThe hand-written loops reach:\n" + text;
}

std::string problem_lines(const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) {
    if (!row.wrong.empty()) text += fmt::format("wrong: {} on {}: {}\n", row.job.name(), row.device, row.wrong);
    for (const std::string& library : row.left_out)
      text += fmt::format("left out: {} on {}: {}\n", row.job.name(), row.device, library);
    if (!row.skipped.empty()) text += fmt::format("skipped: {} on {}: {}\n", row.job.name(), row.device, row.skipped);
    if (!row.same_bits) text += fmt::format("other bits: {} on {}\n", row.job.name(), row.device);
  }
  return text;
}

bool are_good(const std::vector<Row>& rows) {
  return std::all_of(rows.begin(), rows.end(), [](const Row& row) { return row.wrong.empty() && row.same_bits; });
}

}  // namespace lockstep::bench
