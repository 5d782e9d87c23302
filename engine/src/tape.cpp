#include "tape.hpp"

#include "require.hpp"

namespace lockstep {

Tape::~Tape() {
  graph_.reset();
  for (const auto& [buffer, writes] : buffers_) pool_.let_go(*buffer);
}

bool Tape::keeps(const BackendQueue& on) const {
  if (std::this_thread::get_id() != thread_) return false;
  require(&on == &queue_, Code::bad_argument,
          "a recording keeps work of the device's own stream, and this is for another one");
  return true;
}

void Tape::refuse_transfer() const {
  require(std::this_thread::get_id() != thread_, Code::bad_argument,
          "a recording cannot move elements between host and device\nDo that before or after it.");
}

void Tape::use(Buffer& buffer, bool writes) {
  const auto [place, is_new] = buffers_.try_emplace(&buffer, writes);
  place->second = place->second || writes;
  if (is_new) pool_.keep(buffer);
}

void Tape::add(std::shared_ptr<const Executable> executable, const Pass& pass) {
  Entry& entry = entries_.emplace_back();
  entry.executable = std::move(executable);
  entry.is_pass = true;
  entry.pass = pass;
  for (const auto& list : {pass.arrays, pass.indices, pass.outputs})
    entry.operands.insert(entry.operands.end(), list.begin(), list.end());
  entry.scalars.assign(pass.scalars.begin(), pass.scalars.end());
  const std::span<const Operand> all(entry.operands);
  entry.pass.arrays = all.first(pass.arrays.size());
  entry.pass.indices = all.subspan(pass.arrays.size(), pass.indices.size());
  entry.pass.outputs = all.last(pass.outputs.size());
  entry.pass.scalars = entry.scalars;
  for (const Operand& operand : pass.arrays) use(*operand.buffer, false);
  for (const Operand& operand : pass.outputs) use(*operand.buffer, true);
  ++passes_;
}

void Tape::add(std::shared_ptr<const Executable> executable, std::span<const NativeArgument> arguments, std::uint64_t n,
               const std::vector<Parameter>& parameters) {
  Entry& entry = entries_.emplace_back();
  entry.executable = std::move(executable);
  entry.arguments.assign(arguments.begin(), arguments.end());
  entry.n = n;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (arguments[i].buffer) use(*arguments[i].buffer, parameters[i].access != Access::read);
}

void Tape::queue_entries() const {
  for (const Entry& entry : entries_)
    if (entry.is_pass)
      queue_.do_run(*entry.executable, entry.pass);
    else
      queue_.do_launch(*entry.executable, entry.arguments, entry.n);
}

void Tape::finish() {
  thread_ = {};
  if (auto* graphs = dynamic_cast<GraphQueue*>(&queue_); graphs && !entries_.empty())
    graph_ = graphs->do_make_graph([this] { queue_entries(); });
}

void Tape::replay(QueueOrder& order) const {
  for (const auto& [buffer, writes] : buffers_) order.use(queue_, *buffer, writes);
  graph_ ? graph_->do_replay() : queue_entries();
}

}  // namespace lockstep
