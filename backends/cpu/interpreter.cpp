#include "interpreter.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <span>

#include "host_buffer.hpp"
#include "workspace.hpp"

namespace lockstep::cpu {
namespace {

constexpr std::uint64_t kTaskElements = std::uint64_t{64} * kBlock;
constexpr std::uint64_t kSmallestChunk = 16;  // units of one fold in a task
constexpr std::uint64_t kLargestChunk = 1024;
constexpr std::uint64_t kTasksPerThread = 8;

std::uint64_t ceil_div(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

/// How a pass is cut: into runs of kept places, and aligned power-of-two runs of units.
struct Cut {
  Cut(const InterpretedProgram& program, const Pass& pass, int threads);

  std::uint64_t outer, inner, units;
  std::size_t width = 1;    ///< kept places side by side in a block
  std::uint64_t group = 1;  ///< kept places per task
  std::uint64_t groups = 1;
  std::uint64_t chunk = 1;  ///< units per task, a power of two
  std::uint64_t chunks = 1;
};

/// Blocks hold several outputs side by side if a fold is short, or if memory runs along the outputs.
std::size_t choose_width(const InterpretedProgram& program, const Pass& pass) {
  constexpr std::uint64_t kFewest = 16;
  if (!program.has_folds() || pass.outer() < kFewest) return 1;
  const bool along_fold = std::any_of(pass.arrays.begin(), pass.arrays.end(),
                                      [&](const Operand& a) { return is_contiguous_inside(pass, a); });
  if (pass.inner() > kLanes && along_fold) return 1;
  // Where memory runs along the outputs, longer runs of it; more lanes than this would leave the first-level cache.
  const std::size_t least = along_fold ? 32 : 64;
  return std::min<std::uint64_t>(pass.outer(),
                                 std::clamp<std::uint64_t>(kBlock / std::bit_ceil(pass.inner()), least, 256));
}

Cut::Cut(const InterpretedProgram& program, const Pass& pass, int threads)
    : outer(pass.outer()), inner(pass.inner()), units(ceil_div(inner, kBlock)), width(choose_width(program, pass)) {
  const std::uint64_t per_column = inner * width;
  group = width * std::max<std::uint64_t>(1, kTaskElements / per_column);
  groups = ceil_div(outer, group);
  if (!program.has_folds()) {
    chunk = kTaskElements / kBlock;
  } else {
    const std::uint64_t wanted = threads == 1 ? 1 : kTasksPerThread * static_cast<std::uint64_t>(threads);
    const std::uint64_t pieces = groups >= wanted ? 1 : ceil_div(wanted, groups);
    chunk = std::bit_ceil(std::clamp(ceil_div(units, pieces), kSmallestChunk, kLargestChunk));
  }
  chunks = ceil_div(units, chunk);
}

/// Native code folds if there is some, outputs do not lie side by side, and nothing that is stored could be in the way
/// of looking up afterwards where an extreme value was.
Form choose_form(const InterpretedProgram& program, const Cut& cut) {
  if (!program.has_folds() || cut.width > 1) return Form::map;
  bool places = false;
  bool stores = false;
  for (const Output& output : program.program().outputs) {
    places = places || is_place(output.fold);
    stores = stores || output.fold == Fold::store;
  }
  // A place in a single unit is found while the unit is at hand.
  return !(places && (stores || cut.units == 1)) && program.has_native(Form::fold) ? Form::fold : Form::map;
}

/// The nodes of a fold tree that wait for their right neighbours, for `width` outputs side by side.
class Tree {
 public:
  Tree(const OutputFold& ops, std::size_t width) : ops_(ops), width_(width), nodes_(width) {}

  /// Where to put the nodes of the next unit; then call `push`.
  Partial* next() {
    nodes_.resize((depth_ + 1) * width_);
    return &nodes_[depth_ * width_];
  }
  void push() {
    ++depth_;
    for (std::uint64_t i = units_++; i & 1; i >>= 1) merge();
  }
  /// The root: a missing right neighbour passes the left one through.
  const Partial* root() {
    while (depth_ > 1) merge();
    return nodes_.data();
  }
  void clear() {
    depth_ = 0;
    units_ = 0;
  }

 private:
  void merge() {
    --depth_;
    for (std::size_t w = 0; w < width_; ++w)
      ops_.combine(nodes_[(depth_ - 1) * width_ + w], nodes_[depth_ * width_ + w]);
  }

  const OutputFold& ops_;
  std::size_t width_;
  std::vector<Partial> nodes_;
  std::size_t depth_ = 0;
  std::uint64_t units_ = 0;
};

class Interpreter {
 public:
  Interpreter(const InterpretedProgram& program, const Pass& pass, ThreadPool& pool)
      : program_(program),
        pass_(pass),
        pool_(pool),
        cut_(program, pass, pool.threads()),
        access_(program, pass, cut_.width > 1, choose_form(program, cut_)) {
    const std::vector<Output>& outputs = program.program().outputs;
    for (std::size_t o = 0; o < outputs.size(); ++o)
      if (outputs[o].fold != Fold::store) {
        folds_.push_back(o);
        sizes_.push_back(size_of(program.program().nodes[outputs[o].node].type));
      }
    if (cut_.chunks > 1) partials_.resize(folds_.size() * cut_.chunks * cut_.outer);
  }

  void run() {
    const std::uint64_t tasks = cut_.groups * cut_.chunks;
    const auto task = [this](std::uint64_t i) { this->task(i / cut_.chunks, i % cut_.chunks); };
    pool_.run(tasks, task,
              pool_.helpful_threads(program_.nanoseconds() * static_cast<double>(cut_.outer * cut_.inner)));
    if (cut_.chunks > 1) join_chunks();
  }

 private:
  /// What a task uses again for each output.
  struct Scratch {
    std::unique_ptr<std::uint64_t[]> lanes;  // of columns: for each fold, not initialised
    std::vector<std::uint64_t> values;       // of native rows: nodes of units, for each fold
    std::vector<void*> nodes;
  };

  void task(std::uint64_t group, std::uint64_t chunk) {
    Workspace workspace(access_);
    Scratch scratch;
    const std::uint64_t end = std::min(cut_.outer, (group + 1) * cut_.group);
    const std::uint64_t unit_end = std::min(cut_.units, (chunk + 1) * cut_.chunk);
    for (std::uint64_t o = group * cut_.group; o < end; o += cut_.width) {
      const auto width = static_cast<std::size_t>(std::min<std::uint64_t>(cut_.width, end - o));
      if (access_.form == Form::fold)
        native_row(workspace, scratch, o, chunk * cut_.chunk, unit_end);
      else if (cut_.width == 1)
        row(workspace, o, chunk * cut_.chunk, unit_end);
      else
        columns(workspace, scratch, o, width, chunk * cut_.chunk, unit_end);
    }
  }

  std::vector<Tree> make_trees(std::size_t width) const {
    std::vector<Tree> trees;
    for (std::size_t o : folds_) trees.emplace_back(program_.folds()[o], width);
    return trees;
  }

  /// One output: each block is a unit.
  void row(Workspace& workspace, std::uint64_t outer, std::uint64_t unit, std::uint64_t unit_end) {
    if (access_.any_length) {
      const std::uint64_t begin = unit * kBlock;
      workspace.compute({outer, begin, 1, static_cast<std::size_t>(std::min(unit_end * kBlock, cut_.inner) - begin)});
      return;
    }
    std::vector<Tree> trees = make_trees(1);
    const std::uint64_t first_unit = unit;
    for (; unit < unit_end; ++unit) {
      const std::uint64_t inner = unit * kBlock;
      const Tile tile{outer, inner, 1, static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, cut_.inner - inner))};
      workspace.compute(tile);
      for (std::size_t f = 0; f < folds_.size(); ++f) {
        const std::uint32_t node = program_.program().outputs[folds_[f]].node;
        *trees[f].next() = program_.folds()[folds_[f]].unit(workspace.values(node), tile.rows, inner);
        trees[f].push();
      }
    }
    finish(trees, outer, 1, first_unit / cut_.chunk);
  }

