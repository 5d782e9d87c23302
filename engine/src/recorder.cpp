#include "recorder.hpp"

#include <algorithm>
#include <utility>

namespace lockstep {
namespace {

// So many pieces of work may wait for their times before those that are done are read.
constexpr std::size_t kMostPending = 512;

double seconds(Recorder::HostClock::duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

Recorder::Recorder(const BackendQueue& own, const BackendEvent& origin)
    : device_origin_(origin.do_seconds()), streams_{&own} {}

std::uint32_t Recorder::number_of(const Label& label) {
  const auto [place, is_new] = numbers_.emplace(label.key, static_cast<std::uint32_t>(names_.size()));
  if (is_new) names_.push_back(label.name);
  return place->second;
}

int Recorder::stream_of(const BackendQueue& queue) {
  const auto found = std::find(streams_.begin(), streams_.end(), &queue);
  const auto number = found - streams_.begin();
  if (found == streams_.end()) streams_.push_back(&queue);
  return static_cast<int>(number);
}

void Recorder::add(Work work, BackendQueue& on, const Label& label, std::uint64_t bytes, EventPointer begin) {
  pending_.push_back({entries_.size(), std::move(begin), EventPointer(on.do_record())});
  entries_.push_back({work, number_of(label), stream_of(on), bytes, 0, 0});
  if (pending_.size() < kMostPending) return;
  std::vector<Pending> done;
  for (const Pending& p : pending_)
    if (p.end->do_is_done()) done.push_back(p);
  settle(done);
}

void Recorder::add_compilation(const Label& label, HostClock::time_point begin) {
  entries_.push_back({Work::compile, number_of(label), 0, 0, lockstep::seconds(begin - host_origin_),
                      lockstep::seconds(HostClock::now() - host_origin_)});
}

double Recorder::seconds() const {
  return lockstep::seconds((end_ == HostClock::time_point{} ? HostClock::now() : end_) - host_origin_);
}

void Recorder::settle(const std::vector<Pending>& done) {
  for (const Pending& p : done) {
    entries_[p.entry].begin = p.begin->do_seconds() - device_origin_;
    entries_[p.entry].end = p.end->do_seconds() - device_origin_;
  }
  std::erase_if(pending_, [&](const Pending& p) {
    return std::binary_search(done.begin(), done.end(), p,
                              [](const Pending& a, const Pending& b) { return a.entry < b.entry; });
  });
}

std::vector<Activity> Recorder::activities() const {
  std::vector<Activity> all;
  for (const Entry& e : entries_) all.push_back({e.work, names_[e.name], e.stream, e.bytes, e.begin, e.end});
  return all;
}

}  // namespace lockstep
