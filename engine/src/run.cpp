// Evaluation: plans the passes of some expressions and runs them on the device.
#include <algorithm>
#include <vector>

#include "builder.hpp"
#include "formula.hpp"
#include "plan.hpp"
#include "recipe.hpp"
#include "require.hpp"
#include "tape.hpp"
#include "typing.hpp"

namespace lockstep {
namespace {

// A device keeps this many compiled programs; a program that computes its constants anew each time would fill memory.
constexpr std::size_t kMaxPrograms = 4096;

template <class F>
void for_each_array(const ExprNode* node, std::unordered_map<const ExprNode*, bool>& seen, const F& f) {
  if (!seen.emplace(node, true).second) return;
  if (node->kind == ExprNode::Kind::array) f(node->array);
  for (const auto& operand : node->operands)
    if (operand) for_each_array(operand.get(), seen, f);
}

template <class F>
void for_each_array(std::span<const Request> requests, const F& f) {
  std::unordered_map<const ExprNode*, bool> seen;
  for (const Request& request : requests) for_each_array(request.value.node().get(), seen, f);
}

void check_target(const Request& request) {
  const Array& target = request.target;
  const Expr& value = request.value;
  if (value.shape() != target.shape() && broadcast(value.shape(), target.shape()) != target.shape())
    fail(Code::bad_shape, "a value of shape {} does not fit a target of shape {}", value.shape(), target.shape());
  require(value.is_weak() ? is_floating(target.dtype()) || !is_floating(value.dtype())
                          : same_kind(value.dtype(), target.dtype()),
          Code::bad_type, "a value of type {} cannot be stored as {}\nCast it explicitly if that is meant.",
          to_string(value.dtype()), to_string(target.dtype()));
  if (value.is_weak()) convert_literal(*value.node(), target.dtype());
  for (int d = 0; d < target.rank(); ++d)
    require(target.shape()[d] <= 1 || target.strides()[static_cast<std::size_t>(d)] != 0, Code::bad_argument,
            "the target repeats elements along axis {}: it is a broadcast view\nWrite to a copy.", d);
}

/// True if a target's elements could be overwritten before another part of the work has read them.
bool must_go_through_copies(std::span<const Request> requests, std::size_t passes) {
  bool hazard = false;
  for (const Request& request : requests) {
    if (!request.target.valid()) continue;
    for_each_array(requests, [&](const Array& leaf) {
      hazard = hazard || (leaf.may_overlap(request.target) && (passes > 1 || !same_view(leaf, request.target)));
    });
    for (const Request& other : requests)
      hazard = hazard || (&other != &request && other.target.valid() && other.target.may_overlap(request.target));
  }
  return hazard;
}

/// The bits of a fold of nothing.
std::uint64_t identity_bits(const ExprNode& reduce) {
  if (reduce.fold == Fold::custom) return reduce.bits;
  if (reduce.fold == Fold::band) return bits_of(reduce.dtype, std::int64_t{reduce.dtype == DType::boolean ? 1 : -1});
  return bits_of(reduce.dtype, std::int64_t{reduce.fold == Fold::prod || reduce.fold == Fold::all ? 1 : 0});
}

/// Bytes that a pass reads and writes: each operand's elements once, however often its strides repeat them.
std::uint64_t bytes_of(const Program& program, const Pass& pass) {
  const auto of = [&](const Operand& operand, DType type) {
    std::uint64_t bytes = size_of(type);
    for (std::size_t d = 0; d < static_cast<std::size_t>(pass.rank); ++d)
      if (operand.strides[d] != 0) bytes *= pass.extents[d];
    return bytes;
  };
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < pass.arrays.size(); ++i) bytes += of(pass.arrays[i], program.arrays[i]);
  for (std::size_t i = 0; i < pass.outputs.size(); ++i)
    bytes += of(pass.outputs[i], program.output_type(program.outputs[i]));
  return bytes;
}

class Run {
 public:
  Run(Device::Impl& device, BackendQueue& on, std::span<const Request> requests)
      : device_(device), on_(on), results_(requests.size()) {
    for (std::size_t i = 0; i < requests.size(); ++i) results_[i] = requests[i].target;
  }

