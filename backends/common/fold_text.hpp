#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backends/common/element.hpp"
#include "backends/common/layout.hpp"

namespace lockstep::text {

/// A place that holds a fold's value so far, and its index if the fold carries one. The index of no value is the
/// greatest.
struct Slot {
  std::string value;
  std::string index;
};

/// Writes what a folded output needs: places for partial values, the identity, and the step that folds one into
/// another.
class FoldText {
 public:
  FoldText(const Program& program, std::size_t output, const Dialect& dialect)
      : output_(program.outputs[output]), number_(output), type_(program.nodes[output_.node].type), dialect_(dialect) {}

  std::size_t number() const noexcept { return number_; }
  std::uint32_t node() const noexcept { return output_.node; }
  DType type() const noexcept { return type_; }
  bool has_index() const noexcept { return carries_index(output_.fold); }

  /// The slot `name` + `place`, for example "f0" and "[l]".
  Slot slot(std::string_view name, std::string_view place = {}) const;
  /// Declares an array of `count` slots, or one slot if `count` is empty; `qualifier` comes first.
  void declare(Writer& w, std::string_view qualifier, std::string_view name, std::string_view count) const;
  void set(Writer& w, const Slot& to, const Slot& from) const;
  /// The value that changes nothing.
  Slot identity() const;
  /// to = to folded with `from`.
  void fold(Writer& w, const Slot& to, const Slot& from) const;
  /// to = from folded with to, for a `from` that stands further left.
  void fold_left(Writer& w, const Slot& to, const Slot& from) const;
  /// What is stored as the result.
  std::string result(const Slot& slot) const { return is_place(output_.fold) ? slot.index : slot.value; }

 private:
  void combine(Writer& w, const Slot& to, const Slot& left, const Slot& right, const Slot& other) const;
  void combine_custom(Writer& w, const Slot& to, const Slot& other) const;

  Output output_;
  std::size_t number_;
  DType type_;
  const Dialect& dialect_;
};

/// The functions combine_<n> of a program's combinations.
void combine_functions(Writer& w, const Program& program, const Dialect& dialect);

/// The folded outputs of a program, in order.
std::vector<FoldText> folds_of(const Program& program, const Dialect& dialect);

}  // namespace lockstep::text
