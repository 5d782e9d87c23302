#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lockstep/text.hpp"
#include "recipe.hpp"
#include "text_syntax.hpp"

namespace lockstep::text {

/// The last call of a text, so that the next one with arrays of the same types and layouts, and numbers of the same
/// types, runs without building expressions. Safe to use from several threads.
class LastCall {
 public:
  /// The recipe, and the leaves that `names` give it; nothing if this call is of another kind.
  std::optional<Replay> match(const Names& names) const;
  /// Keeps what a call did, if every leaf of it is the value of a name.
  void keep(const Syntax& syntax, const Names& names, const Replay& replay);

 private:
  /// A name, and what its value must be like.
  struct Slot {
    enum class Kind : std::uint8_t { unused, array, number };
    std::string name;
    Kind kind = Kind::unused;
    std::uint32_t leaf = 0;
    DType type = DType::f32;
    Shape shape;
    Strides strides{};
    bool weak = false;
    std::optional<std::uint64_t> bits;  ///< of whole numbers: their types can depend on their values
  };
  struct Entry {
    std::vector<Slot> slots;
    std::shared_ptr<const Recipe> recipe;
    std::size_t arrays = 0;
    std::size_t numbers = 0;
    std::vector<std::uint32_t> targets;
  };

  static bool fill(const Entry& entry, const Names& names, Leaves& leaves);
  static bool take(const Slot& slot, const Expr& value, Leaves& leaves);
  static std::optional<Slot> make_slot(const std::string& name, const Expr& value, bool used, const Leaves& leaves);

  mutable std::mutex mutex_;
  std::shared_ptr<const Entry> entry_;
};

}  // namespace lockstep::text
