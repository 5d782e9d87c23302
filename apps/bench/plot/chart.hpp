#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace lockstep::bench {

enum class Mark { none, circle, square, triangle, diamond };
enum class Line { none, solid, dashed, dotted };

/// Points, or a line through them.
struct Series {
  std::string name{};                 ///< in the legend; empty: not there
  std::vector<double> x{}, y{};       ///< what is not finite, or not positive on a logarithmic axis, is left out
  std::vector<double> low{}, high{};  ///< ends of vertical bars, or empty
  std::vector<std::string> labels{};  ///< beside the points, where there is room; or empty
  int color = 0;                      ///< of the palette, see chart.cpp
  Mark mark = Mark::none;
  Line line = Line::none;
};

struct Axis {
  std::string title{};
  bool logarithmic = false;
  double low = 0, high = 1;
};

/// One diagram.
struct Chart {
  std::string title{}, subtitle{};
  Axis x{}, y{};
  std::vector<Series> series{};
};

/// True if this build can draw.
bool can_draw() noexcept;

/// Throws `unsupported` if this build cannot draw, `bad_argument` if the name ends in none of .svg, .png and .pdf, and
/// `file` if the file could not be written: to be asked before a long measurement.
void check_chart_file(const std::filesystem::path& file);

/// Draws charts beside each other, in the format that the file's name ends in. Throws as `check_chart_file`.
void write_charts(const std::filesystem::path& file, std::span<const Chart> charts);

}  // namespace lockstep::bench
