// In the place of library.cu where the build has no nvcc, or no CUB.
#include "backends/cuda/library.hpp"

namespace lockstep::cuda {

const LibraryOperations& library_operations() {
  static const LibraryOperations none;
  return none;
}

}  // namespace lockstep::cuda