  /// Everything that can fail before the device works: a failure leaves all targets as they were.
  void prepare(const Group& group) {
    GroupProgram work = make_program(group, reduced_);
    std::vector<Operand> outputs;
    std::vector<Array> targets;
    for (const Item& item : group.items) {
      const Array& out = targets.emplace_back(output_array(group, item));
      outputs.push_back(item.reduce ? lay_over_kept(out, *item.reduce, group.space) : lay_over(out, group.space));
      outputs.back().buffer = &out.storage()->buffer();
    }
    if (group.space.size() == 0) {
      fill_identities(group);
      return;
    }
    for (std::size_t i = 0; i < work.arrays.size(); ++i)
      work.array_operands[i].buffer = &work.arrays[i].storage()->buffer();
    std::vector<Operand*> all;
    for (auto* list : {&work.array_operands, &work.index_operands, &outputs})
      for (Operand& operand : *list) all.push_back(&operand);
    const Dimensions dims = make_dimensions(group, all);
    add_pass(group, std::move(work), std::move(outputs), std::move(targets), dims);
  }

  void execute() {
    for (const Prepared& p : passes_) {
      const Pass pass{p.dims.rank,           p.dims.outer_rank, p.dims.extents, p.work.array_operands,
                      p.work.index_operands, p.outputs,         p.work.scalars};
      const auto run = [&] { device_.run_pass(on_, p.executable, pass); };
      if (device_.recorder)
        device_.recorder->record(Work::pass, on_, p.label, bytes_of(p.work.program, pass), run);
      else
        run();
    }
  }

  /// What can be done again with other leaves; nothing if a pass does not come from the expressions.
  std::shared_ptr<const Recipe> recipe(const Leaves& leaves, std::span<const Request> requests) {
    if (!repeatable_) return nullptr;
    auto recipe = std::make_shared<Recipe>();
    for (const Array& array : made_)
      recipe->made.emplace_back(nullptr, array.dtype(), array.shape(), array.strides(), 0);
    for (const Prepared& p : passes_) {
      Recipe::Step step{p.executable, p.dims, p.work.array_operands, {}, p.work.arrays.size(), 0, {}};
      step.indices = p.work.index_operands.size();
      step.operands.insert(step.operands.end(), p.work.index_operands.begin(), p.work.index_operands.end());
      step.operands.insert(step.operands.end(), p.outputs.begin(), p.outputs.end());
      for (const Array& array : p.work.arrays) step.sources.push_back(source(leaves, array));
      for (const Array& array : p.targets) step.sources.push_back(source(leaves, array));
      for (std::size_t i = 0; i < p.work.scalars.size(); ++i) {
        const auto leaf = std::find(leaves.numbers.begin(), leaves.numbers.end(), p.work.scalar_nodes[i]);
        step.numbers.push_back({static_cast<std::uint32_t>(leaf - leaves.numbers.begin()), p.work.program.scalars[i]});
      }
      recipe->steps.push_back(std::move(step));
    }
    for (std::size_t i = 0; i < requests.size(); ++i) {
      if (requests[i].target.valid()) continue;
      const Array& result = results_[i].valid() ? results_[i] : reduced_.at(requests[i].value.node().get());
      recipe->results.push_back(source(leaves, result).number);
    }
    return recipe;
  }

  std::vector<Array> finish(std::span<const Request> requests) {
    for (std::size_t i = 0; i < requests.size(); ++i)
      if (!results_[i].valid()) results_[i] = reduced_.at(requests[i].value.node().get());
    return std::move(results_);
  }

 private:
  Array make(const Shape& shape, DType type) { return made_.emplace_back(device_.allocate(shape, type)); }

  Array output_array(const Group& group, const Item& item) {
    if (item.reduce) return reduced_.emplace(item.reduce, make(item.reduce->shape, item.reduce->dtype)).first->second;
    Array& result = results_[item.request];
    if (!result.valid()) result = make(group.space, item.type);
    return result;
  }

  /// Arrays that the run made are found by their memory; any other operand is a leaf.
  Recipe::Source source(const Leaves& leaves, const Array& array) const {
    for (std::size_t i = 0; i < made_.size(); ++i)
      if (made_[i].storage() == array.storage()) return {true, static_cast<std::uint32_t>(i)};
    return {false, static_cast<std::uint32_t>(find_view(leaves.arrays, array))};
  }

  /// A fold's output over the axes of the space: with or without the folded axes, it has no strides there.
  static Operand lay_over_kept(const Array& out, const ExprNode& reduce, const Shape& space) {
    Operand operand{nullptr, out.offset(), {}};
    std::int64_t step = 1;
    for (int d = space.rank() - 1; d >= 0; --d) {
      if (std::binary_search(reduce.axes.begin(), reduce.axes.end(), d)) continue;
      operand.strides[static_cast<std::size_t>(d)] = step;
      step *= static_cast<std::int64_t>(space[d]);
    }
    return operand;
  }

