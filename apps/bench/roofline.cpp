#include "roofline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report.hpp"

namespace lockstep::bench {
namespace {

using Kind = MachineLimit::Kind;
constexpr Mark kMarks[] = {Mark::circle, Mark::square, Mark::triangle, Mark::diamond};
constexpr DType kTypes[] = {DType::f32, DType::f64, DType::i32, DType::i64};
constexpr int kGrey = 7;

int color_of(const std::string& level) {
  constexpr const char* kLevels[] = {"DRAM", "L1", "L2", "L3", "L4"};
  const auto found = std::find(std::begin(kLevels), std::end(kLevels), level);
  return 1 + static_cast<int>(found - std::begin(kLevels)) % 5;
}

bool belongs(const Row& row, const std::string& device) {
  return row.device == device && row.timed() && !row.job.row->is_about_host() && row.flops() > 0 && row.bytes() > 0;
}

double intensity(const Row& row) { return row.flops() / row.bytes(); }
double rate(const Row& row) { return row.flops() / row.seconds() * 1e-9; }

/// A little more than the values, so that nothing lies on the frame.
Axis axis_around(std::string title, double low, double high) { return {std::move(title), true, low / 2, high * 2}; }

void add_roofs(Chart& chart, const MachineLimits& limits) {
  double peak = 0, fastest = 0;
  for (const MachineLimit& limit : limits.all) {
    if (limit.kind == Kind::throughput) peak = std::max(peak, limit.per_second * 1e-9);
    if (limit.kind == Kind::bandwidth) fastest = std::max(fastest, limit.per_second * 1e-9);
  }
  for (const MachineLimit& limit : limits.all) {
    const double value = limit.per_second * 1e-9;
    if (limit.kind == Kind::bandwidth)
      chart.series.push_back({.name = fmt::format("{} {} GB/s", limit.name, rate_text(limit.per_second)),
                              .x = {chart.x.low, peak / value},
                              .y = {chart.x.low * value, peak},
                              .color = color_of(limit.name),
                              .line = Line::solid});
    if (limit.kind != Kind::throughput) continue;
    const bool is_f32 = limit.type == DType::f32;
    // From the fastest level's roof on: to its left that is the limit.
    chart.series.push_back({.x = {fastest > 0 ? value / fastest : chart.x.low, chart.x.high},
                            .y = {value, value},
                            .color = kGrey,
                            .line = is_f32 ? Line::dashed : Line::dotted});
    chart.series.push_back(
        {.x = {chart.x.high / 1.05},
         .y = {value},
         .labels = {fmt::format("{} {} {}", limit.name, to_string(limit.type), rate_text(limit.per_second))}});
  }
}

void add_rows(Chart& chart, const std::vector<const Row*>& rows) {
  // Each case has its name once, at its fastest row.
  std::map<std::string, const Row*> named;
  for (const Row* row : rows) {
    const Row*& best = named[row->job.row->name];
    if (!best || rate(*row) > rate(*best)) best = row;
  }
  std::map<std::pair<std::string, DType>, Series> groups;
  for (const Row* row : rows) {
    const auto type = std::find(std::begin(kTypes), std::end(kTypes), row->job.type) - std::begin(kTypes);
    Series& s = groups[{row->level, row->job.type}];
    s.color = color_of(row->level);
    s.mark = kMarks[type % 4];
    s.x.push_back(intensity(*row));
    s.y.push_back(rate(*row));
    s.labels.push_back(named[row->job.row->name] == row ? row->job.row->name : "");
  }
  for (auto& [key, series] : groups) chart.series.push_back(std::move(series));
  for (std::size_t t = 0; t < std::size(kTypes); ++t)
    if (std::any_of(rows.begin(), rows.end(), [&](const Row* row) { return row->job.type == kTypes[t]; }))
      chart.series.push_back({.name = std::string(to_string(kTypes[t])), .color = kGrey, .mark = kMarks[t]});
}

}  // namespace

Chart roofline(const std::vector<Row>& rows, const MachineLimits& limits, const std::string& description) {
  std::vector<const Row*> mine;
  for (const Row& row : rows)
    if (belongs(row, limits.device)) mine.push_back(&row);
  double low_x = 0.1, high_x = 10, low_y = 1, high_y = 1;
  for (const Row* row : mine) {
    low_x = std::min(low_x, intensity(*row));
    high_x = std::max(high_x, intensity(*row));
    low_y = std::min(low_y, rate(*row));
  }
  for (const MachineLimit& limit : limits.all)
    if (limit.kind == Kind::throughput) high_y = std::max(high_y, limit.per_second * 1e-9);
  Chart chart{.title = "Roofline of " + limits.device, .subtitle = description};
  chart.x = axis_around("operations / byte", low_x, high_x * 2);
  chart.y = axis_around("10\u2079 operations / s", low_y, high_y);
  add_roofs(chart, limits);
  add_rows(chart, mine);
  return chart;
}

}  // namespace lockstep::bench
