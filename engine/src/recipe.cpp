#include "recipe.hpp"

#include <algorithm>

namespace lockstep {
namespace {

constexpr std::size_t kFew = 32;  // nodes that are found by looking through a list
constexpr std::size_t kMaxLeaves = 64;
constexpr std::size_t kMaxRecipes = 4096;

// What a word begins: no two signatures can be read as the same words.
enum class Tag : std::uint64_t { want = 1, node, leaf, literal, shape, combine };

std::uint64_t tagged(Tag tag, std::uint64_t rest) { return static_cast<std::uint64_t>(tag) << 60 | rest; }

}  // namespace

std::size_t find_view(std::span<const Array* const> arrays, const Array& array) {
  std::size_t i = 0;
  while (i < arrays.size() && arrays[i] != &array && !same_view(*arrays[i], array)) ++i;
  return i;
}

bool overlaps_another(std::span<const Array* const> arrays, const Array& target) {
  return std::any_of(arrays.begin(), arrays.end(), [&](const Array* other) {
    return other->storage() == target.storage() && other->may_overlap(target) && !same_view(*other, target);
  });
}

namespace {

bool are_on(const Leaves& leaves, const Device::Impl& device) {
  return std::all_of(leaves.arrays.begin(), leaves.arrays.end(),
                     [&](const Array* leaf) { return leaf->storage() && leaf->storage()->device().get() == &device; });
}

}  // namespace

bool Replay::is_on(const Device::Impl& device) const { return are_on(leaves, device); }

bool RecipeKey::read(std::span<const Want> wants, const Device::Impl& device) {
  words_.clear();
  leaves_.arrays.clear();
  leaves_.numbers.clear();
  nodes_.clear();
  far_.clear();
  for (const Want& want : wants) {
    const std::uint64_t value = number_of(*want.value);
    const std::uint64_t target = want.target ? array(*want.target) + 1 : 0;
    words_.push_back(tagged(Tag::want, value << 24 | target));
  }
  if (leaves_.arrays.size() > kMaxLeaves) return false;
  if (!are_on(leaves_, device)) return false;
  for (const Want& want : wants)
    if (want.target && overlaps_another(leaves_.arrays, *want.target)) return false;
  return true;
}

std::uint64_t RecipeKey::hash() const noexcept {
  std::uint64_t h = words_.size();
  for (const std::uint64_t word : words_) h = (h ^ word) * 0x9e3779b97f4a7c15u + (h >> 29);
  return h;
}

bool RecipeKey::known(const ExprNode& node, std::uint32_t& number) const {
  for (std::size_t i = 0; i < std::min(nodes_.size(), kFew); ++i) {
    if (nodes_[i] != &node) continue;
    number = static_cast<std::uint32_t>(i);
    return true;
  }
  if (nodes_.size() <= kFew) return false;
  const auto found = far_.find(&node);
  if (found != far_.end()) number = found->second;
  return found != far_.end();
}

std::uint32_t RecipeKey::number_of(const ExprNode& node) {
  std::uint32_t number = 0;
  return known(node, number) ? number : write(node);
}

void RecipeKey::shape(const Shape& shape) {
  words_.push_back(tagged(Tag::shape, static_cast<std::uint64_t>(shape.rank())));
  words_.insert(words_.end(), shape.extents().begin(), shape.extents().end());
}

std::uint64_t RecipeKey::array(const Array& array) {
  const std::size_t i = find_view(leaves_.arrays, array);
  if (i < leaves_.arrays.size()) return i;
  leaves_.arrays.push_back(&array);
  words_.push_back(tagged(Tag::leaf, static_cast<std::uint64_t>(array.dtype())));
  shape(array.shape());
  words_.insert(words_.end(), array.strides().begin(), array.strides().begin() + array.rank());
  return i;
}

std::uint64_t RecipeKey::literal(const ExprNode& node) {
  words_.push_back(tagged(Tag::literal, static_cast<std::uint64_t>(node.weak) << 1 | std::uint64_t{node.parameter}));
  if (!node.parameter) return node.bits;
  leaves_.numbers.push_back(&node);
  return leaves_.numbers.size() - 1;
}

void RecipeKey::combination(const Combine& combine) {
  words_.push_back(tagged(Tag::combine, static_cast<std::uint64_t>(combine.type) << 32 | combine.result));
  words_.push_back(combine.nodes.size());
  for (const Node& node : combine.nodes) {
    words_.push_back(static_cast<std::uint64_t>(node.op) << 8 | static_cast<std::uint64_t>(node.type));
    words_.push_back(node.bits);
    words_.push_back(std::uint64_t{node.args[0]} << 32 | node.args[1]);
    words_.push_back(node.args[2]);
  }
}

/// The words of a node, after those of its operands.
std::uint32_t RecipeKey::write(const ExprNode& node) {
  std::array<std::uint64_t, 3> operands{};
  for (std::size_t i = 0; i < 3 && node.operands[i]; ++i) operands[i] = number_of(*node.operands[i]) + 1;
  std::uint64_t detail = 0;
  switch (node.kind) {
    case ExprNode::Kind::array:
      detail = array(node.array);
      break;
    case ExprNode::Kind::literal:
      detail = literal(node);
      break;
    case ExprNode::Kind::index:
      detail = static_cast<std::uint64_t>(node.axis + kMaxRank) << 2 | static_cast<std::uint64_t>(node.flat) << 1 |
               static_cast<std::uint64_t>(node.open);
      shape(node.shape);
      break;
    case ExprNode::Kind::call:
      detail = static_cast<std::uint64_t>(node.function);
      for (const DType type : node.operand_types) detail = detail << 8 | static_cast<std::uint64_t>(type);
      break;
    case ExprNode::Kind::cast:
      break;
    case ExprNode::Kind::broadcast:
      shape(node.shape);
      break;
    case ExprNode::Kind::reduce:
      detail = static_cast<std::uint64_t>(node.fold);
      for (const int axis : node.axes) detail |= std::uint64_t{1} << (8 + axis);
      shape(node.shape);
      if (node.combine) combination(*node.combine);
      break;
    case ExprNode::Kind::argument:
    case ExprNode::Kind::host:
      break;  // refused when the program is made
  }
  const auto kind = static_cast<std::uint64_t>(node.kind) << 8 | static_cast<std::uint64_t>(node.dtype);
  words_.push_back(tagged(Tag::node, kind << 32 | operands[0]));
  words_.push_back(detail);
  if (operands[1]) words_.push_back(operands[1] << 32 | operands[2]);
  const auto number = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back(&node);
  if (number >= kFew) far_.emplace(&node, number);
  return number;
}

std::shared_ptr<const Recipe> RecipeBook::find(const RecipeKey& key) const {
  const auto found = entries_.find(key.hash());
  return found != entries_.end() && found->second.words == key.words() ? found->second.recipe : nullptr;
}

void RecipeBook::add(const RecipeKey& key, std::shared_ptr<const Recipe> recipe) {
  if (entries_.size() >= kMaxRecipes) entries_.clear();
  entries_.insert_or_assign(key.hash(), Entry{key.words(), std::move(recipe)});
}

}  // namespace lockstep
