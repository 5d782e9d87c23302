// Native kernels: checks of a launch, the same for every backend.
#include <bit>

#include "builder.hpp"
#include "device_impl.hpp"
#include "require.hpp"
#include "tape.hpp"

namespace lockstep {
namespace {

/// The bits of a number given for a scalar parameter.
std::uint64_t scalar_bits(const Kernel& kernel, const Parameter& parameter, const Argument& argument) {
  if (const auto* real = std::get_if<double>(&argument)) {
    require(is_floating(parameter.type), Code::bad_type, "argument '{}' of kernel '{}' is {}, got the float {}",
            parameter.name, kernel.name(), to_string(parameter.type), *real);
    return bits_of(parameter.type, *real);
  }
  const std::int64_t whole = std::get<std::int64_t>(argument);
  const std::uint64_t bits = bits_of(parameter.type, whole);
  const bool fits = is_floating(parameter.type) ||
                    fold_constant(Op::cast, parameter.type, DType::i64, {bits}) == std::bit_cast<std::uint64_t>(whole);
  require(fits && (whole >= 0 || !is_unsigned(parameter.type)), Code::bad_argument,
          "argument '{}' of kernel '{}' is {}, which does not hold {}", parameter.name, kernel.name(),
          to_string(parameter.type), whole);
  return bits;
}

NativeArgument array_argument(const Device& device, const Kernel& kernel, const Parameter& parameter,
                              const Array& array, std::uint64_t n) {
  const auto say = [&](bool good, Code code, const std::string& what) {
    require(good, code, "argument '{}' of kernel '{}' {}", parameter.name, kernel.name(), what);
  };
  say(array.valid(), Code::bad_argument, "holds no array");
  say(array.dtype() == parameter.type, Code::bad_type,
      fmt::format("is an array of {}, got {}", to_string(parameter.type), to_string(array.dtype())));
  say(array.is_contiguous(), Code::bad_argument, "is not contiguous\nPass array.contiguous() instead.");
  say(array.size() >= n || parameter.length == Length::any, Code::bad_shape,
      fmt::format("has {} elements, fewer than the {} of the launch", array.size(), n));
  say(array.device() == device, Code::wrong_device,
      fmt::format("is an array of {}, the kernel was built for {}", array.device().name(), kernel.device_name()));
  const auto bytes = static_cast<std::uint64_t>(array.offset()) * size_of(array.dtype());
  return {&array.storage()->buffer(), bytes, 0};
}

/// What a kernel moves for each element, if it reads and writes its arrays as its parameters say.
std::uint64_t bytes_per_element(const std::vector<Parameter>& parameters) {
  std::uint64_t bytes = 0;
  for (const Parameter& p : parameters)
    if (p.access != Access::scalar) bytes += size_of(p.type) * (p.access == Access::read_write ? 2 : 1);
  return bytes;
}

}  // namespace

Kernel::Kernel(Device device, NativeKernel source, std::shared_ptr<const Executable> executable)
    : device_(device.impl()),
      source_(std::make_shared<const NativeKernel>(std::move(source))),
      executable_(std::move(executable)),
      device_name_(device.name()) {}

Kernel Device::build(const NativeKernel& kernel) const {
  require(!kernel.name.empty(), Code::bad_argument, "a native kernel has no name");
  const std::lock_guard lock(impl_->mutex);
  const auto begin = Recorder::HostClock::now();
  std::shared_ptr<const Executable> executable = impl_->backend->do_build(kernel);
  if (impl_->recorder) impl_->recorder->add_compilation(Label(kernel.name), begin);
  return Kernel(*this, kernel, std::move(executable));
}

Kernel Device::Impl::own_kernel(const NativeKernel& kernel) {
  const std::lock_guard lock(mutex);
  auto found = kernels_.find(kernel.name);
  if (found == kernels_.end()) {
    Kernel made(Device(shared_from_this()), kernel, backend->do_build(kernel));
    made.device_.reset();  // what the device keeps must not keep the device
    found = kernels_.emplace(kernel.name, std::move(made)).first;
  }
  Kernel ready = found->second;
  ready.device_ = shared_from_this();
  return ready;
}

std::optional<Kernel> Device::Impl::library_kernel(const NativeKernel& kernel) {
  {
    const std::lock_guard lock(mutex);
    if (absent_.contains(kernel.name)) return std::nullopt;
  }
  try {
    return own_kernel(kernel);
  } catch (const Error& error) {
    if (error.code() != Code::unsupported) throw;
    const std::lock_guard lock(mutex);
    absent_.insert(kernel.name);
    return std::nullopt;
  }
}

std::uint64_t Device::Impl::workspace(const Kernel& kernel, std::uint64_t n) {
  const std::lock_guard lock(mutex);
  return kernel.executable_->workspace(n);
}

void Device::Impl::launch(BackendQueue& on, const Kernel& kernel, std::span<const Argument> arguments,
                          std::uint64_t n) {
  require(kernel.device_.get() == this, Code::wrong_device, "kernel '{}' was built for {}, not for {}", kernel.name(),
          kernel.device_name(), info.name);
  const std::vector<Parameter>& parameters = kernel.parameters();
  require(arguments.size() == parameters.size(), Code::bad_argument, "kernel '{}' takes {} arguments, got {}",
          kernel.name(), parameters.size(), arguments.size());
  std::vector<NativeArgument> native;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const bool scalar = parameters[i].access == Access::scalar;
    const auto* array = std::get_if<Array>(&arguments[i]);
    require(scalar == !array, Code::bad_type, "argument '{}' of kernel '{}' is {}, got {}", parameters[i].name,
            kernel.name(), scalar ? "a number" : "an array", array ? "an array" : "a number");
    native.push_back(array ? array_argument(Device(shared_from_this()), kernel, parameters[i], *array, n)
                           : NativeArgument{nullptr, 0, scalar_bits(kernel, parameters[i], arguments[i])});
  }
  if (n == 0) return;  // an empty launch is an error in CUDA and in OpenCL
  const std::lock_guard lock(mutex);
  const bool keeps = tape && tape->keeps(on);
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (native[i].buffer) order.use(on, *native[i].buffer, parameters[i].access != Access::read);
  const auto run = [&] { on.do_launch(*kernel.executable_, native, n); };
  recorder ? recorder->record(Work::launch, on, Label(kernel.name()), n * bytes_per_element(parameters), run) : run();
  if (keeps) tape->add(kernel.executable_, native, n, parameters);
  ++counters.launches;
}

}  // namespace lockstep
