#pragma once

// In the place of CUB's header: see cuda/fake/cub_model.hpp.
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

#include <cstdint>

#include "cuda/fake/cub_model.hpp"

namespace cub {

struct DeviceFor {
  template <class Op>
  static cudaError_t Bulk(std::uint32_t count, Op op, cudaStream_t stream) {
    return lockstep::test::fake::queue_work(
        "cub::DeviceFor", stream, [=] { thrust::for_each_n(thrust::host, thrust::counting_iterator<std::uint32_t>(0), count, op); });
  }
};

}  // namespace cub