  void fill_identities(const Group& group) {
    repeatable_ = false;
    for (const Item& item : group.items) {
      if (!item.reduce || item.reduce->shape.size() == 0) continue;
      const Array& out = reduced_.at(item.reduce);
      Builder builder;
      builder.output(builder.constant(out.dtype(), identity_bits(*item.reduce)), Fold::store);
      GroupProgram work;
      work.program = std::move(builder).finish();
      Dimensions dims;
      dims.rank = 1;
      dims.extents[0] = out.size();
      add_pass(group, std::move(work), {{&out.storage()->buffer(), 0, {1}}}, {}, dims);
    }
  }

  void add_pass(const Group& group, GroupProgram work, std::vector<Operand> outputs, std::vector<Array> targets,
                const Dimensions& dims) {
    Label label;
    if (device_.recorder) label = {work.program.key(), formula(group)};
    const auto begin = device_.recorder ? Recorder::HostClock::now() : Recorder::HostClock::time_point();
    const std::uint64_t compiled = device_.counters.compiled;
    auto executable = device_.compile(work.program);
    if (device_.recorder && device_.counters.compiled != compiled) device_.recorder->add_compilation(label, begin);
    passes_.push_back(
        {std::move(executable), std::move(work), std::move(outputs), std::move(targets), dims, std::move(label)});
  }

  struct Prepared {
    std::shared_ptr<const Executable> executable;
    GroupProgram work;
    std::vector<Operand> outputs;
    std::vector<Array> targets;  // behind the outputs
    Dimensions dims;
    Label label;  // for who records; else empty
  };

  Device::Impl& device_;
  BackendQueue& on_;
  Reduced reduced_;
  std::vector<Array> made_;
  std::vector<Prepared> passes_;
  std::vector<Array> results_;
  bool repeatable_ = true;
};

}  // namespace

std::shared_ptr<const Executable> Device::Impl::compile(const Program& program) {
  std::string key = program.key();
  const auto found = programs_.find(key);
  if (found != programs_.end()) return found->second;
  if (!info.has_f64) {
    const auto check = [&](const std::vector<Node>& nodes) {
      for (const Node& node : nodes)
        require(node.type != DType::f64, Code::unsupported,
                "{} has no f64 arithmetic\nCast to f32, or use another device.", info.name);
    };
    check(program.nodes);
    for (const Combine& combine : program.combines) check(combine.nodes);
  }
  std::shared_ptr<const Executable> executable = backend->do_compile(program);
  if (programs_.size() >= kMaxPrograms) {
    programs_.clear();
    recipes_->clear();  // they keep programs too
  }
  programs_.emplace(std::move(key), executable);
  ++counters.compiled;
  return executable;
}

void Device::Impl::run_pass(BackendQueue& on, const std::shared_ptr<const Executable>& executable, const Pass& pass) {
  const bool keeps = tape && tape->keeps(on);
  for (const Operand& operand : pass.arrays) order.use(on, *operand.buffer, false);
  for (const Operand& operand : pass.outputs) order.use(on, *operand.buffer, true);
  on.do_run(*executable, pass);
  if (keeps) tape->add(executable, pass);
  ++counters.passes;
}

std::vector<Array> Device::Impl::run(BackendQueue& on, std::span<const Assignment> assignments,
                                     std::span<const Expr> values, Replay* replay) {
  std::vector<Want> wants;
  wants.reserve(assignments.size() + values.size());
  for (const Assignment& a : assignments) wants.push_back({&a.value, &a.target});
  for (const Expr& value : values) wants.push_back({&value, nullptr});
  return run(on, wants, replay);
}

