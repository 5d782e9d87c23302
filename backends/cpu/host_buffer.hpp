#pragma once

#include "lockstep/backend.hpp"

namespace lockstep::cpu {

/// Host memory, aligned to 64 bytes, for large blocks to a huge page. Throws `out_of_memory`.
class HostBuffer : public Buffer {
 public:
  explicit HostBuffer(std::uint64_t bytes);
  ~HostBuffer() override;
  std::byte* data() const noexcept { return data_; }

 private:
  std::byte* data_ = nullptr;
};

inline std::byte* data_of(const Buffer& buffer) { return static_cast<const HostBuffer&>(buffer).data(); }

/// Bytes of memory that the process may use: the machine's, or its control group's if that is less.
std::uint64_t total_memory();

}  // namespace lockstep::cpu
