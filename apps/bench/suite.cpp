#include "suite.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "bytes.hpp"
#include "host_run.hpp"
#include "peers/libraries/libraries.hpp"

namespace lockstep::bench {
namespace {

std::uint64_t working_set(const Job& job) {
  return static_cast<std::uint64_t>(job.row->arrays * static_cast<double>(job.n * size_of(job.type)));
}

std::uint64_t host_memory() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// What stands beside the devices' rows, once it was found to be right.
struct Loop {
  Batch batch{};
  std::string device{};  ///< of the rows that it stands beside; empty: of CPUs
  std::shared_ptr<Beside> beside = std::make_shared<Beside>();
};

/// Why a library's result is not right. Sums have another order; libraries may round otherwise: Eigen's square roots
/// do.
std::string library_problem(const Job& job, std::span<const std::byte> got, std::span<const std::byte> expected) {
  const DType type = job.row->result_type(job.type);
  if (got.size() != size_of(type) || !is_floating(type))
    return difference(got, expected, type, std::max(3, job.row->ulps));
  return Floats::call(type, [&]<class T>() -> std::string {
    T value, right;
    std::memcpy(&value, got.data(), sizeof(T));
    std::memcpy(&right, expected.data(), sizeof(T));
    if (std::abs(value - right) <= 1024 * std::numeric_limits<T>::epsilon() * std::abs(right)) return {};
    return fmt::format("got {}, expected {}", value, right);
  });
}

}  // namespace

/// A job under way.
struct Suite::Running {
  Job job;
  std::uint64_t sets = 1;
  std::string level;
  std::vector<std::byte> expected;
  std::vector<std::vector<std::byte>> results;  // one for each device; empty if it was skipped
  std::vector<Prepared> prepared;
  std::vector<Row> rows;
  Loop limit, peer;
  std::vector<Loop> libraries;
};

Suite::Suite(std::vector<Device> devices, SuiteOptions options)
    : devices_(std::move(devices)), options_(options), caches_(host_caches()) {
  Effort effort = options_.effort;
  effort.seconds = std::min(effort.seconds, 0.05);
  for (const Device& device : devices_)
    limits_.push_back(device.info().kind == "cpu" ? nullptr : std::make_shared<DeviceLimits>(device, effort));
}

std::vector<MachineLimits> Suite::limits(const Effort& effort) const {
  std::vector<MachineLimits> all;
  for (std::size_t i = 0; i < devices_.size(); ++i)
    all.push_back(limits_[i] ? measure_limits(*limits_[i], caches_) : measure_limits(devices_[i], caches_, effort));
  return all;
}

void Suite::prepare(Running& running, const Device& device) const {
  const Job& job = running.job;
  Row row{.job = job, .device = device.name(), .level = running.level};
  Prepared prepared;
  std::vector<std::byte> result;
  try {
    if (job.type == DType::f64 && !device.info().has_f64) throw Error(Code::unsupported, "the device has no f64");
    prepared = job.row->prepare(device, job.type, job.n, running.sets);
    result = prepared.result();
    row.wrong = difference(result, running.expected, job.row->result_type(job.type), job.row->ulps);
  } catch (const Error& error) {
    // What the device cannot do or hold is left out; a device that fails ends the run.
    if (error.code() != Code::unsupported && error.code() != Code::out_of_memory) throw;
    row.skipped = error.message();
  }
  if (!running.results.empty() && row.skipped.empty())
    row.same_bits = difference(result, running.results.front(), job.row->result_type(job.type)).empty();
  running.results.push_back(std::move(result));
  running.prepared.push_back(std::move(prepared));
  running.rows.push_back(std::move(row));
}

void Suite::find_least_times(Running& running, std::uint64_t bytes) const {
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    Row& row = running.rows[i];
    if (!limits_[i] || !row.skipped.empty() || !row.wrong.empty()) continue;
    row.least = limits_[i]->least_time(running.job, bytes, running.sets);
    if (!row.least.wrong.empty()) row.wrong = "the limit's " + row.least.wrong;
  }
}

void Suite::add_loops(Running& running) const {
  // The loops run on the host: beside a GPU they would say nothing.
  const auto cpu =
      std::find_if(devices_.begin(), devices_.end(), [](const Device& d) { return d.info().kind == "cpu"; });
  if (cpu == devices_.end()) return;
  const Job& job = running.job;
  // Why its result is not right; empty if it is, or if there is none.
  const auto add = [&](Loop& loop, const HostLoop* found) -> std::string {
    if (!found) return {};
    const auto run = std::make_shared<HostRun>(*found, job.n, cpu->info().units, running.sets, *job.row);
    // Libraries may round otherwise: Eigen's square roots do.
    const int ulps = found->whole ? std::max(2, job.row->ulps) : job.row->ulps;
    std::string problem = run->check(running.expected, ulps);
    if (!problem.empty()) return problem;
    run->choose();
    loop.beside->way = run->way();
    loop.batch = host_batch([run] { run->run(); });
    return {};
  };
  const auto add_own = [&](Loop& loop, const HostLoop* found, const char* kind) {
    if (const std::string problem = add(loop, found); !problem.empty())
      running.rows.front().wrong = fmt::format("the {} loop: {}", kind, problem);
  };
  if (options_.limits) add_own(running.limit, find_limit(job.row->name, job.type), "limit's");
  if (options_.peers) add_own(running.peer, find_peer(job.row->name, job.type), "peer's");
  for (const PeerLibrary& library : options_.peers ? peer_libraries() : std::span<const PeerLibrary>()) {
    Loop loop;
    loop.beside->name = library.name;
    const std::string problem = add(loop, find(library.loops, job.row->name, job.type));
    if (!problem.empty()) running.rows.front().left_out.push_back(fmt::format("{}: {}", library.name, problem));
    if (loop.batch) running.libraries.push_back(std::move(loop));
  }
}

