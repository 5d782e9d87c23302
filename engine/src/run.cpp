// Evaluation: plans the passes of some expressions and runs them on the device.
#include <algorithm>
#include <vector>

#include "builder.hpp"
#include "formula.hpp"
#include "plan.hpp"
#include "require.hpp"
#include "typing.hpp"

namespace lockstep {
namespace {

// A device keeps this many compiled programs; a program that computes its constants anew each time would fill memory.
constexpr std::size_t kMaxPrograms = 4096;

bool same_elements(const Array& a, const Array& b) {
  return a.storage() == b.storage() && a.offset() == b.offset() && a.dtype() == b.dtype() && a.shape() == b.shape() &&
         a.strides() == b.strides();
}

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
  require(broadcast(value.shape(), target.shape()) == target.shape(), Code::bad_shape,
          "a value of shape {} does not fit a target of shape {}", to_string(value.shape()), to_string(target.shape()));
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
      hazard = hazard || (leaf.may_overlap(request.target) && (passes > 1 || !same_elements(leaf, request.target)));
    });
    for (const Request& other : requests)
      hazard = hazard || (&other != &request && other.target.valid() && other.target.may_overlap(request.target));
  }
  return hazard;
}

/// The bits of a fold of nothing.
std::uint64_t identity_bits(Fold fold, DType type) {
  return bits_of(type, std::int64_t{fold == Fold::prod || fold == Fold::all ? 1 : 0});
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
    for (const Item& item : group.items) {
      const Array out = output_array(group, item);
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
    add_pass(group, std::move(work), std::move(outputs), dims);
  }

  void execute() {
    for (const Prepared& p : passes_) {
      const Pass pass{p.dims.rank,           p.dims.outer_rank, p.dims.extents, p.work.array_operands,
                      p.work.index_operands, p.outputs,         p.work.scalars};
      const auto run = [&] { device_.run_pass(on_, *p.executable, pass); };
      if (device_.recorder)
        device_.recorder->record(Work::pass, on_, p.label, bytes_of(p.work.program, pass), run);
      else
        run();
    }
  }

  std::vector<Array> finish(std::span<const Request> requests) {
    for (std::size_t i = 0; i < requests.size(); ++i)
      if (!results_[i].valid()) results_[i] = reduced_.at(requests[i].value.node().get());
    return std::move(results_);
  }

 private:
  Array output_array(const Group& group, const Item& item) {
    if (item.reduce)
      return reduced_.emplace(item.reduce, device_.allocate(item.reduce->shape, item.reduce->dtype)).first->second;
    Array& result = results_[item.request];
    if (!result.valid()) result = device_.allocate(group.space, item.type);
    return result;
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
    for (const Item& item : group.items) {
      if (!item.reduce || item.reduce->shape.size() == 0) continue;
      const Array& out = reduced_.at(item.reduce);
      Builder builder;
      builder.output(builder.constant(out.dtype(), identity_bits(item.reduce->fold, out.dtype())), Fold::store);
      GroupProgram work;
      work.program = std::move(builder).finish();
      Dimensions dims;
      dims.rank = 1;
      dims.extents[0] = out.size();
      add_pass(group, std::move(work), {{&out.storage()->buffer(), 0, {1}}}, dims);
    }
  }

  void add_pass(const Group& group, GroupProgram work, std::vector<Operand> outputs, const Dimensions& dims) {
    Label label;
    if (device_.recorder) label = {work.program.key(), formula(group)};
    const auto begin = device_.recorder ? Recorder::HostClock::now() : Recorder::HostClock::time_point();
    const std::uint64_t compiled = device_.counters.compiled;
    auto executable = device_.compile(work.program);
    if (device_.recorder && device_.counters.compiled != compiled) device_.recorder->add_compilation(label, begin);
    passes_.push_back({std::move(executable), std::move(work), std::move(outputs), dims, std::move(label)});
  }

  struct Prepared {
    std::shared_ptr<const Executable> executable;
    GroupProgram work;
    std::vector<Operand> outputs;
    Dimensions dims;
    Label label;  // for who records; else empty
  };

  Device::Impl& device_;
  BackendQueue& on_;
  Reduced reduced_;
  std::vector<Prepared> passes_;
  std::vector<Array> results_;
};

}  // namespace

std::shared_ptr<const Executable> Device::Impl::compile(const Program& program) {
  std::string key = program.key();
  const auto found = programs_.find(key);
  if (found != programs_.end()) return found->second;
  if (!info.has_f64) {
    for (const Node& node : program.nodes)
      require(node.type != DType::f64, Code::unsupported,
              "{} has no f64 arithmetic\nCast to f32, or use another device.", info.name);
  }
  std::shared_ptr<const Executable> executable = backend->do_compile(program);
  if (programs_.size() >= kMaxPrograms) programs_.clear();
  programs_.emplace(std::move(key), executable);
  ++counters.compiled;
  return executable;
}

void Device::Impl::run_pass(BackendQueue& on, const Executable& executable, const Pass& pass) {
  for (const Operand& operand : pass.arrays) order.use(on, *operand.buffer, false);
  for (const Operand& operand : pass.outputs) order.use(on, *operand.buffer, true);
  on.do_run(executable, pass);
  ++counters.passes;
}

std::vector<Array> Device::Impl::run(BackendQueue& on, std::span<const Assignment> assignments,
                                     std::span<const Expr> values) {
  std::vector<Request> requests;
  for (const Assignment& a : assignments) {
    require(a.target.valid(), Code::bad_argument, "the target of an assignment holds no array");
    require(a.target.storage()->device().get() == this, Code::wrong_device,
            "an assignment on {} writes to an array of {}", info.name, a.target.device().name());
    requests.push_back({a.value, a.target});
  }
  for (const Expr& value : values) requests.push_back({value, {}});
  std::vector<Array> results = run(on, requests);
  results.erase(results.begin(), results.begin() + static_cast<std::ptrdiff_t>(assignments.size()));
  return results;
}

std::vector<Array> Device::Impl::run(BackendQueue& on, std::span<const Request> requests) {
  for_each_array(requests, [&](const Array& array) {
    require(array.storage()->device().get() == this, Code::wrong_device,
            "an expression for {} reads an array of {}\nCopy the array to the device first.", info.name,
            array.storage()->device()->info.name);
  });
  for (const Request& request : requests)
    if (request.target.valid()) check_target(request);
  const std::lock_guard lock(mutex);
  return run_locked(on, requests);
}

std::vector<Array> Device::Impl::run_locked(BackendQueue& on, std::span<const Request> requests) {
  const std::vector<Group> plan = make_plan(requests);
  if (must_go_through_copies(requests, plan.size())) return run_through_copies(on, requests);
  Run work(*this, on, requests);
  for (const Group& group : plan) work.prepare(group);
  work.execute();
  return work.finish(requests);
}

/// Evaluates what is to be assigned into arrays of its own first, and then stores it.
std::vector<Array> Device::Impl::run_through_copies(BackendQueue& on, std::span<const Request> requests) {
  std::vector<Request> values(requests.begin(), requests.end());
  for (Request& r : values)
    if (r.target.valid()) r = {cast(broadcast_to(r.value, r.target.shape()), r.target.dtype()), {}};
  std::vector<Array> results = run_locked(on, values);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (!requests[i].target.valid()) continue;
    const Request store{Expr(results[i]), requests[i].target};
    results[i] = run_locked(on, std::span<const Request>(&store, 1)).front();
  }
  return results;
}

}  // namespace lockstep