  /// One output, folded by native code: as many units at a time as lie in memory one behind the other.
  void native_row(Workspace& workspace, Scratch& scratch, std::uint64_t outer, std::uint64_t unit,
                  std::uint64_t unit_end) {
    const std::uint64_t count = unit_end - unit;
    std::vector<std::uint64_t>& values = scratch.values;
    std::vector<void*>& nodes = scratch.nodes;
    values.resize(folds_.size() * count);
    nodes.resize(folds_.size());
    const std::uint64_t step = access_.any_length ? count : 1;
    for (std::uint64_t u = unit; u < unit_end; u += step) {
      for (std::size_t f = 0; f < folds_.size(); ++f)
        nodes[f] = reinterpret_cast<std::byte*>(&values[f * count]) + (u - unit) * sizes_[f];
      const std::uint64_t begin = u * kBlock;
      const std::uint64_t end = std::min((u + step) * kBlock, cut_.inner);
      workspace.compute({outer, begin, 1, static_cast<std::size_t>(end - begin)}, nodes);
    }
    for (std::size_t f = 0; f < folds_.size(); ++f) {
      Partial node = program_.folds()[folds_[f]].join(&values[f * count], count);
      node.index += unit;
      put(f, outer, unit / cut_.chunk, node);
    }
  }

