#pragma once

#include <cstdint>
#include <span>

#include "lockstep/version.hpp"

namespace lockstep {

/// A way to pass bytes between ranks: what a Communicator stands on. Hooks only move bytes; arguments were checked
/// before. `bytes[r]` belong to rank r; in `all`, runs lie one after another in the order of the ranks.
class Transport {
 public:
  virtual ~Transport() = default;

  virtual int do_rank() const noexcept = 0;
  virtual int do_size() const noexcept = 0;
  virtual int do_local_rank() const noexcept = 0;
  virtual int do_local_size() const noexcept = 0;
  virtual void do_barrier() = 0;
  virtual void do_broadcast(void* values, std::uint64_t bytes, int root) = 0;
  virtual void do_gather(const void* mine, void* all, std::span<const std::uint64_t> bytes, int root) = 0;
  virtual void do_allgather(const void* mine, void* all, std::span<const std::uint64_t> bytes) = 0;
  virtual void do_scatter(const void* all, void* mine, std::span<const std::uint64_t> bytes, int root) = 0;
  virtual void do_alltoall(const void* all, std::span<const std::uint64_t> sent, void* values,
                           std::span<const std::uint64_t> came) = 0;
  /// Sends to `to` and receives from `from`; either may be -1.
  virtual void do_exchange(const void* sent, std::uint64_t bytes, int to, void* received, std::uint64_t room,
                           int from) = 0;
};

// The transport over MPI is a shared library beside the engine's own, so that programs start without MPI and on
// machines that have none. It exports one function, which starts MPI and returns the transport for the caller to
// delete, or null if it was built for another version of the engine:
//   extern "C" lockstep::Transport* lockstep_transport_create(int abi);
inline constexpr int kTransportAbi =
    (LOCKSTEP_VERSION_MAJOR * 1000 + LOCKSTEP_VERSION_MINOR) * 1000 + LOCKSTEP_VERSION_PATCH;
inline constexpr const char* kTransportEntry = "lockstep_transport_create";
using TransportEntry = Transport* (*)(int abi);

}  // namespace lockstep
