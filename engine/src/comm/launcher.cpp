// Whether a launcher of MPI started this process, and how the transport over MPI is found: only then is it loaded.
#include <dlfcn.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "comm/single.hpp"
#include "lockstep/comm/communicator.hpp"
#include "module_file.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

constexpr const char* kFile = "liblockstep_mpi.so";

// Where launchers tell a process how many ranks they have started, and which of them it is; some tell the rank alone.
constexpr const char* kSizeVariables[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE"};
constexpr const char* kRankVariables[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK"};

/// The number in the first of the variables that is set; -1 if none is.
int number_in(std::span<const char* const> variables) noexcept {
  for (const char* variable : variables) {
    const char* text = std::getenv(variable);
    int number = 0;
    if (text && std::from_chars(text, text + std::strlen(text), number).ec == std::errc()) return number;
  }
  return -1;
}

/// 0: no launcher. 1: one that started one rank, or does not say how many.
int launched_ranks() {
  const int ranks = number_in(kSizeVariables);
  if (ranks > 0) return ranks;
  return number_in(kRankVariables) >= 0 ? 1 : 0;
}

[[noreturn]] void refuse(int ranks, const std::string& reason) {
  fail(Code::unsupported,
       "a launcher started {} ranks, but {}\nRun the program without mpirun, or install Open MPI and "
       "build Lockstep with it (docs/mpi.md).",
       ranks, reason);
}

std::shared_ptr<Transport> load(int ranks) {
  if (const std::string problem = Communicator::missing(); !problem.empty()) refuse(ranks, problem);
  const ModuleFile module = find_module(kFile);
  // Parts of MPI are loaded by MPI itself and look for its symbols. Never unloaded.
  void* library = dlopen(module.path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (!library) {
    const char* reason = dlerror();
    refuse(ranks, fmt::format("{} cannot be loaded: {}", kFile, reason ? reason : "unknown reason"));
  }
  const auto create = reinterpret_cast<TransportEntry>(dlsym(library, kTransportEntry));
  std::shared_ptr<Transport> transport(create ? create(kTransportAbi) : nullptr);
  if (!transport) refuse(ranks, fmt::format("{} belongs to another version of Lockstep", module.path.string()));
  if (transport->do_size() < ranks) refuse(ranks, fmt::format("{} was built for another MPI than theirs", kFile));
  return transport;
}

/// The transport of all who use the world at the moment: MPI can be started once in a process.
struct World {
  std::mutex mutex;
  std::weak_ptr<Transport> transport;
  bool used = false;
};
World& the_world() {
  static World world;
  return world;
}

}  // namespace

std::string Communicator::missing() {
  const ModuleFile module = find_module(kFile);
  if (!module.path.empty()) return {};
  return fmt::format("this build has no message passing ({} is not in {})", kFile, module.searched);
}

int Communicator::launched_rank() noexcept { return std::max(0, number_in(kRankVariables)); }

Communicator Communicator::world() {
  const int ranks = launched_ranks();
  if (ranks == 0) return Communicator();
  World& world = the_world();
  const std::lock_guard lock(world.mutex);
  if (auto open = world.transport.lock()) return Communicator(open);
  require(!world.used, Code::unsupported,
          "MPI was finalised with the last handle of the world, and cannot be started again\nKeep one handle.");
  std::shared_ptr<Transport> transport = load(ranks);
  world.transport = transport;
  world.used = true;
  return Communicator(std::move(transport));
}

}  // namespace lockstep
