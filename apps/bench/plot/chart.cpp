// Charts by Cairo: axes with ticks, series, labels where there is room, a legend at the right.
#include "chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "canvas.hpp"
#include "lockstep/error.hpp"
#include "lockstep/npy.hpp"
#include "ticks.hpp"

namespace lockstep::bench {
namespace {

// Of K. Okabe and M. Ito, "Color universal design", 2008, which the colour-blind can tell apart; black first.
constexpr Color kPalette[] = {{0, 0, 0},           {0, 0.447, 0.698},     {0.835, 0.369, 0}, {0, 0.62, 0.451},
                              {0.8, 0.475, 0.655}, {0.337, 0.706, 0.914}, {0.902, 0.624, 0}, {0.5, 0.5, 0.5}};
constexpr double kWidth = 760, kHeight = 480;
constexpr double kLeft = 62, kTop = 52, kBottom = 50, kLegend = 168, kMarkSize = 3.6;
constexpr double kTextSize = 11, kLabelSize = 9;

Color color_of(const Series& s) { return kPalette[static_cast<std::size_t>(s.color) % std::size(kPalette)]; }

/// From values to places, for one chart whose frame is `frame`.
class Map {
 public:
  Map(const Chart& chart, const Box& frame) : chart_(chart), frame_(frame) {}

  std::optional<double> x(double value) const {
    const auto part = part_of(chart_.x, value);
    return part ? std::optional(frame_.x + *part * frame_.width) : std::nullopt;
  }
  std::optional<double> y(double value) const {
    const auto part = part_of(chart_.y, value);
    return part ? std::optional(frame_.y + (1 - *part) * frame_.height) : std::nullopt;
  }

 private:
  static std::optional<double> part_of(const Axis& axis, double v) {
    if (!std::isfinite(v) || (axis.logarithmic && !(v > 0))) return std::nullopt;
    if (axis.logarithmic) return std::log(v / axis.low) / std::log(axis.high / axis.low);
    return (v - axis.low) / (axis.high - axis.low);
  }

  const Chart& chart_;
  Box frame_;
};

void draw_mark(Canvas& canvas, Mark mark, const Color& color, double x, double y) {
  cairo_t* c = canvas.context();
  canvas.color(color);
  const double r = kMarkSize;
  cairo_new_path(c);
  switch (mark) {
    case Mark::none:
      return;
    case Mark::circle:
      cairo_arc(c, x, y, r, 0, 6.283185307179586);
      break;
    case Mark::square:
      cairo_rectangle(c, x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
      break;
    case Mark::triangle:
      cairo_move_to(c, x, y - r * 1.2);
      cairo_line_to(c, x + r * 1.1, y + r * 0.8);
      cairo_line_to(c, x - r * 1.1, y + r * 0.8);
      cairo_close_path(c);
      break;
    case Mark::diamond:
      cairo_move_to(c, x, y - r * 1.3);
      cairo_line_to(c, x + r * 1.1, y);
      cairo_line_to(c, x, y + r * 1.3);
      cairo_line_to(c, x - r * 1.1, y);
      cairo_close_path(c);
      break;
  }
  // A rim keeps marks apart that lie on each other.
  cairo_fill_preserve(c);
  canvas.color({1, 1, 1});
  canvas.line_width(0.7);
  cairo_stroke(c);
}

void set_line(Canvas& canvas, Line line) {
  canvas.line_width(1.4);
  line == Line::dashed ? canvas.dash(6, 4) : line == Line::dotted ? canvas.dash(1.5, 3) : canvas.dash(0, 0);
}

class Drawing {
 public:
  Drawing(Canvas& canvas, const Chart& chart, double left)
      : canvas_(canvas),
        chart_(chart),
        frame_{left + kLeft, kTop, kWidth - kLeft - kLegend, kHeight - kTop - kBottom},
        map_(chart, frame_) {}

  void draw() {
    axes();
    canvas_.clip(frame_);
    for (const Series& s : chart_.series) lines(s);
    for (const Series& s : chart_.series) bars(s);
    canvas_.unclip();
    for (const Series& s : chart_.series) points(s);
    for (const Series& s : chart_.series) labels(s);
    titles();
    legend();
  }

 private:
  void axes() {
    canvas_.font(kTextSize);
    canvas_.dash(0, 0);
    for (const Tick& tick : ticks_of(chart_.x, 9)) {
      const double x = *map_.x(tick.value);
      grid(tick, x, frame_.y, x, frame_.y + frame_.height);
      canvas_.text(x, frame_.y + frame_.height + 15, tick.text, Align::center);
    }
    for (const Tick& tick : ticks_of(chart_.y, 9)) {
      const double y = *map_.y(tick.value);
      grid(tick, frame_.x, y, frame_.x + frame_.width, y);
      canvas_.text(frame_.x - 6, y + 4, tick.text, Align::right);
    }
    canvas_.line_width(1);
    canvas_.rectangle(frame_, false);
  }
  void grid(const Tick& tick, double x0, double y0, double x1, double y1) {
    canvas_.line_width(0.6);
    canvas_.color(tick.text.empty() ? Color{0.95, 0.95, 0.95} : Color{0.84, 0.84, 0.84});
    canvas_.line(x0, y0, x1, y1);
    canvas_.color({});
  }

  void lines(const Series& s) {
    if (s.line == Line::none) return;
    canvas_.color(color_of(s));
    set_line(canvas_, s.line);
    cairo_new_path(canvas_.context());
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      const auto x = map_.x(s.x[i]), y = map_.y(s.y[i]);
      if (x && y) cairo_line_to(canvas_.context(), *x, *y);
    }
    cairo_stroke(canvas_.context());
    canvas_.dash(0, 0);
  }

  /// From the low to the high end of each point's spread, however far out of the frame they are.
  void bars(const Series& s) {
    canvas_.color(color_of(s));
    canvas_.line_width(1);
    for (std::size_t i = 0; i < s.low.size(); ++i) {
      const auto x = map_.x(s.x[i]), low = map_.y(s.low[i]), high = map_.y(s.high[i]);
      if (x && low && high) canvas_.line(*x, *low, *x, *high);
    }
  }

  void points(const Series& s) {
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      const auto x = map_.x(s.x[i]), y = map_.y(s.y[i]);
      if (!x || !y || s.mark == Mark::none) continue;
      draw_mark(canvas_, s.mark, color_of(s), *x, *y);
      taken_.push_back({*x - kMarkSize, *y - kMarkSize, 2 * kMarkSize, 2 * kMarkSize});
    }
  }

