#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scaling.hpp"

namespace lockstep::bench {
namespace {

/// From one thread to `last` in even steps of their ratio. Axes reach a little farther, so that no point lies on them.
std::vector<double> threads_up_to(double last) {
  std::vector<double> all;
  for (int i = 0; i <= 60; ++i) all.push_back(std::pow(last, i / 60.0));
  return all;
}

template <class F>
Series curve(std::string name, const std::vector<double>& x, int color, Line line, F f) {
  Series s{.name = std::move(name), .x = x, .color = color, .line = line};
  for (const double v : x) s.y.push_back(f(v));
  return s;
}

/// The measured points of one column, with bars that show the spread of the times.
template <class F>
Series measured(std::string name, const ScalingReport& report, int color, Mark mark, F f) {
  Series s{.name = std::move(name), .color = color, .mark = mark};
  for (const ScalingRow& row : report.rows) {
    const double y = f(row);
    s.x.push_back(row.threads);
    s.y.push_back(y);
    s.low.push_back(y / (1 + row.spread));
    s.high.push_back(y * (1 + row.spread));
  }
  return s;
}

}  // namespace

std::vector<Chart> scaling_charts(const ScalingReport& report, const std::string& what) {
  const bool weak = report.mode == ScalingMode::weak;
  const double most = report.rows.back().threads, last = std::max(2.0, 2 * most) * 1.07;
  const std::vector<double> x = threads_up_to(last);
  const std::string scaled = weak ? "scaled speedup" : "speedup";
  const auto& fit = weak ? report.gustafson : report.amdahl;
  const auto law = [&](double p) { return weak ? gustafson(p, fit->serial) : amdahl(1 - fit->serial, p); };
  const std::string law_name =
      fit ? fmt::format("{}, s = {:.3g}", weak ? "Gustafson" : "Amdahl", fit->serial) : std::string();

  Chart speed{.title = fmt::format("{} scaling: {}", weak ? "Weak" : "Strong", scaled), .subtitle = what};
  speed.x = {report.unit + "s", true, 0.93, last};
  double top = last;
  for (const ScalingRow& row : report.rows) top = std::max({top, 1.1 * row.relative, 1.1 * row.absolute});
  double bottom = 0.93;
  for (const ScalingRow& row : report.rows) bottom = std::min({bottom, row.relative * 0.9, row.absolute * 0.9});
  speed.y = {scaled, true, bottom, top};
  speed.series.push_back(curve("linear", x, 7, Line::dotted, [](double p) { return p; }));
  if (fit) speed.series.push_back(curve(law_name, x, 1, Line::dashed, law));
  speed.series.push_back(measured("relative", report, 1, Mark::circle, [](const auto& row) { return row.relative; }));
  speed.series.push_back(measured("absolute", report, 2, Mark::square, [](const auto& row) { return row.absolute; }));

  Chart part{.title = "Efficiency", .subtitle = "relative speedup per " + report.unit};
  double best = 1.1;
  for (const ScalingRow& row : report.rows) best = std::max(best, 1.1 * row.efficiency);
  part.x = {report.unit + "s", true, 0.93, last};
  part.y = {"efficiency", false, 0, best};
  part.series.push_back(curve("linear", x, 7, Line::dotted, [](double) { return 1.0; }));
  if (fit) part.series.push_back(curve(law_name, x, 1, Line::dashed, [&](double p) { return law(p) / p; }));
  part.series.push_back(measured("measured", report, 1, Mark::circle, [](const auto& row) { return row.efficiency; }));
  return {speed, part};
}

}  // namespace lockstep::bench
