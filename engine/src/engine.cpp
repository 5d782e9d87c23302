#include "lockstep/engine.hpp"

#include <charconv>
#include <cstdlib>
#include <map>
#include <mutex>

#include "device_impl.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

struct DeviceName {
  std::string kind;
  int number = -1;
};

DeviceName parse_name(std::string_view name) {
  const std::size_t colon = name.find(':');
  DeviceName parsed{std::string(name.substr(0, colon)), -1};
  bool good = !parsed.kind.empty();
  if (colon != std::string_view::npos) {
    const char* end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + colon + 1, end, parsed.number);
    good = good && error == std::errc{} && stop == end && parsed.number >= 0;
  }
  require(good, Code::bad_argument,
          "'{}' is not the name of a device\nNames are auto, cpu, cpu:4 (threads), opencl:0, cuda:0.", name);
  return parsed;
}

}  // namespace

struct Engine::Impl {
  std::vector<std::unique_ptr<Backend>> backends;
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<Device::Impl>> open;

  Backend& backend(const std::string& kind) const {
    std::string known;
    for (const auto& b : backends) {
      if (b->do_kind() == kind) return *b;
      known += (known.empty() ? "" : ", ") + std::string(b->do_kind());
    }
    fail(Code::no_device, "no device of kind '{}' in this build\nKinds: auto, {}.", kind, known);
  }

  std::string automatic() const {
    std::string reasons;
    for (const auto& b : backends) {
      const Listing listing = b->do_list();
      for (const DeviceInfo& device : listing.devices)
        if (device.is_gpu || device.kind == "cpu") return device.name;
      for (const std::string& problem : listing.problems) reasons += fmt::format("\n{}: {}", b->do_kind(), problem);
    }
    fail(Code::no_device, "there is no GPU and no CPU device to open{}", reasons);
  }
};

Engine::Engine(std::vector<std::unique_ptr<Backend>> backends) : impl_(std::make_unique<Impl>()) {
  impl_->backends = std::move(backends);
}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

std::vector<BackendListing> Engine::list() const {
  std::vector<BackendListing> listings;
  for (const auto& b : impl_->backends) listings.push_back({std::string(b->do_kind()), b->do_list()});
  return listings;
}

Device Engine::open(std::string_view name, const DeviceOptions& options) const {
  if (name.empty()) {
    const char* preferred = std::getenv("LOCKSTEP_DEVICE");
    if (!preferred || !*preferred) return open("auto", options);
    try {
      return open(preferred, options);
    } catch (const Error& error) {  // the caller wrote no such name
      throw Error(error.code(), "LOCKSTEP_DEVICE: " + error.message(), error.advice(), error.details());
    }
  }
  const std::lock_guard lock(impl_->mutex);
  const std::string resolved = name == "auto" ? impl_->automatic() : std::string(name);
  const DeviceName parsed = parse_name(resolved);
  Backend& backend = impl_->backend(parsed.kind);
  std::unique_ptr<BackendDevice> opened;
  std::weak_ptr<Device::Impl>* known = nullptr;
  const auto look_up = [&](const std::string& canonical) -> std::shared_ptr<Device::Impl> {
    known = &impl_->open[canonical];
    std::shared_ptr<Device::Impl> open = known->lock();
    return open && open->is_lost() ? nullptr : open;  // who holds a lost one keeps it
  };
  std::shared_ptr<Device::Impl> device = look_up(resolved);
  if (!device) {
    opened = backend.do_open(parsed.number, options);
    device = look_up(opened->do_info().name);
  }
  if (!device) {
    device = std::make_shared<Device::Impl>(std::move(opened), options);
    *known = device;
    impl_->open[resolved] = device;  // "cpu" as well as "cpu:8"
    return Device(device);
  }
  require(device->options.memory_budget == options.memory_budget, Code::bad_argument,
          "{} is already open with a memory budget of {} bytes, not {}\nClose it first, or use the same options.",
          device->info.name, device->options.memory_budget, options.memory_budget);
  return Device(device);
}

}  // namespace lockstep