std::vector<Array> Device::Impl::run(BackendQueue& on, std::span<const Want> wants, Replay* replay) {
  for (const Want& want : wants) {
    if (!want.target) continue;
    require(want.target->valid(), Code::bad_argument, "the target of an assignment holds no array");
    if (const Impl* owner = want.target->storage()->device().get(); owner != this)
      fail(Code::wrong_device, "an assignment on {} writes to an array of {}", info.name, owner->info.name);
  }
  const std::lock_guard lock(mutex);
  Scratch& scratch = *scratch_;
  // Who records wants labels, which come with a plan.
  const bool repeatable = !recorder && scratch.key.read(wants, *this);
  const auto* const recipe = repeatable ? recipes_->find(scratch.key) : nullptr;
  if (replay) *replay = {recipe ? *recipe : nullptr, scratch.key.leaves()};
  if (recipe) return follow(on, **recipe, scratch.key.leaves());

  std::vector<Request> requests;
  for (const Want& want : wants) requests.push_back({*want.value, want.target ? *want.target : Array()});
  for_each_array(requests, [&](const Array& array) {
    require(array.storage()->device().get() == this, Code::wrong_device,
            "an expression for {} reads an array of {}\nCopy the array to the device first.", info.name,
            array.storage()->device()->info.name);
  });
  for (const Request& request : requests)
    if (request.target.valid()) check_target(request);
  std::vector<Array> results = run_locked(on, requests, repeatable ? &scratch.key : nullptr);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < wants.size(); ++i)
    if (!wants[i].target) results[kept++] = std::move(results[i]);
  results.resize(kept);
  return results;
}

std::vector<Array> Device::Impl::run_locked(BackendQueue& on, std::span<const Request> requests, const RecipeKey* key) {
  const std::vector<Group> plan = make_plan(requests);
  if (must_go_through_copies(requests, plan.size())) return run_through_copies(on, requests);
  Run work(*this, on, requests);
  for (const Group& group : plan) work.prepare(group);
  work.execute();
  if (key)
    if (auto recipe = work.recipe(key->leaves(), requests)) recipes_->add(*key, std::move(recipe));
  return work.finish(requests);
}

/// Evaluates what is to be assigned into arrays of its own first, and then stores it.
std::vector<Array> Device::Impl::run_through_copies(BackendQueue& on, std::span<const Request> requests) {
  std::vector<Request> values(requests.begin(), requests.end());
  for (Request& r : values)
    if (r.target.valid()) r = {cast(broadcast_to(r.value, r.target.shape()), r.target.dtype()), {}};
  std::vector<Array> results = run_locked(on, values, nullptr);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (!requests[i].target.valid()) continue;
    const Request store{Expr(results[i]), requests[i].target};
    results[i] = run_locked(on, std::span<const Request>(&store, 1), nullptr).front();
  }
  return results;
}

std::vector<Array> Device::Impl::follow(BackendQueue& on, const Recipe& recipe, const Leaves& leaves) {
  std::vector<Array> made;
  made.reserve(recipe.made.size());
  // Each made in its place: an array that was just written is slow to move.
  for (const Array& like : recipe.made)
    made.emplace_back(make_storage(like.bytes()), like.dtype(), like.shape(), like.strides(), 0);
  Scratch& scratch = *scratch_;
  // Numbers first: one that does not fit its type is refused before the device has done anything.
  scratch.scalars.clear();
  for (const Recipe::Step& step : recipe.steps)
    for (const Recipe::Number& number : step.numbers)
      scratch.scalars.push_back(convert_literal(*leaves.numbers[number.leaf], number.type));
  std::size_t numbers = 0;
  for (const Recipe::Step& step : recipe.steps) {
    scratch.operands = step.operands;
    for (std::size_t i = 0; i < step.sources.size(); ++i) {
      const Recipe::Source& source = step.sources[i];
      Operand& operand = scratch.operands[i < step.arrays ? i : i + step.indices];
      const Array& array = source.made ? made[source.number] : *leaves.arrays[source.number];
      operand.buffer = &array.storage()->buffer();
      operand.offset = array.offset();
    }
    const std::span<const Operand> all(scratch.operands);
    run_pass(on, step.executable,
             {step.dims.rank, step.dims.outer_rank, step.dims.extents, all.first(step.arrays),
              all.subspan(step.arrays, step.indices), all.subspan(step.arrays + step.indices),
              std::span<const std::uint64_t>(scratch.scalars).subspan(numbers, step.numbers.size())});
    numbers += step.numbers.size();
  }
  bool in_order = recipe.results.size() == made.size();
  for (std::size_t i = 0; i < recipe.results.size(); ++i) in_order = in_order && recipe.results[i] == i;
  if (in_order) return made;
  std::vector<Array> results;
  for (const std::uint32_t number : recipe.results) results.push_back(made[number]);
  return results;
}

std::optional<std::vector<Array>> Device::Impl::try_follow(BackendQueue& on, const Recipe& recipe,
                                                           const Leaves& leaves) {
  const std::lock_guard lock(mutex);
  if (recorder) return std::nullopt;
  return follow(on, recipe, leaves);
}

}  // namespace lockstep
