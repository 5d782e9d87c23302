#include "direct_run.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "host_buffer.hpp"

namespace lockstep::cpu {
namespace {

constexpr std::size_t kMaxOperands = 16;
// Waking a thread costs some microseconds: as long as this many elements take one thread.
constexpr std::uint64_t kSerialUnits = 16;
constexpr std::uint64_t kTaskUnits = 64;
// Units of a fold whose nodes fit on the stack.
constexpr std::uint64_t kFewUnits = 64;

bool is_dense(const Pass& pass, const Operand& operand) { return pass.rank == 0 || operand.strides[0] == 1; }

/// An operand of a block function: where element 0 lies.
struct Place {
  std::byte* first = nullptr;
  std::uint64_t size = 0;
};

class DirectRun {
 public:
  DirectRun(const InterpretedProgram& program, const Pass& pass, ThreadPool& pool)
      : program_(program), pass_(pass), pool_(pool), n_(pass.rank == 0 ? 1 : pass.extents[0]) {}

  bool run() {
    const Program& p = program_.program();
    if (pass_.rank > 1 || pass_.outer_rank != 0 || !pass_.indices.empty()) return false;
    if (p.arrays.size() + 2 * p.outputs.size() > kMaxOperands) return false;
    form_ = program_.has_folds() ? Form::fold : Form::map;
    function_ = program_.native(form_);
    if (!function_ || !find_places()) return false;
    if (form_ == Form::map)
      run_map();
    else
      run_folds();
    return true;
  }

 private:
  void add(const Operand& operand, std::uint64_t size) {
    places_[count_++] = {data_of(*operand.buffer) + operand.offset * static_cast<std::int64_t>(size), size};
  }

  /// False if an operand is not dense, or an output is not of the kind that goes this way.
  bool find_places() {
    const Program& p = program_.program();
    for (std::size_t a = 0; a < pass_.arrays.size(); ++a) {
      if (!is_dense(pass_, pass_.arrays[a])) return false;
      add(pass_.arrays[a], size_of(p.arrays[a]));
    }
    std::size_t stores = 0;
    for (std::size_t o = 0; o < p.outputs.size(); ++o) {
      const Output& output = p.outputs[o];
      // Where an extreme value is is looked up elsewhere.
      if (output.fold == Fold::argmin || output.fold == Fold::argmax) return false;
      if (output.fold != Fold::store) {
        folds_[fold_count_++] = o;
        continue;
      }
      if (!is_dense(pass_, pass_.outputs[o])) return false;
      ++stores;
      add(pass_.outputs[o], size_of(p.nodes[output.node].type));
    }
    // Results are in the order of the stored outputs, unless two share one.
    return program_.results(form_).size() == stores;
  }

  /// Elements from number `begin` to `end`; the nodes of units go to `nodes`.
  void call(std::uint64_t begin, std::uint64_t end, std::uint64_t* nodes, std::uint64_t stride) const {
    std::array<void*, kMaxOperands> operands;
    for (std::size_t i = 0; i < count_; ++i) operands[i] = places_[i].first + begin * places_[i].size;
    for (std::size_t f = 0; f < fold_count_; ++f) operands[count_ + f] = nodes + f * stride;
    function_(operands.data(), pass_.scalars.data(), end - begin);
  }

  void run_map() const {
    const std::uint64_t units = (n_ - 1) / kBlock + 1;
    if (pool_.threads() == 1 || units <= kSerialUnits) return call(0, n_, nullptr, 0);
    constexpr std::uint64_t kStep = kTaskUnits * kBlock;
    pool_.run((n_ - 1) / kStep + 1,
              [this](std::uint64_t i) { call(i * kStep, std::min(n_, (i + 1) * kStep), nullptr, 0); });
  }

  void run_folds() const {
    const std::uint64_t units = (n_ - 1) / kBlock + 1;
    if (units > kFewUnits || (pool_.threads() > 1 && units > kSerialUnits)) return run_chunks(units);
    std::array<std::uint64_t, kFewUnits> few;
    std::vector<std::uint64_t> many;
    std::uint64_t* nodes = few.data();
    if (units * fold_count_ > kFewUnits) {
      many.resize(units * fold_count_);
      nodes = many.data();
    }
    call(0, n_, nodes, units);
    for (std::size_t f = 0; f < fold_count_; ++f) write(f, program_.folds()[folds_[f]].join(nodes + f * units, units));
  }

  /// Aligned runs of units, each folded by one task.
  void run_chunks(std::uint64_t units) const {
    constexpr std::uint64_t kLargest = 1024;
    const auto threads = static_cast<std::uint64_t>(pool_.threads());
    const std::uint64_t wanted = threads == 1 ? 1 : 8 * threads;
    const std::uint64_t chunk = std::bit_ceil(std::clamp<std::uint64_t>((units - 1) / wanted + 1, 16, kLargest));
    const std::uint64_t chunks = (units - 1) / chunk + 1;
    std::vector<Partial> partials(chunks * fold_count_);
    const auto task = [&](std::uint64_t c) {
      std::vector<std::uint64_t> nodes(chunk * fold_count_);
      const std::uint64_t end = std::min(n_, (c + 1) * chunk * kBlock);
      call(c * chunk * kBlock, end, nodes.data(), chunk);
      const std::uint64_t count = (end - c * chunk * kBlock - 1) / kBlock + 1;
      for (std::size_t f = 0; f < fold_count_; ++f)
        partials[f * chunks + c] = program_.folds()[folds_[f]].join(&nodes[f * chunk], count);
    };
    pool_.run(chunks, task);
    for (std::size_t f = 0; f < fold_count_; ++f)
      write(f, join(program_.folds()[folds_[f]], &partials[f * chunks], chunks));
  }

  static Partial join(const FoldOps& ops, Partial* nodes, std::uint64_t n) {
    for (; n > 1; n = n / 2 + n % 2) {
      for (std::uint64_t i = 0; i < n / 2; ++i) {
        ops.combine(nodes[2 * i], nodes[2 * i + 1]);
        nodes[i] = nodes[2 * i];
      }
      if (n % 2) nodes[n / 2] = nodes[n - 1];
    }
    return nodes[0];
  }

  void write(std::size_t f, const Partial& node) const {
    const std::size_t o = folds_[f];
    const Operand& operand = pass_.outputs[o];
    const std::uint64_t size = size_of(program_.program().nodes[program_.program().outputs[o].node].type);
    std::memcpy(data_of(*operand.buffer) + operand.offset * static_cast<std::int64_t>(size), &node.bits, size);
  }

  const InterpretedProgram& program_;
  const Pass& pass_;
  ThreadPool& pool_;
  std::uint64_t n_;
  Form form_ = Form::map;
  BlockFunction function_ = nullptr;
  std::array<Place, kMaxOperands> places_;
  std::array<std::size_t, kMaxOperands> folds_;
  std::size_t count_ = 0;
  std::size_t fold_count_ = 0;
};

}  // namespace

bool run_directly(const InterpretedProgram& program, const Pass& pass, ThreadPool& pool) {
  return DirectRun(program, pass, pool).run();
}

}  // namespace lockstep::cpu
