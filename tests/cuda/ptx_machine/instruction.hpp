#pragma once

// PTX as it runs: each instruction is decoded once, to a function and the places of its operands.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "module.hpp"

namespace lockstep::test::ptx {

/// A place in a thread's registers. Constants and special registers have places there too.
using Index = std::uint32_t;

enum Fixed : Index {
  kTrue,
  kSink,  ///< what is written there is never read
  kTid,
  kNtid = kTid + 3,
  kCtaid = kNtid + 3,
  kNctaid = kCtaid + 3,
  kLane = kNctaid + 3,
  kWarp,
  kWarps,
  kMaskEqual,
  kMaskLess,
  kMaskLessEqual,
  kMaskGreater,
  kMaskGreaterEqual,
  kMultiprocessor,
  kMultiprocessors,
  kGrid,
  kDynamicShared,
  kTotalShared,
  kFixed
};

// Addresses. Those of global memory are the host's; shared, local and parameter memory are numbered from here, and lie
// in windows of generic addresses. No address is near 0.
constexpr std::uint64_t kFirstAddress = 1024;
constexpr std::uint64_t kWindow = std::uint64_t{1} << 60;
constexpr std::uint64_t window_of(Space space) {
  return space == Space::shared  ? kWindow
         : space == Space::local ? 2 * kWindow
         : space == Space::param ? 3 * kWindow
                                 : 0;
}

constexpr unsigned kWarpSize = 32;

struct Thread;
struct Instruction;
struct Grid;
struct Block;

/// Threads of a warp that met at instructions of one kind: null where one does not take part.
struct Meeting {
  std::array<Thread*, kWarpSize> lanes{};
  std::uint32_t mask = 0;
};

struct Instruction {
  void (*run)(Thread&, const Instruction&) = nullptr;
  void (*meet)(const Meeting&) = nullptr;  ///< what is done once all are there; for those that wait for a warp
  Index guard = kTrue;
  Index d = kSink, q = kSink;               ///< destinations
  Index a = kSink, b = kSink, c = kSink;    ///< sources
  std::uint32_t target = 0;                 ///< of a jump; where in Code::pool a list of operands begins
  std::uint8_t count = 0;                   ///< of operands in that list
  std::uint8_t mode = 0;                    ///< the instruction's own: rounding, a table of bits
  bool unless = false;                      ///< runs where the guard is false
  bool watched = false;                     ///< a load that may see what others write: threads wait by repeating it
  std::int64_t offset = 0;                  ///< added to an address
  std::uint64_t width = ~std::uint64_t{0};  ///< bits of the destination, which takes extended values
};

/// A kernel with all functions that it calls.
struct Code {
  std::string name;
  std::vector<Instruction> instructions;
  std::vector<Token> sources;  ///< the name and line of each instruction
  std::vector<Index> pool;
  std::vector<std::uint64_t> registers;  ///< with constants, for a new thread
  std::uint64_t shared_bytes = 0, shared_align = 1, local_bytes = 0;
  std::uint64_t parameter_bytes = 0;
  std::vector<std::pair<std::uint64_t, unsigned>> parameters;  ///< offset and size
};

enum class Waits : std::uint8_t { nothing, turn, warp, barrier, ended };

struct Thread {
  std::uint64_t* r = nullptr;
  const Instruction* next = nullptr;
  const Index* pool = nullptr;  ///< Code::pool
  Block* block = nullptr;
  std::byte* local = nullptr;
  unsigned index = 0;
  Waits waits = Waits::nothing;
  bool carry = false;
  std::uint32_t mask = 0;   ///< of the lanes or the number of the barrier that it waits for
  std::uint32_t count = 0;  ///< of threads that a barrier waits for; 0: all
  std::uint64_t steps = 0;
  const Instruction* waits_at = nullptr;
  const Instruction* watches = nullptr;  ///< the load that it repeats
  std::uint64_t seen = 0;
  std::vector<const Instruction*> calls;

  unsigned lane() const { return index % kWarpSize; }
};

/// The host's memory behind an address, which must be aligned and there.
std::byte* place(Thread& t, const Instruction& i, Space space, std::uint64_t address, unsigned bytes, unsigned align);
/// Lets the others go on if a thread finds the same value again and again.
void watch(Thread& t, const Instruction& i, std::uint64_t value);
/// Throws Fault with the kernel, the line, the block and the thread.
[[noreturn]] void fail(const Thread& t, const Instruction& i, const std::string& problem);

template <class T>
using Bits = std::conditional_t<sizeof(T) == 1, std::uint8_t,
                                std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                                   std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

template <class T>
T get(const Thread& t, Index i) {
  if constexpr (std::is_same_v<T, bool>)
    return (t.r[i] & 1) != 0;
  else
    return std::bit_cast<T>(static_cast<Bits<T>>(t.r[i]));
}
template <class T>
void set(Thread& t, Index i, T value) {
  if constexpr (std::is_same_v<T, bool>)
    t.r[i] = value;
  else
    t.r[i] = std::bit_cast<Bits<T>>(value);
}

/// Into a register that may be wider than the value: signed values are extended by their sign.
template <class T>
void set_extended(Thread& t, const Instruction& i, Index to, T value) {
  if constexpr (std::is_signed_v<T> && std::is_integral_v<T>)
    t.r[to] = static_cast<std::uint64_t>(static_cast<std::int64_t>(value)) & i.width;
  else
    set(t, to, value);
}

/// Any not-a-number that arithmetic makes is this one.
template <class T>
T canonical(T x) {
  if constexpr (std::is_floating_point_v<T>)
    if (x != x) return std::bit_cast<T>(static_cast<Bits<T>>(~Bits<T>{0} >> 1));
  return x;
}

enum class Type : std::uint8_t { pred, b8, b16, b32, b64, u8, u16, u32, u64, s8, s16, s32, s64, f32, f64 };

template <class T>
constexpr bool is_type(Type type) {
  if constexpr (std::is_same_v<T, bool>) return type == Type::pred;
  if constexpr (std::is_floating_point_v<T>) return type == (sizeof(T) == 4 ? Type::f32 : Type::f64);
  constexpr int log = std::countr_zero(sizeof(T));
  const int number = static_cast<int>(type);
  if constexpr (std::is_signed_v<T>) return number == static_cast<int>(Type::s8) + log;
  return number == static_cast<int>(Type::u8) + log || number == static_cast<int>(Type::b8) + log;
}

/// f<T>() for that of the types T which is `type`; null if none is.
template <class... T, class F>
auto pick(Type type, const F& f) {
  void (*found)(Thread&, const Instruction&) = nullptr;
  static_cast<void>(((is_type<T>(type) && (found = f.template operator()<T>(), true)) || ...));
  return found;
}
template <class F>
auto pick_integer(Type type, const F& f) {
  return pick<std::uint16_t, std::uint32_t, std::uint64_t, std::int16_t, std::int32_t, std::int64_t>(type, f);
}
template <class F>
auto pick_float(Type type, const F& f) {
  return pick<float, double>(type, f);
}
template <class F>
auto pick_bits(Type type, const F& f) {
  return pick<std::uint16_t, std::uint32_t, std::uint64_t>(type, f);
}
constexpr bool is_float(Type type) { return type == Type::f32 || type == Type::f64; }
constexpr bool is_signed(Type type) { return type >= Type::s8 && type <= Type::s64; }
unsigned bytes_of(Type type);

}  // namespace lockstep::test::ptx
