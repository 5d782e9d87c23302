#include "canvas.hpp"

#include <cairo-pdf.h>
#include <cairo-svg.h>

#include "lockstep/error.hpp"

namespace lockstep::bench {
namespace {

constexpr double kPngScale = 2;  // pixels for a point

cairo_status_t append(void* to, const unsigned char* data, unsigned length) {
  static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

cairo_surface_t* make_surface(const std::string& suffix, double width, double height, std::string& bytes) {
  if (suffix == ".svg") return cairo_svg_surface_create_for_stream(append, &bytes, width, height);
  if (suffix == ".pdf") return cairo_pdf_surface_create_for_stream(append, &bytes, width, height);
  return cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(width * kPngScale),
                                    static_cast<int>(height * kPngScale));
}

}  // namespace

Canvas::Canvas(const std::string& suffix, double width, double height)
    : is_png_(suffix == ".png"),
      surface_(make_surface(suffix, width, height, bytes_)),
      context_(cairo_create(surface_.get())) {
  if (is_png_) cairo_scale(context(), kPngScale, kPngScale);
  color({1, 1, 1});
  cairo_paint(context());
  cairo_set_line_join(context(), CAIRO_LINE_JOIN_ROUND);
}

void Canvas::dash(double on, double off) {
  const double lengths[] = {on, off};
  cairo_set_dash(context(), lengths, on > 0 ? 2 : 0, 0);
}

void Canvas::clip(const Box& box) {
  cairo_rectangle(context(), box.x, box.y, box.width, box.height);
  cairo_clip(context());
}

void Canvas::line(double x0, double y0, double x1, double y1) {
  cairo_move_to(context(), x0, y0);
  cairo_line_to(context(), x1, y1);
  cairo_stroke(context());
}

void Canvas::rectangle(const Box& box, bool fill) {
  cairo_rectangle(context(), box.x, box.y, box.width, box.height);
  fill ? cairo_fill(context()) : cairo_stroke(context());
}

void Canvas::font(double size, bool bold) {
  cairo_select_font_face(context(), "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                         bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(context(), size);
}

double Canvas::text_width(const std::string& text) {
  cairo_text_extents_t extents{};
  cairo_text_extents(context(), text.c_str(), &extents);
  return extents.x_advance;
}

void Canvas::text(double x, double y, const std::string& text, Align align) {
  const double width = align == Align::left ? 0 : text_width(text);
  cairo_move_to(context(), x - (align == Align::center ? width / 2 : width), y);
  cairo_show_text(context(), text.c_str());
}

void Canvas::vertical_text(double x, double y, const std::string& text) {
  cairo_save(context());
  cairo_translate(context(), x, y);
  cairo_rotate(context(), -1.5707963267948966);
  this->text(0, 0, text, Align::center);
  cairo_restore(context());
}

std::string Canvas::finish() {
  cairo_status_t status = cairo_status(context());
  if (is_png_ && status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream(surface_.get(), append, &bytes_);
  context_.reset();
  cairo_surface_finish(surface_.get());
  if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface_.get());
  if (status != CAIRO_STATUS_SUCCESS)
    throw Error(Code::device, std::string("the picture cannot be drawn: ") + cairo_status_to_string(status));
  return std::move(bytes_);
}

}  // namespace lockstep::bench
