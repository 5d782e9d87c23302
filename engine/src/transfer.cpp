#include "lockstep/transfer.hpp"

#include <algorithm>
#include <vector>

#include "device_impl.hpp"
#include "lockstep/backend_extras.hpp"
#include "require.hpp"
#include "tape.hpp"

namespace lockstep {
namespace {

// What is in host memory at a time.
constexpr std::uint64_t kPartBytes = std::uint64_t{16} << 20;

/// Both are contiguous, of the same size, and not empty.
bool copy_directly(const Array& from, const Array& to) {
  Device::Impl& source = *from.storage()->device();
  Device::Impl& target = *to.storage()->device();
  const std::scoped_lock lock(source.mutex, target.mutex);
  auto* peer = dynamic_cast<PeerQueue*>(target.queue.get());
  if (!peer) return false;
  for (const Device::Impl* device : {&source, &target})
    if (device->tape) device->tape->refuse_transfer();
  Buffer& read = from.storage()->buffer();
  Buffer& written = to.storage()->buffer();
  source.order.use(*source.queue, read, false);
  target.order.use(*target.queue, written, true);
  const auto first = static_cast<std::uint64_t>(from.offset()) * size_of(from.dtype());
  return peer->do_copy_from(*source.queue, read, first, written, 0, to.bytes());
}

void copy_through_host(const Array& from, const Array& to) {
  const Array source = from.reshape({from.size()}), target = to.reshape({to.size()});
  const std::uint64_t part = kPartBytes / size_of(from.dtype());
  std::vector<std::byte> elements(std::min(from.bytes(), kPartBytes));
  for (std::uint64_t first = 0; first < from.size(); first += part) {
    const Slice slice{static_cast<std::int64_t>(first), static_cast<std::int64_t>(std::min(first + part, from.size()))};
    source.slice({slice}).read_bytes(elements.data());
    target.slice({slice}).write_bytes(elements.data());
  }
}

}  // namespace

Array copy_to(const Device& device, const Array& array) {
  require(array.valid(), Code::bad_argument, "an Array that holds no array has no elements");
  if (array.device() == device) return array.copy();
  const Array dense = array.contiguous();
  Array copy = device.empty(array.shape(), array.dtype());
  if (copy.size() > 0 && !copy_directly(dense, copy)) copy_through_host(dense, copy);
  return copy;
}

}  // namespace lockstep