  /// Each label goes to the first of some places around its point where it lies on nothing; without one it is left out.
  void labels(const Series& s) {
    canvas_.font(kLabelSize);
    canvas_.color(color_of(s));
    for (std::size_t i = 0; i < s.labels.size(); ++i) {
      const auto x = map_.x(s.x[i]), y = map_.y(s.y[i]);
      if (!x || !y || s.labels[i].empty()) continue;
      const double width = canvas_.text_width(s.labels[i]), height = kLabelSize;
      for (const double gap : {6.0, 9.0, 14.0}) {
        std::array<Box, 8> places = {{{*x + gap, *y - height / 2, width, height},
                                      {*x - gap - width, *y - height / 2, width, height},
                                      {*x - width / 2, *y - gap - height, width, height},
                                      {*x - width / 2, *y + gap, width, height},
                                      {*x + gap * 0.7, *y - gap * 0.7 - height, width, height},
                                      {*x - gap * 0.7 - width, *y - gap * 0.7 - height, width, height},
                                      {*x + gap * 0.7, *y + gap * 0.7, width, height},
                                      {*x - gap * 0.7 - width, *y + gap * 0.7, width, height}}};
        // What names a line stands above its end.
        if (s.mark == Mark::none) std::swap(places[0], places[5]);
        const auto place = std::find_if(places.begin(), places.end(), [&](const Box& b) { return is_free(b); });
        if (place == places.end()) continue;
        canvas_.color({1, 1, 1, 0.75});
        canvas_.rectangle({place->x - 1, place->y, place->width + 2, place->height + 1}, true);
        canvas_.color(color_of(s));
        canvas_.text(place->x, place->y + height - 1.5, s.labels[i]);
        taken_.push_back(*place);
        break;
      }
    }
    canvas_.color({});
  }
  bool is_free(const Box& box) const {
    return frame_.contains(box) &&
           std::none_of(taken_.begin(), taken_.end(), [&](const Box& b) { return b.overlaps(box); });
  }

  void titles() {
    canvas_.color({});
    canvas_.font(14, true);
    canvas_.text(frame_.x, 22, chart_.title);
    canvas_.font(kTextSize);
    canvas_.color({0.35, 0.35, 0.35});
    canvas_.text(frame_.x, 40, chart_.subtitle);
    canvas_.color({});
    canvas_.text(frame_.x + frame_.width / 2, kHeight - 14, chart_.x.title, Align::center);
    canvas_.vertical_text(frame_.x - kLeft + 16, frame_.y + frame_.height / 2, chart_.y.title);
  }

  void legend() {
    const double x = frame_.x + frame_.width + 14;
    double y = frame_.y + 8;
    canvas_.font(kTextSize - 1);
    for (const Series& s : chart_.series) {
      if (s.name.empty()) continue;
      canvas_.color(color_of(s));
      set_line(canvas_, s.line);
      if (s.line != Line::none) canvas_.line(x, y, x + 20, y);
      canvas_.dash(0, 0);
      draw_mark(canvas_, s.mark, color_of(s), x + 10, y);
      canvas_.color({});
      canvas_.text(x + 26, y + 3.5, s.name);
      y += 16;
    }
  }

  Canvas& canvas_;
  const Chart& chart_;
  Box frame_;
  Map map_;
  std::vector<Box> taken_;  // by marks and labels
};

}  // namespace

bool can_draw() noexcept { return true; }

void check_chart_file(const std::filesystem::path& file) {
  const std::string suffix = file.extension().string();
  if (suffix != ".svg" && suffix != ".png" && suffix != ".pdf")
    throw Error(Code::bad_argument, "'" + file.string() + "' does not say which kind of picture it shall be",
                "Give a name that ends in .svg, .png or .pdf.");
}

void write_charts(const std::filesystem::path& file, std::span<const Chart> charts) {
  check_chart_file(file);
  Canvas canvas(file.extension().string(), kWidth * static_cast<double>(charts.size()), kHeight);
  for (std::size_t i = 0; i < charts.size(); ++i) Drawing(canvas, charts[i], kWidth * static_cast<double>(i)).draw();
  write_file(file, canvas.finish());
}

}  // namespace lockstep::bench
