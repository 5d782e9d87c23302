#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace lockstep::text {

/// Indented lines of C.
class Writer {
 public:
  template <class... A>
  void line(fmt::format_string<A...> format, A&&... arguments) {
    put(fmt::format(format, std::forward<A>(arguments)...));
  }
  /// A line that opens a block: "for (...)" becomes "for (...) {".
  template <class... A>
  void open(fmt::format_string<A...> format, A&&... arguments) {
    const std::string head = fmt::format(format, std::forward<A>(arguments)...);
    put(head.empty() ? "{" : head + " {");
    ++depth_;
  }
  void close(std::string_view after = {}) {
    --depth_;
    put(fmt::format("}}{}", after));
  }
  void put(std::string_view line) {
    if (!line.empty()) text_.append(static_cast<std::size_t>(depth_) * 2, ' ').append(line);
    text_.push_back('\n');
  }
  /// Text that has its own lines.
  void raw(std::string_view text) { text_.append(text); }

  const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
  int depth_ = 0;
};

}  // namespace lockstep::text
