#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "lockstep/profile.hpp"

namespace lockstep {

/// What a piece of work is called. Work with the same key has the name that came first: names of passes hold the values
/// of parameters, keys do not.
struct Label {
  Label() = default;
  explicit Label(std::string both) : key(both), name(std::move(both)) {}
  Label(std::string the_key, std::string the_name) : key(std::move(the_key)), name(std::move(the_name)) {}

  std::string key, name;
};

/// What stands behind a Profile. The caller holds the device's lock.
class Recorder {
 public:
  using HostClock = std::chrono::steady_clock;
  using EventPointer = std::shared_ptr<const BackendEvent>;

  /// `origin`: an event of `own` that is done; begin and end are counted from it.
  Recorder(const BackendQueue& own, const BackendEvent& origin);

  /// Calls `queue_work`, which gives `on` something to do, between two events. What throws is not recorded.
  template <class F>
  void record(Work work, BackendQueue& on, const Label& label, std::uint64_t bytes, const F& queue_work) {
    EventPointer begin = on.do_record();
    queue_work();
    add(work, on, label, bytes, std::move(begin));
  }
  void add_compilation(const Label& label, HostClock::time_point begin);

  void stop() { end_ = HostClock::now(); }
  double seconds() const;

  /// Work whose times are not known yet.
  struct Pending {
    std::size_t entry = 0;
    EventPointer begin, end;
  };
  std::vector<Pending> pending() const { return {pending_.begin(), pending_.end()}; }
  /// Reads the times of work that is done; `done` is in order.
  void settle(const std::vector<Pending>& done);
  std::vector<Activity> activities() const;

 private:
  struct Entry {
    Work work;
    std::uint32_t name;
    int stream;
    std::uint64_t bytes;
    double begin, end;
  };
  void add(Work work, BackendQueue& on, const Label& label, std::uint64_t bytes, EventPointer begin);
  std::uint32_t number_of(const Label& label);
  int stream_of(const BackendQueue& queue);

  double device_origin_;
  HostClock::time_point host_origin_ = HostClock::now(), end_{};
  std::vector<Entry> entries_;
  std::deque<Pending> pending_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<const BackendQueue*> streams_;
};

}  // namespace lockstep
