#include "lockstep/device.hpp"

#include <algorithm>
#include <cstring>

#include "device_impl.hpp"
#include "plan.hpp"
#include "recipe.hpp"
#include "require.hpp"
#include "typing.hpp"

namespace lockstep {

Storage::Storage(std::shared_ptr<Device::Impl> device, std::unique_ptr<Buffer> buffer)
    : device_(std::move(device)), buffer_(std::move(buffer)) {}
Storage::~Storage() { device_->pool.give_back(std::move(buffer_)); }

Device::Impl::Impl(std::unique_ptr<BackendDevice> device, const DeviceOptions& how)
    : backend(std::move(device)),
      info(backend->do_info()),
      options(how),
      pool(info.name, how.memory_budget ? std::min(how.memory_budget, info.memory) : info.memory,
           [this](std::uint64_t bytes) { return backend->do_allocate(bytes); }),
      queue(backend->do_make_queue()),
      recipes_(std::make_unique<RecipeBook>()),
      scratch_(std::make_unique<Scratch>()) {
  order.add(*queue);
}

Device::Impl::~Impl() {
  try {
    queue->do_record()->do_wait();
  } catch (...) {
    // A device that failed has nothing left to wait for.
  }
}

Array Device::Impl::allocate(const Shape& shape, DType type) {
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(shape.size(), size_of(type), &bytes))
    fail(Code::bad_shape, "an array of shape {} and type {} has more bytes than 64 bits count", shape, to_string(type));
  return Array(make_storage(bytes), type, shape, row_major(shape), 0);
}

std::shared_ptr<Storage> Device::Impl::make_storage(std::uint64_t bytes) {
  return std::make_shared<Storage>(shared_from_this(), pool.take(bytes));
}

Device::Device(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

const DeviceInfo& Device::info() const noexcept { return impl_->info; }

Array Device::empty(const Shape& shape, DType type) const { return impl_->allocate(shape, type); }

Array Device::zeros(const Shape& shape, DType type) const { return full(shape, cast(Expr(0), type), type); }

Array Device::full(const Shape& shape, const Expr& value, DType type) const {
  const Array array = empty(shape, type);
  assign(array, value);
  return array;
}

Array Device::array_from_bytes(const void* data, std::uint64_t count, DType type, const Shape& shape) const {
  require(count == shape.size(), Code::bad_shape, "{} values do not fill shape {}, which has {}", count, shape,
          shape.size());
  const Array array = empty(shape, type);
  if (count) impl_->write(*impl_->queue, array, data);
  return array;
}

std::vector<Array> Device::evaluate(std::span<const Expr> values) const {
  return impl_->run(*impl_->queue, {}, values);
}

Array Device::evaluate(const Expr& value) const {
  const Want one{&value, nullptr};
  return std::move(impl_->run(*impl_->queue, {&one, 1}).front());
}

void Device::assign(const Array& target, const Expr& value) const {
  const Want one{&value, &target};
  impl_->run(*impl_->queue, {&one, 1});
}

std::vector<Array> Device::run(std::span<const Assignment> assignments, std::span<const Expr> values) const {
  return impl_->run(*impl_->queue, assignments, values);
}

void Device::launch(const Kernel& kernel, std::span<const Argument> arguments, std::uint64_t n) const {
  impl_->launch(*impl_->queue, kernel, arguments, n);
}

namespace {

/// The programs of the passes that `values` take, without running them.
std::vector<GroupProgram> programs_of(std::span<const Expr> values) {
  std::vector<Request> requests;
  for (const Expr& value : values) requests.push_back({value, {}});
  Reduced reduced;
  std::vector<GroupProgram> programs;
  for (const Group& group : make_plan(requests)) {
    programs.push_back(make_program(group, reduced));
    // Stand-ins for results that are not computed; their offsets tell them apart.
    for (const Item& item : group.items)
      if (item.reduce)
        reduced[item.reduce] = Array(nullptr, item.reduce->dtype, item.reduce->shape, row_major(item.reduce->shape),
                                     static_cast<std::int64_t>(reduced.size()));
  }
  return programs;
}

}  // namespace

std::string Device::show_program(std::span<const Expr> values) const {
  std::string text;
  int pass = 0;
  for (const GroupProgram& work : programs_of(values)) text += fmt::format("pass {}\n{}", pass++, work.program.dump());
  return text;
}

std::string Device::show_source(std::span<const Expr> values) const {
  std::string text;
  int pass = 0;
  for (const GroupProgram& work : programs_of(values)) {
    const std::lock_guard lock(impl_->mutex);
    text += fmt::format("pass {}\n{}", pass++, impl_->compile(work.program)->source());
  }
  return text;
}

Stream Device::make_stream() const { return Stream(std::make_shared<Stream::Impl>(impl_)); }
Event Device::record() const { return impl_->record(*impl_->queue); }
void Device::wait() const { record().wait(); }

MemoryUse Device::memory() const { return impl_->pool.use(); }
void Device::trim() const {
  wait();
  impl_->pool.trim();
}

Counters Device::counters() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->counters;
}

const BitStatus& Device::bits() const {
  std::call_once(impl_->tested, [this] { impl_->bits = self_test(*this); });
  return impl_->bits;
}

}  // namespace lockstep
