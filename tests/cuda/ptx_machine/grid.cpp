#include "grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

namespace lockstep::test::ptx {
namespace {

/// Rounds in which threads only looked whether something has changed.
constexpr unsigned kMostIdle = 20000;
/// How often the threads of a warp meet in one turn.
constexpr unsigned kMostMeetings = 4096;

/// All of 0 .. n-1: forward, backward, and by steps.
template <class F>
void in_some_order(unsigned n, unsigned round, const F& f) {
  unsigned step = round % 3 == 2 ? 2 * round + 1 : 1;
  while (std::gcd(step, n) != 1) step += 2;
  for (unsigned i = 0; i < n; ++i) f(round % 3 == 1 ? n - 1 - i : (i * step + round) % n);
}

unsigned count(const std::array<unsigned, 3>& size) { return size[0] * size[1] * size[2]; }

}  // namespace

Block::Block(Grid& of)
    : grid(&of), shared(of.code.shared_bytes + of.launch.dynamic_shared), threads(count(of.launch.block)) {
  local.resize(threads.size() * of.code.local_bytes);
  registers.resize(threads.size() * of.code.registers.size());
}

void Block::start(std::uint64_t which) {
  number = which;
  const Code& code = grid->code;
  const auto& size = grid->launch.block;
  const auto& all = grid->launch.grid;
  const unsigned at[] = {static_cast<unsigned>(which % all[0]), static_cast<unsigned>(which / all[0] % all[1]),
                         static_cast<unsigned>(which / all[0] / all[1])};
  // Fresh memory holds something.
  std::fill(shared.begin(), shared.end(), std::byte{0xa5});
  std::fill(local.begin(), local.end(), std::byte{0xa5});
  const auto warps = static_cast<unsigned>((threads.size() + kWarpSize - 1) / kWarpSize);
  for (unsigned i = 0; i < threads.size(); ++i) {
    Thread& t = threads[i];
    t = {};
    t.r = registers.data() + i * code.registers.size();
    std::memcpy(t.r, code.registers.data(), code.registers.size() * sizeof *t.r);
    t.next = code.instructions.data();
    t.pool = code.pool.data();
    t.block = this;
    t.local = local.data() + i * code.local_bytes;
    t.index = i;
    const unsigned place[] = {i % size[0], i / size[0] % size[1], i / size[0] / size[1]};
    for (unsigned d = 0; d < 3; ++d) {
      t.r[kTid + d] = place[d];
      t.r[kNtid + d] = size[d];
      t.r[kCtaid + d] = at[d];
      t.r[kNctaid + d] = all[d];
    }
    const std::uint32_t bit = 1u << t.lane();
    t.r[kLane] = t.lane();
    t.r[kWarp] = i / kWarpSize;
    t.r[kWarps] = warps;
    t.r[kMaskEqual] = bit;
    t.r[kMaskLess] = bit - 1;
    t.r[kMaskLessEqual] = (bit - 1) | bit;
    t.r[kMaskGreater] = static_cast<std::uint32_t>(~((bit - 1) | bit));
    t.r[kMaskGreaterEqual] = static_cast<std::uint32_t>(~(bit - 1));
    t.r[kMultiprocessor] = which % 4;
    t.r[kMultiprocessors] = 4;
    t.r[kDynamicShared] = grid->launch.dynamic_shared;
    t.r[kTotalShared] = shared.size();
  }
}

bool Block::turn() {
  is_busy = false;
  for (Thread& t : threads)
    if (t.waits == Waits::turn) t.waits = Waits::nothing;
  const auto warps = static_cast<unsigned>((threads.size() + kWarpSize - 1) / kWarpSize);
  in_some_order(warps, turns_, [&](unsigned warp) { run_warp(warp); });
  ++turns_;
  const bool are_released = release_barriers();
  is_busy |= are_released;
  bool all_ended = true, any_runs = are_released;
  for (const Thread& t : threads) {
    all_ended &= t.waits == Waits::ended;
    any_runs |= t.waits == Waits::nothing || t.waits == Waits::turn;
  }
  if (all_ended || any_runs) return !all_ended;
  const auto waiting =
      std::find_if(threads.begin(), threads.end(), [](const Thread& t) { return t.waits != Waits::ended; });
  fail(*waiting, *waiting->waits_at, "it waits for threads that never come");
}

void Block::run_warp(unsigned warp) {
  const unsigned first = warp * kWarpSize;
  unsigned round = turns_, meetings = 0;
  do {
    in_some_order(kWarpSize, round, [&](unsigned lane) {
      if (first + lane < threads.size() && threads[first + lane].waits == Waits::nothing)
        run_thread(threads[first + lane]);
    });
    ++round;
  } while (meet(warp) && ++meetings < kMostMeetings);
}

void Block::run_thread(Thread& t) {
  const std::uint64_t most = grid->settings.patience;
  std::uint64_t steps = 0;
  while (t.waits == Waits::nothing) {
    if (steps == most) {
      t.waits = Waits::turn;
      is_busy = true;
      break;
    }
    const Instruction& i = *t.next++;
    ++steps;
    if (((t.r[i.guard] & 1) != 0) != i.unless) i.run(t, i);
  }
  t.steps += steps;
  grid->steps += steps;
  is_busy |= t.waits == Waits::ended;
}

// Threads meet if they wait at instructions of one kind with one mask; threads that have ended are not waited for.
bool Block::meet(unsigned warp) {
  Thread* const first = threads.data() + warp * kWarpSize;
  const auto size = static_cast<unsigned>(std::min<std::size_t>(kWarpSize, threads.size() - warp * kWarpSize));
  bool any = false;
  for (unsigned lane = 0; lane < size; ++lane) {
    const Thread& one = first[lane];
    if (one.waits != Waits::warp) continue;
    if ((one.mask >> lane & 1) == 0) fail(one, *one.waits_at, "a mask that leaves the thread itself out");
    Meeting meeting;
    bool all = true;
    for (unsigned other = 0; other < size && all; ++other) {
      Thread& t = first[other];
      if ((one.mask >> other & 1) == 0 || t.waits == Waits::ended) continue;
      all = t.waits == Waits::warp && t.mask == one.mask && t.waits_at->meet == one.waits_at->meet &&
            t.waits_at->mode == one.waits_at->mode;
      meeting.lanes[other] = &t;
      meeting.mask |= 1u << other;
    }
    if (!all) continue;
    one.waits_at->meet(meeting);
    for (Thread* t : meeting.lanes)
      if (t) t->waits = Waits::nothing;
    any = true;
  }
  return any;
}

bool Block::release_barriers() {
  bool any = false;
  unsigned alive = 0;
  std::map<std::uint32_t, std::vector<Thread*>> barriers;
  for (Thread& t : threads) {
    alive += t.waits != Waits::ended;
    if (t.waits == Waits::barrier) barriers[t.mask].push_back(&t);
  }
  for (const auto& [number_, waiting] : barriers) {
    const std::uint32_t expected = waiting[0]->count == 0 ? alive : waiting[0]->count;
    if (waiting.size() < expected) continue;
    unsigned yes = 0;
    for (const Thread* t : waiting) {
      yes += get<bool>(*t, t->waits_at->c);
      const Thread& of_warp = **std::find_if(waiting.begin(), waiting.end(), [&](const Thread* other) {
        return other->index / kWarpSize == t->index / kWarpSize;
      });
      if (of_warp.waits_at != t->waits_at) fail(*t, *t->waits_at, "threads of a warp are at different barriers");
    }
    for (Thread* t : waiting) {
      const Instruction& i = *t->waits_at;
      const auto all = static_cast<unsigned>(waiting.size());
      if (i.mode > 0) t->r[i.d] = i.mode == 1 ? yes == all : i.mode == 2 ? yes > 0 : yes;
      t->waits = Waits::nothing;
    }
    any = true;
  }
  return any;
}

void Grid::run() {
  const std::uint64_t blocks = std::uint64_t{count(launch.grid)};
  const auto residents = static_cast<unsigned>(std::min<std::uint64_t>(settings.resident_blocks, blocks));
  std::vector<std::unique_ptr<Block>> resident;
  std::uint64_t next = 0;
  for (; next < residents; ++next) {
    resident.push_back(std::make_unique<Block>(*this));
    resident.back()->start(next);
  }
  unsigned idle = 0;
  for (unsigned round = 0; !resident.empty(); ++round) {
    bool is_busy = false;
    std::vector<Block*> ended;
    in_some_order(static_cast<unsigned>(resident.size()), round, [&](unsigned r) {
      Block& block = *resident[r];
      const bool goes_on = block.turn();
      is_busy |= block.is_busy;
      if (!goes_on && next < blocks)
        block.start(next++);
      else if (!goes_on)
        ended.push_back(&block);
    });
    std::erase_if(resident, [&](const auto& block) { return std::count(ended.begin(), ended.end(), block.get()) > 0; });
    idle = is_busy ? 0 : idle + 1;
    if (idle > kMostIdle) throw Fault(fmt::format("{}: threads wait for a value that never comes", code.name));
  }
}

}  // namespace lockstep::test::ptx
