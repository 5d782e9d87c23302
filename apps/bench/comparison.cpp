#include "comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "lockstep/error.hpp"
#include "lockstep/npy.hpp"
#include "report.hpp"
#include "statistics.hpp"

namespace lockstep::bench {
namespace {

using Json = nlohmann::ordered_json;

double unit_of(const std::string& name) {
  constexpr std::pair<std::string_view, double> kUnits[] = {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}};
  for (const auto& [unit, seconds] : kUnits)
    if (name == unit) return seconds;
  throw std::invalid_argument("time_unit '" + name + "'");
}

/// True for the loops beside the rows: where those change, the machine did.
bool is_loop(const Json& entry) {
  const std::string device = entry.value("device", "");
  return device == "limit" || device == "peer";
}

/// Adds the samples of one entry; throws what the JSON library throws for a member that is missing or of another kind.
void add_entry(Results& results, const Json& entry, Measure measure) {
  if (entry.value("run_type", "iteration") == "aggregate" || entry.value("error_occurred", false)) return;
  if (is_loop(entry)) return;
  double unit = unit_of(entry.value("time_unit", "ns"));
  if (measure == Measure::share) {
    if (!entry.contains("limit_share")) return;
    const double limit = entry.at("limit_share").get<double>() * entry.at("real_time").get<double>();
    if (!(limit > 0) || std::isinf(limit)) throw std::invalid_argument("a limit_share that is no share");
    unit = 1 / limit;
  }
  std::vector<double> samples = {entry.at("real_time").get<double>()};
  if (entry.contains("samples")) samples = entry.at("samples").get<std::vector<double>>();
  std::vector<double>& all = results[entry.at("name").get<std::string>()];
  for (const double sample : samples) {
    if (!(sample >= 0) || std::isinf(sample)) throw std::invalid_argument("a time that is negative or infinite");
    all.push_back(sample * unit);
  }
}

std::string change_text(double ratio) { return fmt::format("{:+.1f}%", 100 * (ratio - 1)); }

}  // namespace

Results read_results(const std::filesystem::path& path, Measure measure) {
  return parse_results(read_file(path), path.string(), measure);
}

Results parse_results(std::string_view text, const std::string& name, Measure measure) {
  const auto refuse = [&](std::string_view why) {
    return Error(Code::bad_text, fmt::format("'{}' holds no benchmark results: {}", name, why),
                 "Give files that `lockstep bench --json FILE` wrote.");
  };
  try {
    Results results;
    const Json document = Json::parse(text);
    for (const Json& entry : document.at("benchmarks")) add_entry(results, entry, measure);
    return results;
  } catch (const Json::parse_error&) {
    throw refuse("it is no JSON");
  } catch (const Json::exception&) {
    throw refuse("'benchmarks' or a member of its entries is missing or of another kind");
  } catch (const std::invalid_argument& error) {
    throw refuse(error.what());
  }
}

std::string_view to_string(Verdict verdict) noexcept {
  constexpr std::string_view kNames[] = {"same", "faster", "slower", "ambiguous"};
  return kNames[static_cast<std::size_t>(verdict)];
}

Change judge(const std::string& name, const std::vector<double>& before, const std::vector<double>& after,
             const Judgement& judgement) {
  Change change{name, summarize(before).median, summarize(after).median, rank_test(before, after), {}};
  if (std::abs(change.after - change.before) <= judgement.threshold * change.before)
    change.verdict = Verdict::same;
  else if (change.probability >= judgement.significance)
    change.verdict = Verdict::ambiguous;
  else
    change.verdict = change.after < change.before ? Verdict::faster : Verdict::slower;
  return change;
}

std::size_t Comparison::count(Verdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(changes.begin(), changes.end(), [&](const Change& c) { return c.verdict == verdict; }));
}

Comparison compare(const Results& before, const Results& after, const Judgement& judgement) {
  Comparison comparison;
  for (const auto& [name, samples] : before) {
    const auto other = after.find(name);
    if (other == after.end())
      comparison.only_before.push_back(name);
    else
      comparison.changes.push_back(judge(name, samples, other->second, judgement));
  }
  for (const auto& [name, samples] : after)
    if (!before.contains(name)) comparison.only_after.push_back(name);
  return comparison;
}

std::vector<std::vector<std::string>> table_rows(const Comparison& comparison, Measure measure) {
  const auto text = [&](double sample) {
    return measure == Measure::time ? time_text(sample) : fmt::format("{:.0f}%", 100 / sample);
  };
  std::vector<std::vector<std::string>> rows = {{"ROW", "OLD", "NEW", "CHANGE", "P", "VERDICT"}};
  for (const Change& c : comparison.changes)
    rows.push_back({c.name, text(c.before), text(c.after), change_text(c.after / c.before),
                    fmt::format("{:.2g}", c.probability), std::string(to_string(c.verdict))});
  return rows;
}

std::string closing_line(const Comparison& comparison) {
  std::string text;
  for (const Verdict verdict : {Verdict::same, Verdict::faster, Verdict::slower, Verdict::ambiguous})
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", comparison.count(verdict), to_string(verdict));
  if (!comparison.only_before.empty()) text += fmt::format(", {} only in OLD", comparison.only_before.size());
  if (!comparison.only_after.empty()) text += fmt::format(", {} only in NEW", comparison.only_after.size());
  return text + "\n";
}

std::string to_json(const Comparison& comparison, Measure measure) {
  const bool is_time = measure == Measure::time;
  const double unit = is_time ? 1e9 : 1;
  Json changes = Json::array();
  for (const Change& c : comparison.changes)
    changes.push_back({{"name", c.name},
                       {"old", c.before * unit},
                       {"new", c.after * unit},
                       {"time_unit", is_time ? "ns" : "times of the limit"},
                       {"probability", c.probability},
                       {"verdict", to_string(c.verdict)}});
  const Json document = {
      {"changes", changes}, {"only_old", comparison.only_before}, {"only_new", comparison.only_after}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lockstep::bench
