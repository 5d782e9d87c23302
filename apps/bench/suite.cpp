#include "suite.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

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

/// A loop that stands beside the devices' rows, once it was found to be right.
struct Loop {
  std::unique_ptr<HostRun> run;
  std::shared_ptr<Beside> beside = std::make_shared<Beside>();
};

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
    : devices_(std::move(devices)), options_(options), caches_(host_caches()) {}

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

void Suite::add_loops(Running& running) const {
  // The loops run on the host: beside a GPU they would say nothing.
  const auto cpu =
      std::find_if(devices_.begin(), devices_.end(), [](const Device& d) { return d.info().kind == "cpu"; });
  if (cpu == devices_.end()) return;
  const Job& job = running.job;
  const auto add = [&](Loop& loop, const HostLoop* found, const char* kind) {
    if (!found) return;
    loop.run = std::make_unique<HostRun>(*found, job.n, cpu->info().units, running.sets);
    // Libraries may round otherwise: Eigen's square roots do.
    const int ulps = found->whole ? std::max(2, job.row->ulps) : job.row->ulps;
    const std::string problem = loop.run->check(running.expected, ulps);
    if (problem.empty()) return loop.run->choose();
    loop.run.reset();
    running.rows.front().wrong = fmt::format("the {} loop: {}", kind, problem);
  };
  if (options_.limits) add(running.limit, find_limit(job.row->name, job.type), "limit's");
  if (options_.peers) add(running.peer, find_peer(job.row->name, job.type), "peer's");
  for (const PeerLibrary& library : options_.peers ? peer_libraries() : std::span<const PeerLibrary>()) {
    Loop loop;
    loop.beside->name = library.name;
    add(loop, find(library.loops, job.row->name, job.type), loop.beside->name.c_str());
    if (loop.run) running.libraries.push_back(std::move(loop));
  }
}

void Suite::time(Running& running) const {
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
    if (!loop->run) continue;
    batches.push_back(host_batch([run = loop->run.get()] { run->run(); }));
    loops.push_back(loop);
  }
  std::vector<Samples> samples = measure(batches, options_.effort, running.level != "DRAM");
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i]->samples = std::move(samples[i]);
  for (std::size_t i = 0; i < loops.size(); ++i) {
    Samples& own = samples[rows.size() + i];
    *loops[i]->beside = {std::move(own.seconds), own.times, loops[i]->run->way(), loops[i]->beside->name};
  }
  for (Row* row : rows) {
    if (!row->device.starts_with("cpu")) continue;
    if (running.limit.run) row->limit = running.limit.beside;
    if (running.peer.run) row->peer = running.peer.beside;
    for (const Loop& loop : running.libraries) row->libraries.push_back(loop.beside);
  }
}

std::vector<Row> Suite::run(const Job& job) const {
  Running running;
  running.job = job;
  const std::uint64_t bytes = working_set(job);
  // Without the sizes of the caches of a GPU: none has more than 256 MiB.
  const bool host = std::all_of(devices_.begin(), devices_.end(), [](const auto& d) { return !d.info().is_gpu; });
  const std::vector<CacheLevel> caches = host ? caches_ : std::vector<CacheLevel>{{2, std::uint64_t{64} << 20}};
  running.sets = sets_for(bytes, caches);
  running.level = level_of(bytes, caches);
  if (static_cast<double>(bytes * running.sets) * static_cast<double>(devices_.size() + 3) >
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
  add_loops(running);
  if (options_.time) time(running);
  return std::move(running.rows);
}

}  // namespace lockstep::bench
