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
// A task is long enough to be handed out at no cost, and short enough that all threads end together.
constexpr double kTaskNanoseconds = 2000;
constexpr std::uint64_t kTasksPerThread = 8;
constexpr std::uint64_t kMostTaskUnits = 256;
// Units of a fold whose nodes fit on the stack.
constexpr std::uint64_t kFewUnits = 64;

// From here on outputs go past the caches: measured, see docs/decisions.md.
constexpr std::uint64_t kStreamBytes = std::uint64_t{8} << 20;

bool is_dense(const Pass& pass, const Operand& operand) { return pass.rank == 0 || operand.strides[0] == 1; }

/// An operand of a block function: where element 0 lies.
struct Place {
  std::byte* first;
  std::uint64_t size;
};

class DirectRun {
 public:
  DirectRun(const InterpretedProgram& program, const Pass& pass, ThreadPool& pool)
      : program_(program), pass_(pass), pool_(pool), n_(pass.rank == 0 ? 1 : pass.extents[0]) {}

  bool run() {
    const Program& p = program_.program();
    if (pass_.rank > 1 || pass_.outer_rank != 0) return false;
    if (p.arrays.size() + p.indices + 2 * p.outputs.size() > kMaxOperands) return false;
    form_ = program_.has_folds() ? Form::fold : Form::map;
    indices_ = p.indices > 0 ? Indices::in_run : Indices::in_memory;
    if (!find_places() || !program_.has_native(form_, indices_)) return false;
    // What a fold's last unit is made of.
    if (form_ == Form::fold && n_ % kBlock != 0 && !program_.has_native(Form::map, indices_)) return false;
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
    first_result_ = count_ += p.indices;
    std::size_t stores = 0, found = 0;
    for (std::size_t o = 0; o < p.outputs.size(); ++o) {
      const Output& output = p.outputs[o];
      if (output.fold != Fold::store) {
        folds_[fold_count_++] = o;
        // Where an extreme value is can be looked up in an array, if nothing is written over it; others do it
        // elsewhere.
        found += is_place(output.fold);
        if (is_place(output.fold) && p.nodes[output.node].op != Op::load) return false;
        if (p.nodes[output.node].op == Op::index) return false;
        continue;
      }
      if (!is_dense(pass_, pass_.outputs[o])) return false;
      ++stores;
      add(pass_.outputs[o], size_of(p.nodes[output.node].type));
    }
    if (found > 0 && stores > 0) return false;
    // Results are in the order of the stored outputs, unless two share one.
    return program_.results(form_).size() == stores;
  }

  /// Elements from number `begin` to `end`; the nodes of units go to `nodes`.
  void call(std::uint64_t begin, std::uint64_t end, std::uint64_t* nodes, std::uint64_t stride) const {
    std::array<void*, kMaxOperands> operands;
    std::array<IndexRun, kMaxOperands> runs;
    for (std::size_t i = 0; i < first_index(); ++i) operands[i] = places_[i].first + begin * places_[i].size;
    for (std::size_t i = first_index(); i < first_result_; ++i) {
      const Operand& index = pass_.indices[i - first_index()];
      runs[i] = IndexRun{index.offset, pass_.rank == 0 ? 0 : index.strides[0]}.from(begin);
      operands[i] = &runs[i];
    }
    for (std::size_t i = first_result_; i < count_; ++i) operands[i] = places_[i].first + begin * places_[i].size;
    for (std::size_t f = 0; f < fold_count_; ++f) operands[count_ + f] = nodes + f * stride;
    program_.call(form_, indices_, operands.data(), pass_.scalars.data(), end - begin);
  }

  std::size_t first_index() const { return pass_.arrays.size(); }
  int threads() const { return pool_.helpful_threads(program_.nanoseconds() * static_cast<double>(n_)); }

  std::uint64_t task_units(std::uint64_t units, int threads) const {
    const auto least = static_cast<std::uint64_t>(kTaskNanoseconds / (program_.nanoseconds() * kBlock)) + 1;
    const std::uint64_t even = units / (kTasksPerThread * static_cast<std::uint64_t>(threads)) + 1;
    return std::min(std::max(least, even), kMostTaskUnits);
  }

