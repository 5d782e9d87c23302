#include "host_grid.hpp"

#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

namespace lockstep::test {

struct HostIndex {
  unsigned x;
};
struct HostState {
  HostIndex thread, block, block_size, grid;
  void (*synchronize)();
  void (*exchange)(unsigned mask, const void* mine, void* all, unsigned bytes);
};

namespace {

constexpr std::size_t kStackBytes = std::size_t{512} << 10;
constexpr unsigned kWarp = 32;

class Block {
 public:
  Block(void (*entry)(void**), HostState* state, void** places, unsigned size)
      : entry_(entry), state_(state), places_(places), fibers_(size), warps_((size + kWarp - 1) / kWarp) {
    for (Fiber& fiber : fibers_) fiber.stack.reset(new std::byte[kStackBytes]);  // not cleared
  }

  void run() {
    running_ = this;
    for (Fiber& fiber : fibers_) fiber.waits = Waits::start;
    do {
      for (unsigned t : order())
        if (fibers_[t].waits == Waits::nothing || fibers_[t].waits == Waits::start) resume(t);
      ++round_;
    } while (release());
  }

  static void synchronize() { running_->pause(Waits::block); }

  static void exchange(unsigned mask, const void* mine, void* all, unsigned bytes) {
    Block& block = *running_;
    Fiber& fiber = block.fibers_[block.current_];
    Warp& warp = block.warps_[block.current_ / kWarp];
    const unsigned lane = block.current_ % kWarp, turn = fiber.exchanges++ % 2;
    if ((mask >> lane & 1) == 0) block.problem_ = "a thread exchanges with a mask that leaves it out";
    std::memcpy(warp.values[turn][lane].data(), mine, bytes);
    fiber.mask = mask;
    block.pause(Waits::warp);
    for (unsigned i = 0; i < kWarp; ++i)
      std::memcpy(static_cast<std::byte*>(all) + i * bytes, warp.values[turn][i].data(), bytes);
  }

 private:
  enum class Waits { start, nothing, warp, block, ended };
  struct Fiber {
    ucontext_t context{};
    jmp_buf place;
    std::unique_ptr<std::byte[]> stack;
    Waits waits = Waits::start;
    unsigned mask = 0;       ///< of the threads that it waits for in its warp
    unsigned exchanges = 0;  ///< so far; the values of one are read while those of the next are written
  };
  struct Warp {
    std::array<std::array<std::array<std::byte, 16>, kWarp>, 2> values{};
  };

  // Switching by jumps, where that will do, spares the system calls of swapcontext.
  void resume(unsigned t) {
    current_ = t;
    state_->thread.x = t;
    Fiber& fiber = fibers_[t];
    if (_setjmp(scheduler_) != 0) return;
    if (fiber.waits != Waits::start) {
      fiber.waits = Waits::nothing;
      _longjmp(fiber.place, 1);
    }
    fiber.waits = Waits::nothing;
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = fiber.stack.get();
    fiber.context.uc_stack.ss_size = kStackBytes;
    fiber.context.uc_link = nullptr;
    makecontext(&fiber.context, &Block::begin, 0);
    setcontext(&fiber.context);
  }

  void pause(Waits waits) {
    Fiber& fiber = fibers_[current_];
    fiber.waits = waits;
    if (_setjmp(fiber.place) == 0) _longjmp(scheduler_, 1);
  }

  static void begin() {
    running_->entry_(running_->places_);
    running_->pause(Waits::ended);
  }

  // Lets those go on whose wait is over. False if all have ended; throws if none can go on.
  bool release() {
    if (problem_) throw std::runtime_error(problem_);  // not where it is found: that is another stack
    unsigned ended = 0, at_barrier = 0, free = 0;
    for (const Fiber& fiber : fibers_) {
      ended += fiber.waits == Waits::ended;
      at_barrier += fiber.waits == Waits::block;
    }
    if (ended == fibers_.size()) return false;
    if (at_barrier == fibers_.size())
      for (Fiber& fiber : fibers_) fiber.waits = Waits::nothing;
    for (unsigned w = 0; w < warps_.size(); ++w) free += release_warp(w);
    if (at_barrier == fibers_.size() || free > 0) return true;
    throw std::runtime_error(ended > 0 ? "some threads of a block ended while others wait for them"
                                       : "threads of a block wait for each other at different places");
  }

  bool release_warp(unsigned w) {
    unsigned waiting = 0, masks = 0;
    const unsigned first = w * kWarp, count = std::min<unsigned>(kWarp, static_cast<unsigned>(fibers_.size()) - first);
    for (unsigned i = 0; i < count; ++i) {
      if (fibers_[first + i].waits != Waits::warp) continue;
      waiting |= 1u << i;
      masks |= fibers_[first + i].mask;
    }
    if (waiting == 0 || waiting != masks) return false;
    for (unsigned i = 0; i < count; ++i)
      if ((waiting >> i & 1) != 0) fibers_[first + i].waits = Waits::nothing;
    return true;
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
  std::vector<Warp> warps_;
  jmp_buf scheduler_;
  unsigned current_ = 0, round_ = 0;
  const char* problem_ = nullptr;
};

thread_local Block* Block::running_ = nullptr;

}  // namespace

void run_grid(void (*entry)(void**), HostState* state, void** places, std::uint64_t blocks, unsigned block_size,
              bool has_barriers) {
  state->block_size.x = block_size;
  state->grid.x = static_cast<unsigned>(blocks);
  state->synchronize = &Block::synchronize;
  state->exchange = &Block::exchange;
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
