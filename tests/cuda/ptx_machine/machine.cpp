#include "machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "decoder.hpp"
#include "grid.hpp"

namespace lockstep::test::ptx {

Machine::Machine(std::string_view ptx) : module_(ptx) {
  for (const Variable& v : module_.variables()) {
    if (v.space != Space::global && v.space != Space::constant) continue;
    if (v.is_open) throw Fault(fmt::format("the variable '{}' has no size", v.name));
    // Room to align it.
    variables_.push_back(std::make_unique<std::byte[]>(v.bytes + v.align));
    const std::uint64_t at = aligned(reinterpret_cast<std::uintptr_t>(variables_.back().get()), v.align);
    if (!v.initial.empty()) std::memcpy(reinterpret_cast<void*>(at), v.initial.data(), v.initial.size());
    globals_[v.name] = at;
    ranges_.push_back({at, v.bytes});
  }
}

const Code& Machine::code(std::string_view entry) {
  const auto found = codes_.find(entry);
  if (found != codes_.end()) return found->second;
  if (!module_.function(entry).is_entry) throw Fault(fmt::format("'{}' is no kernel", entry));
  return codes_.emplace(entry, Decoder(module_, globals_, entry).decode()).first->second;
}

void Machine::run(std::string_view entry, const Launch& launch, const Settings& settings) {
  const Code& kernel = code(entry);
  if (launch.parameters.size() != kernel.parameter_bytes)
    throw Fault(fmt::format("'{}' has {} bytes of parameters, not {}", entry, kernel.parameter_bytes,
                            launch.parameters.size()));
  Grid grid{kernel, launch, settings, ranges_, !settings.memory, std::vector<Range>(kernel.instructions.size())};
  if (settings.memory) grid.memory.insert(grid.memory.end(), settings.memory->begin(), settings.memory->end());
  std::sort(grid.memory.begin(), grid.memory.end(), [](Range a, Range b) { return a.first < b.first; });
  grid.run();
  steps_ += grid.steps;
}

namespace {

/// True if the access lies in the range.
bool holds(const Range& range, std::uint64_t address, unsigned bytes) {
  return address - range.first < range.bytes && range.bytes - (address - range.first) >= bytes;
}

std::byte* numbered(Thread& t, const Instruction& i, std::byte* memory, std::uint64_t size, std::uint64_t address,
                    unsigned bytes, const char* what) {
  if (!holds({kFirstAddress, size}, address, bytes))
    fail(t, i,
         fmt::format("{} bytes at {} are beyond the {} of {} memory", bytes,
                     static_cast<std::int64_t>(address - kFirstAddress), size, what));
  return memory + (address - kFirstAddress);
}

std::byte* global(Thread& t, const Instruction& i, std::uint64_t address, unsigned bytes) {
  Grid& grid = *t.block->grid;
  auto* memory = reinterpret_cast<std::byte*>(address);
  if (grid.is_all_memory && address >= kFirstAddress) return memory;
  Range& last = grid.last[static_cast<std::size_t>(&i - grid.code.instructions.data())];
  if (holds(last, address, bytes)) return memory;
  const auto after = std::upper_bound(grid.memory.begin(), grid.memory.end(), address,
                                      [](std::uint64_t a, const Range& range) { return a < range.first; });
  if (after == grid.memory.begin() || !holds(*(after - 1), address, bytes))
    fail(t, i, fmt::format("{} bytes at {:#x} are in no array", bytes, address));
  last = *(after - 1);
  return memory;
}

}  // namespace

std::byte* place(Thread& t, const Instruction& i, Space space, std::uint64_t address, unsigned bytes, unsigned align) {
  if (address % align != 0) fail(t, i, fmt::format("{} bytes at {:#x}, which is not aligned", bytes, address));
  if (space == Space::generic) {
    constexpr Space kSpaces[] = {Space::global, Space::shared, Space::local, Space::param};
    if (address / kWindow > 3) fail(t, i, fmt::format("{:#x} is no address", address));
    space = kSpaces[address / kWindow];
    address %= kWindow;
  }
  Block& block = *t.block;
  switch (space) {
    case Space::shared:
      return numbered(t, i, block.shared.data(), block.shared.size(), address, bytes, "shared");
    case Space::local:
      return numbered(t, i, t.local, block.grid->code.local_bytes, address, bytes, "local");
    case Space::param: {
      const auto& parameters = block.grid->launch.parameters;
      return numbered(t, i, const_cast<std::byte*>(parameters.data()), parameters.size(), address, bytes, "parameter");
    }
    default:
      return global(t, i, address, bytes);
  }
}

void watch(Thread& t, const Instruction& i, std::uint64_t value) {
  if (t.watches == &i && t.seen == value) t.waits = Waits::turn;
  t.watches = &i;
  t.seen = value;
}

void fail(const Thread& t, const Instruction& i, const std::string& problem) {
  const Code& code = t.block->grid->code;
  const Token& source = code.sources[static_cast<std::size_t>(&i - code.instructions.data())];
  throw Fault(fmt::format("{}: line {}: {}: block {}, thread {}: {}", code.name, source.line, source.text,
                          t.block->number, t.index, problem));
}

}  // namespace lockstep::test::ptx