  /// Several outputs side by side: a unit takes several blocks, gathered in its lanes.
  void columns(Workspace& workspace, Scratch& scratch, std::uint64_t outer, std::size_t width, std::uint64_t unit,
               std::uint64_t unit_end) {
    std::vector<Tree> trees = make_trees(width);
    // Words of 8 bytes: a lane of each output, or where its extreme value is.
    const std::size_t lanes_size = std::max<std::size_t>(std::min<std::uint64_t>(kLanes, cut_.inner), 2) * cut_.width;
    if (!scratch.lanes) scratch.lanes = std::make_unique_for_overwrite<std::uint64_t[]>(folds_.size() * lanes_size);
    const auto lanes_of = [&](std::size_t f) { return scratch.lanes.get() + f * lanes_size; };
    const std::uint64_t first_unit = unit;
    for (; unit < unit_end; ++unit) {
      const std::uint64_t start = unit * kBlock;
      const auto rows = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, cut_.inner - start));
      for (std::size_t row = 0; row < rows;) {
        const Tile tile{outer, start + row, width, std::min(kBlock / width, rows - row)};
        workspace.compute(tile);
        for (std::size_t f = 0; f < folds_.size(); ++f) {
          const std::uint32_t node = program_.program().outputs[folds_[f]].node;
          program_.folds()[folds_[f]].rows(lanes_of(f), workspace.values(node), tile.rows, width, row, tile.inner);
        }
        row += tile.rows;
      }
      for (std::size_t f = 0; f < folds_.size(); ++f) {
        program_.folds()[folds_[f]].close(lanes_of(f), rows, width, trees[f].next());
        trees[f].push();
      }
    }
    finish(trees, outer, width, first_unit / cut_.chunk);
  }

  Partial& partial(std::size_t fold, std::uint64_t chunk, std::uint64_t outer) {
    return partials_[(fold * cut_.chunks + chunk) * cut_.outer + outer];
  }

  void finish(std::vector<Tree>& trees, std::uint64_t outer, std::size_t width, std::uint64_t chunk) {
    for (std::size_t f = 0; f < trees.size(); ++f) {
      const Partial* nodes = trees[f].root();
      if (cut_.chunks == 1 && pass_.outer_rank <= 1)
        write_run(folds_[f], outer, {nodes, width});
      else
        for (std::size_t w = 0; w < width; ++w) put(f, outer + w, chunk, nodes[w]);
    }
  }

  void put(std::size_t fold, std::uint64_t outer, std::uint64_t chunk, const Partial& node) {
    if (cut_.chunks > 1)
      partial(fold, chunk, outer) = node;
    else
      write(folds_[fold], outer, node);
  }

  void join_chunks() {
    for (std::size_t f = 0; f < folds_.size(); ++f) {
      Tree tree(program_.folds()[folds_[f]], 1);
      for (std::uint64_t o = 0; o < cut_.outer; ++o) {
        tree.clear();
        for (std::uint64_t c = 0; c < cut_.chunks; ++c) {
          *tree.next() = partial(f, c, o);
          tree.push();
        }
        write(folds_[f], o, *tree.root());
      }
    }
  }

  /// Native code knows the unit where an extreme value is: the unit is computed again to find the element.
  std::uint64_t find_element(std::size_t o, std::uint64_t outer, std::uint64_t unit) const {
    const Access access(program_, pass_, false, Form::map);
    Workspace workspace(access);
    const std::uint64_t begin = unit * kBlock;
    const Tile tile{outer, begin, 1, static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, cut_.inner - begin))};
    workspace.compute(tile);
    return program_.folds()[o].unit(workspace.values(program_.program().outputs[o].node), tile.rows, begin).index;
  }

  /// Nodes of outputs along one dimension.
  void write_run(std::size_t o, std::uint64_t outer, std::span<const Partial> nodes) const {
    const Operand& operand = pass_.outputs[o];
    const auto size = static_cast<std::int64_t>(size_of(program_.program().output_type(program_.program().outputs[o])));
    const bool place = is_place(program_.program().outputs[o].fold);
    const std::int64_t stride = pass_.outer_rank == 1 ? operand.strides[0] : 0;
    std::byte* to = data_of(*operand.buffer) + (operand.offset + static_cast<std::int64_t>(outer) * stride) * size;
    for (const Partial& node : nodes) {
      const void* from = place ? &node.index : &node.bits;
      if (size == 8)
        std::memcpy(to, from, 8);
      else if (size == 4)
        std::memcpy(to, from, 4);
      else
        std::memcpy(to, from, 1);
      to += stride * size;
    }
  }

  void write(std::size_t o, std::uint64_t outer, Partial node) const {
    const Program& program = program_.program();
    const Output& output = program.outputs[o];
    if (is_place(output.fold) && access_.form == Form::fold) node.index = find_element(o, outer, node.index);
    const auto size = size_of(program.output_type(output));
    const Operand& operand = pass_.outputs[o];
    const std::int64_t offset = operand.offset + outer_offset(pass_, operand, outer);
    std::byte* to = data_of(*operand.buffer) + offset * static_cast<std::int64_t>(size);
    std::memcpy(to, is_place(output.fold) ? &node.index : &node.bits, size);
  }

  const InterpretedProgram& program_;
  const Pass& pass_;
  ThreadPool& pool_;
  Cut cut_;
  Access access_;
  std::vector<std::size_t> folds_;
  std::vector<std::size_t> sizes_;  // of a folded value
  std::vector<Partial> partials_;   // [fold][chunk][outer]
};

}  // namespace

void interpret(const InterpretedProgram& program, const Pass& pass, ThreadPool& pool) {
  Interpreter(program, pass, pool).run();
}

}  // namespace lockstep::cpu
