#pragma once

#include <cairo.h>

#include <filesystem>
#include <memory>
#include <string>

namespace lockstep::bench {

struct Color {
  double red = 0, green = 0, blue = 0, alpha = 1;
};

struct Box {
  double x = 0, y = 0, width = 0, height = 0;

  bool overlaps(const Box& other) const {
    return x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height;
  }
  bool contains(const Box& other) const {
    return other.x >= x && other.y >= y && other.x + other.width <= x + width && other.y + other.height <= y + height;
  }
};

enum class Align { left, center, right };

/// A picture under way: Cairo behind a few calls. Lengths are in points, y grows downwards.
class Canvas {
 public:
  /// `suffix`: ".svg", ".png" or ".pdf".
  Canvas(const std::string& suffix, double width, double height);

  void color(const Color& c) { cairo_set_source_rgba(context(), c.red, c.green, c.blue, c.alpha); }
  void line_width(double width) { cairo_set_line_width(context(), width); }
  /// Lengths of dash and gap; 0 for an unbroken line.
  void dash(double on, double off);
  void clip(const Box& box);
  void unclip() { cairo_reset_clip(context()); }
  void line(double x0, double y0, double x1, double y1);
  void rectangle(const Box& box, bool fill);
  void font(double size, bool bold = false);
  double text_width(const std::string& text);
  /// `y` is the base line.
  void text(double x, double y, const std::string& text, Align align = Align::left);
  void vertical_text(double x, double y, const std::string& text);
  cairo_t* context() const noexcept { return context_.get(); }

  /// Ends the picture and gives the bytes of its file. Throws `device` if Cairo failed.
  std::string finish();

 private:
  struct Free {
    void operator()(cairo_surface_t* s) const { cairo_surface_destroy(s); }
    void operator()(cairo_t* c) const { cairo_destroy(c); }
  };
  bool is_png_;
  std::string bytes_;
  std::unique_ptr<cairo_surface_t, Free> surface_;
  std::unique_ptr<cairo_t, Free> context_;
};

}  // namespace lockstep::bench
