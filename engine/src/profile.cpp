#include "lockstep/profile.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "device_impl.hpp"
#include "recorder.hpp"
#include "require.hpp"

namespace lockstep {

std::string_view to_string(Work work) noexcept {
  constexpr std::string_view kNames[] = {"pass", "launch", "upload", "download", "compile"};
  return kNames[static_cast<std::size_t>(work)];
}

class Profile::Impl {
 public:
  explicit Impl(const Device& device) : device_(device.impl()) {
    const auto origin = [&] {
      const std::lock_guard lock(device_->mutex);
      return device_->queue->do_record();
    }();
    origin->do_wait();
    const std::lock_guard lock(device_->mutex);
    require(!device_->recorder, Code::bad_argument,
            "{} is being recorded by another Profile\nStop that one before a new one begins.", device.name());
    recorder_ = std::make_shared<Recorder>(*device_->queue, *origin);
    device_->recorder = recorder_;
  }
  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void stop() {
    const std::lock_guard lock(device_->mutex);
    if (device_->recorder != recorder_) return;
    recorder_->stop();
    device_->recorder.reset();
  }

  double seconds() const {
    const std::lock_guard lock(device_->mutex);
    return recorder_->seconds();
  }

  std::vector<Activity> activities() const {
    const auto pending = [&] {
      const std::lock_guard lock(device_->mutex);
      return recorder_->pending();
    }();
    for (const Recorder::Pending& p : pending) p.end->do_wait();  // the begin was before it
    const std::lock_guard lock(device_->mutex);
    recorder_->settle(pending);
    return recorder_->activities();
  }

 private:
  std::shared_ptr<Device::Impl> device_;
  std::shared_ptr<Recorder> recorder_;
};

Profile::Profile(const Device& device) : impl_(std::make_unique<Impl>(device)) {}
Profile::Profile(Profile&&) noexcept = default;
Profile& Profile::operator=(Profile&&) noexcept = default;
Profile::~Profile() = default;

void Profile::stop() { impl_->stop(); }
double Profile::seconds() const { return impl_->seconds(); }
std::vector<Activity> Profile::activities() const { return impl_->activities(); }

std::vector<ProfileRow> summarize(std::span<const Activity> activities) {
  std::map<std::pair<Work, std::string_view>, ProfileRow> rows;
  for (const Activity& a : activities) {
    ProfileRow& row = rows[{a.work, a.name}];
    row.work = a.work;
    row.name = a.name;
    ++row.calls;
    row.seconds += a.end - a.begin;
    row.bytes += a.bytes;
  }
  std::vector<ProfileRow> sorted;
  for (auto& [key, row] : rows) sorted.push_back(std::move(row));
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.seconds > b.seconds; });
  return sorted;
}

}  // namespace lockstep
