#include "libraries.hpp"

#include <vector>

namespace lockstep::bench {

std::span<const PeerLibrary> peer_libraries() {
  static const std::vector<PeerLibrary> all = {
#ifdef LOCKSTEP_PEER_EIGEN
      {"Eigen", eigen_loops()},
#endif
#ifdef LOCKSTEP_PEER_TBB
      {"std::execution", tbb_loops()},
#endif
#ifdef LOCKSTEP_PEER_THRUST
      {"Thrust", thrust_loops()},
#endif
  };
  return all;
}

std::span<const DevicePeerLibrary> device_peer_libraries() {
  static const std::vector<DevicePeerLibrary> all = {
#ifdef LOCKSTEP_PEER_BOOST_COMPUTE
      {"Boost.Compute", "opencl", boost_compute_peer},
#endif
  };
  return all;
}

}  // namespace lockstep::bench
