#pragma once

// In the place of CUB's header: see cuda/fake/cub_model.hpp.
#include <thrust/copy.h>

#include <cstdint>

#include "cuda/fake/cub_model.hpp"

namespace cub {

struct DeviceSelect {
  template <class T, class Condition>
  static cudaError_t If(void* scratch, std::size_t& bytes, const T* from, T* to, std::uint32_t* how_many,
                        std::int64_t count, Condition condition, cudaStream_t stream) {
    const auto needed = static_cast<std::size_t>(count) / 256 + 1;
    return lockstep::test::fake::cub_call("cub::DeviceSelect", scratch, bytes, needed, stream, [=] {
      const T* end = from + count;
      *how_many = static_cast<std::uint32_t>(thrust::copy_if(thrust::host, from, end, to, condition) - to);
    });
  }
};

}  // namespace cub
