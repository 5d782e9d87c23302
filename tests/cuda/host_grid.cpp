#include "host_grid.hpp"

#include <ucontext.h>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <vector>

namespace lockstep::test {

struct HostIndex {
  unsigned x;
};
struct HostState {
  HostIndex thread, block, block_size;
  void (*synchronize)();
};

namespace {

constexpr std::size_t kStackBytes = std::size_t{512} << 10;

class Block {
 public:
  Block(void (*entry)(void**), HostState* state, void** places, unsigned size)
      : entry_(entry), state_(state), places_(places), fibers_(size) {
    for (Fiber& fiber : fibers_) fiber.stack = std::make_unique<std::byte[]>(kStackBytes);
  }

  void run() {
    running_ = this;
    for (Fiber& fiber : fibers_) {
      getcontext(&fiber.context);
      fiber.context.uc_stack.ss_sp = fiber.stack.get();
      fiber.context.uc_stack.ss_size = kStackBytes;
      fiber.context.uc_link = &scheduler_;
      fiber.done = false;
      makecontext(&fiber.context, &Block::begin, 0);
    }
    for (std::size_t ended = 0; ended == 0;) {
      for (unsigned t : order()) {
        current_ = t;
        state_->thread.x = t;
        swapcontext(&scheduler_, &fibers_[t].context);
        ended += fibers_[t].done;
      }
      ++round_;
      if (ended != 0 && ended != fibers_.size())
        throw std::runtime_error("some threads of a block ended while others wait at a barrier");
    }
  }

  static void synchronize() { swapcontext(&running_->fibers_[running_->current_].context, &running_->scheduler_); }

 private:
  struct Fiber {
    ucontext_t context{};
    std::unique_ptr<std::byte[]> stack;
    bool done = false;
  };

  static void begin() {
    running_->entry_(running_->places_);
    running_->fibers_[running_->current_].done = true;
  }

  // Forward, backward, and by odd steps, which visit all of a power of two.
  std::vector<unsigned> order() const {
    const auto n = static_cast<unsigned>(fibers_.size());
    std::vector<unsigned> order;
    for (unsigned i = 0; i < n; ++i)
      order.push_back(round_ % 3 == 0 ? i : round_ % 3 == 1 ? n - 1 - i : (i * (2 * round_ + 1) + round_) % n);
    return order;
  }

  static thread_local Block* running_;
  void (*entry_)(void**);
  HostState* state_;
  void** places_;
  std::vector<Fiber> fibers_;
  ucontext_t scheduler_{};
  unsigned current_ = 0, round_ = 0;
};

thread_local Block* Block::running_ = nullptr;

}  // namespace

void run_grid(void (*entry)(void**), HostState* state, void** places, std::uint64_t blocks, unsigned block_size,
              bool has_barriers) {
  state->block_size.x = block_size;
  state->synchronize = &Block::synchronize;
  std::unique_ptr<Block> fibers;
  if (has_barriers) fibers = std::make_unique<Block>(entry, state, places, block_size);
  for (std::uint64_t b = 0; b < blocks; ++b) {
    state->block.x = static_cast<unsigned>(b);
    if (fibers) {
      fibers->run();
      continue;
    }
    for (unsigned t = 0; t < block_size; ++t) {
      state->thread.x = t;
      entry(places);
    }
  }
}

}  // namespace lockstep::test
