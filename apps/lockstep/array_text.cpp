#include "array_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "difference.hpp"
#include "lockstep/npy.hpp"

namespace lockstep::app {
namespace {

constexpr std::uint64_t kLongest = 10;  ///< of an axis that is shown whole
constexpr std::uint64_t kEnds = 3;      ///< shown at each end of a longer one

bool is_cut(const Shape& shape, int axis) { return shape[axis] > kLongest; }

std::vector<std::uint64_t> shown_indices(const Shape& shape, int axis) {
  std::vector<std::uint64_t> indices;
  for (std::uint64_t i = 0; i < shape[axis]; ++i) {
    if (is_cut(shape, axis) && i == kEnds) i = shape[axis] - kEnds;
    indices.push_back(i);
  }
  return indices;
}

/// The elements that are shown, in row-major order.
void collect(const Array& array, std::vector<std::string>& texts) {
  const Shape& shape = array.shape();
  if (shape.rank() > 1) {
    for (const std::uint64_t i : shown_indices(shape, 0)) collect(array.at(static_cast<std::int64_t>(i)), texts);
    return;
  }
  const auto append = [&](const Array& part) {
    for (std::string& text : element_texts(part)) texts.push_back(std::move(text));
  };
  if (shape.rank() == 0 || !is_cut(shape, 0)) return append(array);
  const auto ends = static_cast<std::int64_t>(kEnds);
  append(array.slice({Slice{Slice::kOpen, ends}}));
  append(array.slice({Slice{-ends, Slice::kOpen}}));
}

/// Lays texts out in NumPy's brackets.
class Layout {
 public:
  Layout(const Shape& shape, const std::vector<std::string>& texts) : shape_(shape), next_(texts.begin()) {
    for (const std::string& text : texts) width_ = std::max(width_, text.size());
  }

  std::string axis(int d) {
    if (d == shape_.rank()) return fmt::format("{:>{}}", *next_++, width_);
    const bool is_last = d + 1 == shape_.rank();
    // Lines of a matrix, blank lines between matrices, and so on.
    const std::string between = is_last ? " "
                                        : std::string(static_cast<std::size_t>(shape_.rank() - d - 1), '\n') +
                                              std::string(static_cast<std::size_t>(d) + 1, ' ');
    std::string text = "[";
    const std::vector<std::uint64_t> indices = shown_indices(shape_, d);
    for (std::size_t i = 0; i < indices.size(); ++i) {
      if (i > 0) text += between;
      if (i == kEnds && is_cut(shape_, d)) text += "..." + between;
      text += axis(d + 1);
    }
    return text + "]";
  }

 private:
  const Shape& shape_;
  std::vector<std::string>::const_iterator next_;
  std::size_t width_ = 0;
};

}  // namespace

std::vector<std::string> element_texts(const Array& array) {
  NpyField field{{}, array.dtype(), std::vector<std::byte>(static_cast<std::size_t>(array.bytes()))};
  if (array.size() > 0) array.read_bytes(field.bytes.data());
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < array.size(); ++i) texts.push_back(element_text(field, i));
  return texts;
}

std::string array_text(const Array& array) {
  std::vector<std::string> texts;
  if (array.size() > 0) collect(array, texts);
  if (array.rank() == 0) return texts.front();
  const std::string elements = array.size() > 0 ? Layout(array.shape(), texts).axis(0) : "[]";
  return fmt::format("{}  {} {}", elements, to_string(array.dtype()), to_string(array.shape()));
}

}  // namespace lockstep::app
