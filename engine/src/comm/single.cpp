#include "comm/single.hpp"

#include <algorithm>
#include <cstring>

#include "require.hpp"

namespace lockstep {
namespace {

void copy(void* to, const void* from, std::uint64_t bytes) {
  if (bytes != 0) std::memcpy(to, from, static_cast<std::size_t>(bytes));
}

class Single : public Transport {
 public:
  int do_rank() const noexcept override { return 0; }
  int do_size() const noexcept override { return 1; }
  int do_local_rank() const noexcept override { return 0; }
  int do_local_size() const noexcept override { return 1; }
  void do_barrier() override {}
  void do_broadcast(void*, std::uint64_t, int) override {}
  void do_gather(const void* mine, void* all, std::span<const std::uint64_t> bytes, int) override {
    copy(all, mine, bytes[0]);
  }
  void do_allgather(const void* mine, void* all, std::span<const std::uint64_t> bytes) override {
    copy(all, mine, bytes[0]);
  }
  void do_scatter(const void* all, void* mine, std::span<const std::uint64_t> bytes, int) override {
    copy(mine, all, bytes[0]);
  }
  void do_alltoall(const void* all, std::span<const std::uint64_t> sent, void* values,
                   std::span<const std::uint64_t>) override {
    copy(values, all, sent[0]);
  }
  void do_exchange(const void* sent, std::uint64_t bytes, int to, void* received, std::uint64_t room,
                   int from) override {
    require(to == from, Code::unsupported,
            "a single rank can send to itself and receive at once (exchange), but not one after the other");
    require(bytes == room || to < 0, Code::bad_argument, "a message of {} bytes was received as one of {}", bytes,
            room);
    if (to >= 0) copy(received, sent, bytes);
  }
};

}  // namespace

std::shared_ptr<Transport> single_rank() { return std::make_shared<Single>(); }

}  // namespace lockstep