void Suite::add_device_peers(Running& running) const {
  const Job& job = running.job;
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    Row& row = running.rows[i];
    if (!options_.peers || !row.skipped.empty() || !row.wrong.empty()) continue;
    for (const DevicePeerLibrary& library : device_peer_libraries()) {
      if (library.kind != devices_[i].info().kind) continue;
      DevicePeerJob asked{devices_[i].info().description, job.row->name, job.type, job.n, running.sets};
      for (std::uint64_t slot = 0; slot < 2; ++slot) asked.inputs.push_back(job.row->input(job.type, slot, job.n));
      try {
        const std::shared_ptr<DevicePeer> peer = library.prepare(asked);
        if (!peer) continue;
        const std::string problem = library_problem(job, peer->result(), running.expected);
        if (!problem.empty()) {
          row.left_out.push_back(fmt::format("{}: {}", library.name, problem));
          continue;
        }
        Loop loop{[peer](std::uint64_t times) {
                    const Batch queued = host_batch([&] { peer->run(); });
                    return queued(times) + host_batch([&] { peer->wait(); })(1);
                  },
                  row.device};
        loop.beside->name = library.name;
        running.libraries.push_back(std::move(loop));
      } catch (const std::exception& error) {
        row.wrong = fmt::format("{}: {}", library.name, error.what());
      }
    }
  }
}

void Suite::time(Running& running, const Effort& effort) const {
  std::vector<Batch> batches;
  std::vector<Row*> rows;
  std::vector<Loop*> loops;
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    Row& row = running.rows[i];
    if (!row.wrong.empty() || !row.skipped.empty()) continue;
    batches.push_back(device_batch(devices_[i], running.prepared[i].run, running.job.row->clock));
    rows.push_back(&row);
  }
  if (rows.empty()) return;
  std::vector<Loop*> wanted = {&running.limit, &running.peer};
  for (Loop& loop : running.libraries) wanted.push_back(&loop);
  for (Loop* loop : wanted) {
    if (!loop->batch) continue;
    batches.push_back(loop->batch);
    loops.push_back(loop);
  }
  std::vector<Samples> samples = measure(batches, effort, running.level != "DRAM");
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i]->samples = std::move(samples[i]);
  for (std::size_t i = 0; i < loops.size(); ++i) {
    Samples& own = samples[rows.size() + i];
    loops[i]->beside->seconds = std::move(own.seconds);
    loops[i]->beside->times = own.times;
  }
  for (Row* row : rows) {
    const bool is_cpu = row->device.starts_with("cpu");
    if (is_cpu && running.limit.batch) row->limit = running.limit.beside;
    if (is_cpu && running.peer.batch) row->peer = running.peer.beside;
    for (const Loop& loop : running.libraries)
      if (loop.device.empty() ? is_cpu : loop.device == row->device) row->libraries.push_back(loop.beside);
  }
}

std::vector<Row> Suite::run(const Job& job, std::optional<double> seconds) const {
  Running running;
  running.job = job;
  const std::uint64_t bytes = working_set(job);
  // Without the sizes of the caches of a GPU: none has more than 256 MiB.
  const bool host = std::all_of(devices_.begin(), devices_.end(), [](const auto& d) { return !d.info().is_gpu; });
  const std::vector<CacheLevel> caches = host ? caches_ : std::vector<CacheLevel>{{2, std::uint64_t{64} << 20}};
  running.sets = sets_for(bytes, caches);
  running.level = level_of(bytes, caches);
  // The devices' arrays, those of the two loops and of libraries, and what is expected.
  const std::size_t copies = devices_.size() + 3 + (options_.peers ? peer_libraries().size() : 0);
  if (static_cast<double>(bytes * running.sets) * static_cast<double>(copies) >
      0.7 * static_cast<double>(host_memory())) {
    for (const Device& device : devices_)
      running.rows.push_back({.job = job,
                              .device = device.name(),
                              .level = running.level,
                              .skipped = "needs more than the host's memory"});
    return running.rows;
  }
  running.expected = job.row->expected(job.type, job.n);
  for (const Device& device : devices_) prepare(running, device);
  if (options_.limits && options_.time) find_least_times(running, bytes);
  add_loops(running);
  add_device_peers(running);
  Effort effort = options_.effort;
  effort.seconds = seconds.value_or(effort.seconds);
  if (options_.time) time(running, effort);
  return std::move(running.rows);
}

}  // namespace lockstep::bench