  void run_map() {
    if (past_caches() && program_.has_native(Form::stream, indices_)) form_ = Form::stream;
    const int threads = this->threads();
    if (threads == 1) return call(0, n_, nullptr, 0);
    const std::uint64_t step = task_units((n_ - 1) / kBlock + 1, threads) * kBlock;
    pool_.run((n_ - 1) / step + 1,
              [this, step](std::uint64_t i) { call(i * step, std::min(n_, (i + 1) * step), nullptr, 0); }, threads);
  }

  /// True if the outputs are too large to be in a cache when somebody reads them, and no input: then reading them
  /// before they are overwritten, as a cache does, is in vain.
  bool past_caches() const {
    std::uint64_t bytes = 0;
    for (std::size_t o = 0; o < pass_.outputs.size(); ++o) {
      const Place& place = places_[first_result_ + o];
      bytes += n_ * place.size;
      if (reinterpret_cast<std::uintptr_t>(place.first) % 64 != 0) return false;
      for (const Operand& array : pass_.arrays)
        if (array.buffer == pass_.outputs[o].buffer) return false;
    }
    return bytes >= kStreamBytes;
  }

  void run_folds() const {
    const std::uint64_t units = (n_ - 1) / kBlock + 1;
    const int threads = this->threads();
    if (units > kFewUnits || threads > 1) return run_chunks(units, threads);
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
  void run_chunks(std::uint64_t units, int threads) const {
    constexpr std::uint64_t kLargest = 1024;
    const std::uint64_t chunk = threads == 1 ? kLargest : std::bit_ceil(task_units(units, threads));
    const std::uint64_t chunks = (units - 1) / chunk + 1;
    std::vector<Partial> partials(chunks * fold_count_);
    const auto task = [&](std::uint64_t c) {
      std::vector<std::uint64_t> nodes(chunk * fold_count_);
      const std::uint64_t end = std::min(n_, (c + 1) * chunk * kBlock);
      call(c * chunk * kBlock, end, nodes.data(), chunk);
      const std::uint64_t count = (end - c * chunk * kBlock - 1) / kBlock + 1;
      for (std::size_t f = 0; f < fold_count_; ++f) {
        Partial& node = partials[f * chunks + c];
        node = program_.folds()[folds_[f]].join(&nodes[f * chunk], count);
        node.index += c * chunk;
      }
    };
    pool_.run(chunks, task, threads);
    for (std::size_t f = 0; f < fold_count_; ++f)
      write(f, join(program_.folds()[folds_[f]], &partials[f * chunks], chunks));
  }

  static Partial join(const OutputFold& ops, Partial* nodes, std::uint64_t n) {
    for (; n > 1; n = n / 2 + n % 2) {
      for (std::uint64_t i = 0; i < n / 2; ++i) {
        ops.combine(nodes[2 * i], nodes[2 * i + 1]);
        nodes[i] = nodes[2 * i];
      }
      if (n % 2) nodes[n / 2] = nodes[n - 1];
    }
    return nodes[0];
  }

  /// Of an extreme value the unit that has it is known.
  std::uint64_t find_element(std::size_t o, const Partial& node) const {
    const Place& values = places_[program_.program().nodes[program_.program().outputs[o].node].bits];
    const std::uint64_t begin = node.index * kBlock;
    const std::uint64_t count = std::min<std::uint64_t>(kBlock, n_ - begin);
    return begin + program_.folds()[o].ops.find(values.first + begin * values.size, count, node.bits);
  }

  void write(std::size_t f, const Partial& node) const {
    const std::size_t o = folds_[f];
    const Output& output = program_.program().outputs[o];
    const Operand& operand = pass_.outputs[o];
    const std::uint64_t size = size_of(program_.program().output_type(output));
    const std::uint64_t value = is_place(output.fold) ? find_element(o, node) : node.bits;
    std::memcpy(data_of(*operand.buffer) + operand.offset * static_cast<std::int64_t>(size), &value, size);
  }

  const InterpretedProgram& program_;
  const Pass& pass_;
  ThreadPool& pool_;
  std::uint64_t n_;
  Form form_ = Form::map;
  Indices indices_ = Indices::in_memory;
  std::array<Place, kMaxOperands> places_;
  std::array<std::size_t, kMaxOperands> folds_;
  std::size_t count_ = 0;
  std::size_t first_result_ = 0;
  std::size_t fold_count_ = 0;
};

}  // namespace

bool run_directly(const InterpretedProgram& program, const Pass& pass, ThreadPool& pool) {
  return DirectRun(program, pass, pool).run();
}

}  // namespace lockstep::cpu
