#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../../host_loop.hpp"

namespace lockstep::bench {

/// A library of other people and what it has for the cases, where this build has it. Its loops begin on one thread and
/// use what threads the library wants, all of them or one.
struct PeerLibrary {
  std::string_view name;
  HostLoops loops;
};

/// Those in this build; none unless LOCKSTEP_PEERS is ON.
std::span<const PeerLibrary> peer_libraries();

/// Of a case, what another library of a device does: on its own memory, in a queue of its own.
class DevicePeer {
 public:
  virtual ~DevicePeer() = default;
  virtual void run() = 0;   ///< queues the work once, on the next of the sets of arrays
  virtual void wait() = 0;  ///< until it is done
  virtual std::vector<std::byte> result() = 0;
};

/// What a library needs to know of a row.
struct DevicePeerJob {
  std::string device;  ///< as the driver calls it
  std::string_view name;
  DType type = DType::f32;
  std::uint64_t n = 0, sets = 1;
  std::vector<std::vector<std::byte>> inputs{};  ///< x and y
};

/// A library for devices of a kind ("opencl", "cuda").
struct DevicePeerLibrary {
  std::string_view name;
  std::string_view kind;
  /// Null for a row that it does not have. Throws std::exception where the library fails.
  std::unique_ptr<DevicePeer> (*prepare)(const DevicePeerJob&);
};
std::span<const DevicePeerLibrary> device_peer_libraries();

// Each in a source of its own.
HostLoops eigen_loops();
HostLoops tbb_loops();
HostLoops thrust_loops();
std::unique_ptr<DevicePeer> boost_compute_peer(const DevicePeerJob& job);

}  // namespace lockstep::bench
