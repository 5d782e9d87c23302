#include "ranks.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "commands.hpp"
#include "terminal.hpp"

namespace lockstep::app {
namespace {

std::optional<Communicator> open_world() {
  try {
    return Communicator::world();
  } catch (const Error&) {
    if (Communicator::launched_rank() == 0) throw;
    return std::nullopt;  // rank 0 tells of it
  }
}

/// Threads for each rank of a machine, of the processors that this one may use.
int threads_of_rank(const Communicator& ranks) {
  cpu_set_t mine;
  const auto all = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  const int allowed = sched_getaffinity(0, sizeof mine, &mine) == 0 ? CPU_COUNT(&mine) : all;
  return std::max(1, std::min(allowed, all / ranks.local_size()));
}

}  // namespace

int on_all_ranks(const std::function<int(const Communicator& ranks)>& body) {
  const std::optional<Communicator> ranks = open_world();
  if (!ranks) return kGood;
  int exit = kGood;
  try {
    exit = body(*ranks);
  } catch (const CollectiveError& error) {
    if (ranks->rank() == 0) report(error);
    exit = is_usage_error(error.code()) ? kWrongUse : kFailed;
  } catch (const Error& error) {
    if (ranks->size() == 1) throw;
    throw Error(error.code(), fmt::format("rank {}: {}", ranks->rank(), error.message()), error.advice(),
                error.details());
  }
  ranks->barrier();  // the launcher ends all ranks when one fails: not before rank 0 has told why
  return exit;
}

std::string device_of_rank(const Engine& engine, std::string name, const Communicator& ranks) {
  if (name.empty()) {
    const char* preferred = std::getenv("LOCKSTEP_DEVICE");
    name = preferred && *preferred ? preferred : "auto";
  }
  if (ranks.local_size() == 1 || name.find(':') != std::string::npos) return name;
  for (const BackendListing& backend : engine.list()) {
    if (name != "auto" && name != backend.kind) continue;
    if (backend.kind == "cpu") return fmt::format("cpu:{}", threads_of_rank(ranks));
    std::vector<std::string> names;
    for (const DeviceInfo& device : backend.listing.devices)
      if (device.is_gpu || name == backend.kind) names.push_back(device.name);
    if (!names.empty()) return names[static_cast<std::size_t>(ranks.local_rank()) % names.size()];
  }
  return name;
}

std::vector<std::string> gather_texts(const Communicator& ranks, const std::string& mine) {
  const std::vector<std::uint64_t> sizes = ranks.allgather_value<std::uint64_t>(mine.size());
  const std::vector<char> all = ranks.gather(std::span<const char>(mine));
  std::vector<std::string> texts;
  if (ranks.rank() != 0) return texts;
  auto next = all.begin();
  for (const std::uint64_t size : sizes) {
    const auto end = next + static_cast<std::ptrdiff_t>(size);
    texts.emplace_back(next, end);
    next = end;
  }
  return texts;
}

BitStatus bits_of_all(const Communicator& ranks, const Device& device) {
  BitStatus bits;
  ranks.together([&] { bits = device.bits(); });
  if (ranks.size() == 1) return bits;
  const std::vector<std::uint8_t> exact = ranks.allgather_value<std::uint8_t>(bits.exact);
  const auto first = std::find(exact.begin(), exact.end(), 0);
  if (first == exact.end()) return bits;
  const int root = static_cast<int>(first - exact.begin());
  std::string text = fmt::format("rank {}, {}: {}", root, device.name(), bits.difference);
  text.resize(static_cast<std::size_t>(ranks.broadcast_value<std::uint64_t>(text.size(), root)));
  ranks.broadcast(std::span<char>(text), root);
  return {false, text};
}

}  // namespace lockstep::app
