#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "plan.hpp"

// Work that was planned once and is asked for again with other arrays of the same layout, or other numbers, needs no
// plan: what depends on neither is kept in a Recipe, found by a key of the expressions.

namespace lockstep {

/// A want as it was read. It keeps no array alive: an expression is known by its owner, which no later one shares
/// while this is here, a target by its place.
struct Seen {
  std::weak_ptr<const ExprNode> value;
  const Storage* storage = nullptr;  ///< null: a new array
  std::int64_t offset = 0;
  DType type = DType::f32;
  Shape shape;
  Strides strides{};
  std::uint64_t leaf = 0;
  bool is_leaf = false;  ///< the target is that leaf and no part of an expression

  bool is(const Want& want) const;
};

/// What a run reads and writes: the arrays (each view once, targets included) and the numbers that are parameters.
struct Leaves {
  std::vector<const Array*> arrays;
  std::vector<const ExprNode*> numbers;
};

/// Writes down all that decides how expressions are evaluated, and nothing else: the operations, types and shapes, the
/// strides of arrays and which of them are the same; not where they lie, nor the values of parameters.
class RecipeKey {
 public:
  /// False if the work cannot be repeated from a recipe: an array of another device, or a target that shares memory
  /// with another array in any way but being it.
  bool read(std::span<const Want> wants, const Device::Impl& device);

  const std::vector<std::uint64_t>& words() const noexcept { return words_; }
  std::uint64_t hash() const noexcept;
  const Leaves& leaves() const noexcept { return leaves_; }

 private:
  /// True if these wants are those that were read last: expressions never change, so that only targets, which may be
  /// other handles, are taken anew.
  bool read_again(std::span<const Want> wants);
  void write(const Want& want);
  std::uint32_t number_of(const ExprNode& node);
  std::uint32_t write(const ExprNode& node);
  std::uint64_t array(const Array& array);
  std::uint64_t literal(const ExprNode& node);
  void shape(const Shape& shape);
  void combination(const Combine& combine);
  bool known(const ExprNode& node, std::uint32_t& number) const;

  std::vector<std::uint64_t> words_;
  Leaves leaves_;
  std::vector<const ExprNode*> nodes_;
  std::unordered_map<const ExprNode*, std::uint32_t> far_;  // of nodes beyond the first few
  std::vector<Seen> seen_;                                  // the wants that were read last,
  bool repeatable_ = false;                                 // and whether read() said that they can be repeated
};

/// The index of the leaf that is this very view, or the number of leaves.
std::size_t find_view(std::span<const Array* const> arrays, const Array& array);
/// True if a target shares memory with a leaf that it is not itself.
bool overlaps_another(std::span<const Array* const> arrays, const Array& target);

/// A run without the places of its arrays and the values of its numbers.
struct Recipe {
  /// Where an operand lies: in a leaf, or in an array that the run makes.
  struct Source {
    bool made = false;
    std::uint32_t number = 0;
  };
  struct Number {
    std::uint32_t leaf = 0;
    DType type = DType::f32;
  };
  struct Step {
    std::shared_ptr<const Executable> executable;
    Dimensions dims;
    std::vector<Operand> operands;  ///< arrays, indices, outputs
    std::vector<Source> sources;    ///< of the arrays, then of the outputs
    std::size_t arrays = 0;
    std::size_t indices = 0;
    std::vector<Number> numbers;
  };

  std::vector<Step> steps;
  std::vector<Array> made;             ///< without memory
  std::vector<std::uint32_t> results;  ///< which of `made` are the results, in order
};

/// The recipes of a device.
class RecipeBook {
 public:
  /// Null if there is none. It stays until the book is changed.
  const std::shared_ptr<const Recipe>* find(const RecipeKey& key);
  void add(const RecipeKey& key, std::shared_ptr<const Recipe> recipe);
  void clear() noexcept;

 private:
  struct Entry {
    std::vector<std::uint64_t> words;
    std::shared_ptr<const Recipe> recipe;
  };
  std::unordered_map<std::uint64_t, Entry> entries_;
  const Entry* last_ = nullptr;  ///< that was found last: a loop asks for the same again and again
};

/// A run that can be done again: its recipe, or null, and the leaves of this time.
struct Replay {
  std::shared_ptr<const Recipe> recipe;
  Leaves leaves;

  /// True if all leaves are arrays of the device.
  bool is_on(const Device::Impl& device) const;
};

/// Memory that runs of a device use again and again.
struct Scratch {
  std::vector<Want> wants;
  RecipeKey key;
  std::vector<Operand> operands;
  std::vector<std::uint64_t> scalars;
};

}  // namespace lockstep
