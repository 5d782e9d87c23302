#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lockstep/device.hpp"
#include "lockstep/expr.hpp"

namespace lockstep {

/// The names that a text may use, and what they stand for.
using Names = std::map<std::string, Expr, std::less<>>;

/// One expression of a text. `name` is what it was assigned to ("r = ..."), or empty.
struct Statement {
  std::string name;
  Expr value;
  std::string text;  ///< its own part of the source, the name included, trimmed
};

/// Reads expressions in the text form (docs/language.md): Python's operators and precedence, the functions of
/// functions.def, reductions with `axis=` and `keepdims=`, casts by type name, typed numbers ("1f32"), slices of arrays
/// ("x[1:]"), statements separated by `;` or a new line. An assignment gives a name to the statements after it.
/// Throws `bad_text` with line, column and a caret under the place, and the nearest known name for an unknown one;
/// errors of shape and type keep their code and get the place too. Nothing is evaluated but what sorts, running sums
/// and the other algorithms (docs/algorithms.md) work on: their results are arrays. A text has at most 1 MiB, and
/// brackets, signs and powers nest at most 200 deep.
std::vector<Statement> parse(std::string_view text, const Names& names);

/// The same, with algorithms on `device` where what they work on holds no array: "shuffle(arange(10), 1)".
std::vector<Statement> parse(std::string_view text, const Names& names, const Device& device);

namespace text {
struct Syntax;
class LastCall;
}  // namespace text

/// A text that runs on one device with other values each time: `device.kernel("y = a*x + y")`. A handle: copies share
/// the text that was read. Safe to use from several threads.
class TextKernel {
 public:
  /// Checks the syntax; what the names stand for comes with the call. Throws `bad_text`.
  TextKernel(Device device, std::string text);

  /// Runs all statements, fused, with the effect of one after another. An assignment to a name that stands for an array
  /// writes into that array, converted to its type and stretched to its shape; the values of the other statements are
  /// returned, in order. Every array is read before any is written, so arrays may share memory.
  /// Queued, does not block. Throws as `parse`, `bad_type` where NumPy's same-kind rule forbids the conversion, and
  /// `bad_shape`, before anything is written.
  std::vector<Array> operator()(const Names& names) const;

 private:
  Device device_;
  std::shared_ptr<const text::Syntax> syntax_;
  std::shared_ptr<text::LastCall> last_;
};

}  // namespace lockstep
