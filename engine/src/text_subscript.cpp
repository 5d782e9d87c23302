#include "text_subscript.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "text_error.hpp"
#include "text_parser.hpp"

namespace lockstep::text {

using Kind = Subscript::Item::Kind;

NodeIndex Parser::subscript(NodeIndex of) {
  const Nesting nesting(*this);
  const Token opening = take();
  Subscript what{of, {}};
  while (!token_.is("]")) {
    what.items.push_back(subscript_item());
    if (!accept(",")) break;
  }
  if (what.items.empty() && token_.is("]"))
    fail_here("an index is missing between the brackets", "all elements are x[:]");
  close("]", opening, true);
  return add(std::move(what), opening.place);
}

Subscript::Item Parser::subscript_item() {
  Subscript::Item item;
  item.place = token_.place;
  if (accept("...")) {
    item.kind = Kind::all_axes;
  } else if (accept("None") || accept("newaxis")) {
    item.kind = Kind::new_axis;
  } else {
    const std::optional<std::int64_t> start = subscript_bound();
    if (start && !token_.is(":")) {
      item.index = *start;
      return item;
    }
    item.kind = Kind::slice;
    item.slice.start = start.value_or(Slice::kOpen);
    if (!accept(":")) fail_here(fmt::format("expected ':', found {}", describe(token_)));
    item.slice.stop = subscript_bound().value_or(Slice::kOpen);
    if (accept(":")) item.slice.step = subscript_bound().value_or(1);
  }
  return item;
}

/// A number of a slice, or nothing if it was left out.
std::optional<std::int64_t> Parser::subscript_bound() {
  if (token_.is(":") || token_.is(",") || token_.is("]")) return std::nullopt;
  const Token start = token_;
  if (start.kind != Token::Kind::number && !start.is("-"))
    fail_here("an index must be a whole number, written out",
              "an array of indices is for take(x, indices), a mask for compress(mask, x)");
  const std::int64_t value = whole_number("an index");
  if (value == Slice::kOpen) fail(lexer_.source(), start.place, "the index does not fit in 63 bits");
  return value;
}

namespace {

Array with_new_axis(const Array& array, int axis) {
  std::vector<std::uint64_t> extents(array.shape().extents().begin(), array.shape().extents().end());
  extents.insert(extents.begin() + axis, 1);
  const Shape shape{std::span<const std::uint64_t>(extents)};  // throws for a ninth axis
  Strides strides = array.strides();
  std::copy_backward(strides.begin() + axis, strides.end() - 1, strides.end());
  strides[static_cast<std::size_t>(axis)] = 0;
  return Array(array.storage(), array.dtype(), shape, strides, array.offset());
}

Array with_slice(const Array& array, const Slice& slice, int axis) {
  std::vector<Slice> slices(static_cast<std::size_t>(axis) + 1);
  slices.back() = slice;
  return array.slice(slices);
}

/// Applies the items in turn; `axis` is the next one of the array that none has taken yet.
class Selection {
 public:
  Selection(const Array& array, int hidden) : array_(array), hidden_(hidden) {}
  void apply(const Subscript::Item& item) {
    switch (item.kind) {
      case Kind::at:
        array_ = array_.at(item.index, axis_);
        return;
      case Kind::slice:
        array_ = with_slice(array_, item.slice, axis_++);
        return;
      case Kind::all_axes:
        axis_ += hidden_;
        return;
      case Kind::new_axis:
        array_ = with_new_axis(array_, axis_++);
        return;
    }
  }
  const Array& array() const { return array_; }

 private:
  Array array_;
  int hidden_;  ///< how many axes `...` stands for
  int axis_ = 0;
};

}  // namespace

Array select(std::string_view source, const Array& array, const Subscript& subscript, std::size_t place) {
  const auto count = [&](auto... kinds) {
    return static_cast<int>(std::count_if(subscript.items.begin(), subscript.items.end(),
                                          [&](const auto& item) { return ((item.kind == kinds) || ...); }));
  };
  const int taken = count(Kind::at, Kind::slice);
  if (taken > array.rank()) {
    throw error_at(
        source, place, Code::bad_shape,
        fmt::format("{} indices for an array of {} axes, shape {}", taken, array.rank(), to_string(array.shape())));
  }
  if (count(Kind::all_axes) > 1) fail(source, place, "'...' stands more than once between the brackets");
  Selection selection(array, array.rank() - taken);
  for (const Subscript::Item& item : subscript.items) at_place(source, item.place, [&] { selection.apply(item); });
  return selection.array();
}

}  // namespace lockstep::text
