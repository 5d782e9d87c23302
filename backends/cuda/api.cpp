#include "backends/cuda/api.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep::cuda {
namespace {

constexpr cudaError_t kSticky[] = {
    cudaErrorIllegalAddress,
    cudaErrorLaunchTimeout,
    cudaErrorLaunchFailure,
    cudaErrorHardwareStackError,
    cudaErrorIllegalInstruction,
    cudaErrorMisalignedAddress,
    cudaErrorInvalidAddressSpace,
    cudaErrorInvalidPc,
    cudaErrorAssert,
    cudaErrorECCUncorrectable,
    cudaErrorNvlinkUncorrectable,
    cudaErrorContextIsDestroyed,
    cudaErrorUnknown,
};

}  // namespace

std::string name_of(cudaError_t status) {
  return fmt::format("{} ({})", cudaGetErrorName(status), cudaGetErrorString(status));
}

bool is_sticky(cudaError_t status) noexcept {
  return std::find(std::begin(kSticky), std::end(kSticky), status) != std::end(kSticky);
}

std::string version_text(int version) { return fmt::format("{}.{}", version / 1000, version % 1000 / 10); }

}  // namespace lockstep::cuda
