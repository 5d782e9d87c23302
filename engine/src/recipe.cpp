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

bool Seen::is(const Want& want) const {
  const auto& node = want.value->node();
  if (value.owner_before(node) || node.owner_before(value)) return false;
  if (!want.target) return storage == nullptr;
  const Array& array = *want.target;
  return storage == array.storage().get() && offset == array.offset() && type == array.dtype() &&
         shape == array.shape() && strides == array.strides();
}

bool RecipeKey::read_again(std::span<const Want> wants) {
  const auto is = [](const Seen& seen, const Want& want) { return seen.is(want); };
  if (!repeatable_ || !std::equal(seen_.begin(), seen_.end(), wants.begin(), wants.end(), is)) return false;
  for (std::size_t i = 0; i < wants.size(); ++i)
    if (seen_[i].is_leaf) leaves_.arrays[seen_[i].leaf] = wants[i].target;
  return true;
}

void RecipeKey::write(const Want& want) {
  Seen seen;
  seen.value = want.value->node();
  const std::uint64_t value = number_of(*want.value->node());
  std::uint64_t target = 0;
  if (want.target) {
    const Array& to = *want.target;
    const std::uint64_t leaf = array(to);
    const bool is_leaf = leaves_.arrays[leaf] == &to;
    seen = {seen.value, to.storage().get(), to.offset(), to.dtype(), to.shape(), to.strides(), leaf, is_leaf};
    target = leaf + 1;
  }
  words_.push_back(tagged(Tag::want, value << 24 | target));
  seen_.push_back(std::move(seen));
}

bool RecipeKey::read(std::span<const Want> wants, const Device::Impl& device) {
  if (read_again(wants)) return true;
  words_.clear();
  leaves_.arrays.clear();
  leaves_.numbers.clear();
  nodes_.clear();
  far_.clear();
  seen_.clear();
  repeatable_ = false;
  for (const Want& want : wants) write(want);
  repeatable_ = leaves_.arrays.size() <= kMaxLeaves && are_on(leaves_, device) &&
                std::none_of(wants.begin(), wants.end(), [&](const Want& want) {
                  return want.target && overlaps_another(leaves_.arrays, *want.target);
                });
  return repeatable_;
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

const std::shared_ptr<const Recipe>* RecipeBook::find(const RecipeKey& key) {
  if (last_ && last_->words == key.words()) return &last_->recipe;
  const auto found = entries_.find(key.hash());
  if (found == entries_.end() || found->second.words != key.words()) return nullptr;
  last_ = &found->second;
  return &last_->recipe;
}

void RecipeBook::add(const RecipeKey& key, std::shared_ptr<const Recipe> recipe) {
  if (entries_.size() >= kMaxRecipes) clear();
  entries_.insert_or_assign(key.hash(), Entry{key.words(), std::move(recipe)});
}

void RecipeBook::clear() noexcept {
  last_ = nullptr;
  entries_.clear();
}

}  // namespace lockstep
