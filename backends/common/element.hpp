#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/common/dialect.hpp"
#include "backends/common/layout.hpp"
#include "backends/common/writer.hpp"
#include "lockstep/schedule.hpp"

namespace lockstep::text {

/// `op` applied to operands of `type`, for example "x + y" with names in place of x and y.
std::string apply(const Dialect& dialect, Op op, DType type, DType result, std::string_view x, std::string_view y = {},
                  std::string_view z = {});

/// The operation of node `n`, with `name` for the names of values.
std::string operation_text(const Dialect& dialect, const std::vector<Node>& nodes, std::uint32_t n,
                           const std::function<std::string(std::uint32_t)>& name);

/// Writes the values of a program for one element, in three parts: what holds for the whole pass, what holds for a run
/// of elements, and what is computed for each. Names: v<n> values, a<n> arrays, r<n> outputs, i<n> indices, s<n>
/// scalars, c<d> coordinates, e<d> extents; <operand>_o offset, <operand>_s<d> strides, <operand>_at place,
/// <operand>_row address.
class Element {
 public:
  Element(const Program& program, const Layout& layout, const Dialect& dialect);

  /// Constants, scalars and operands that stay the same.
  void for_pass(Writer& w) const;
  /// Where each operand begins at the outer coordinates c0 .. : "a0_at".
  void for_outer(Writer& w) const;
  /// Where each operand's run begins at the coordinates of the inner dimensions: "a0_row".
  void for_run(Writer& w) const;
  /// All values of the element `j` of a run, and the outputs that are stored.
  void for_each(Writer& w, std::string_view j) const { for_each(w, j, {}); }
  /// The same for an element of vectors: array 0 is read from "a0_in" + `which`, output 0 goes to "r0_out".
  void for_each_in_vectors(Writer& w, std::string_view j, std::string_view which) const { for_each(w, j, which); }

  // Vectors of those operands that the layout takes so. `count` of them may be declared as an array.
  void declare_read_vectors(Writer& w, int count) const;
  void read_vectors(Writer& w, std::string_view which) const;
  void declare_written_vectors(Writer& w) const;
  void write_vectors(Writer& w) const;

  /// The name of a node's value.
  std::string value(std::uint32_t node) const;
  /// The name of the pointer that output `o` is written through.
  std::string output_name(std::size_t o) const;
  /// "r0_o + c0 * r0_s0 ...": where a folded output lies.
  std::string folded_place(std::size_t o) const;

 private:
  enum class When { pass, run, each };
  /// Where a value of an element is read from and written to: its number in the run, and the vector that holds it.
  struct Place {
    std::string_view j;
    std::optional<std::string_view> which;
  };
  void for_each(Writer& w, std::string_view j, std::optional<std::string_view> which) const;
  std::string vector_type(DType type) const;
  When when(const Node& node) const;
  void load(Writer& w, std::uint32_t n, std::string_view place) const;
  /// Values that are declared already: results of the guard that is being written.
  using Declared = std::span<const std::uint32_t>;
  void steps(Writer& w, const Schedule& schedule, const Place& at, Declared declared) const;
  void guard(Writer& w, const Guard& guard, const Place& at, Declared declared) const;
  void step(Writer& w, std::uint32_t n, const Place& at, Declared declared) const;
  void compute(Writer& w, std::uint32_t n, const Place& at) const;
  std::string operation(std::uint32_t n) const;
  std::string terms(std::string_view name, Walk walk, int from, int to) const;
  void place(Writer& w, std::string_view name, Walk walk) const;
  std::string element_address(std::string_view name, Walk walk, std::string_view j) const;

  const Program& program_;
  const Layout& layout_;
  const Dialect& dialect_;
  Schedule schedule_;
};

}  // namespace lockstep::text
