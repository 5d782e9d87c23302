#pragma once

// Runs kernels in PTX on the host, as the PTX ISA defines them: what a compiler made shows its faults without a GPU.
//
// Every thread has its own place in the code and runs until it waits for others. In which order that happens changes
// from barrier to barrier, so that what was not ordered shows.
#include <map>
#include <optional>

#include "instruction.hpp"

namespace lockstep::test::ptx {

struct Launch {
  std::array<unsigned, 3> grid{1, 1, 1}, block{1, 1, 1};
  std::uint64_t dynamic_shared = 0;
  std::vector<std::byte> parameters{};  ///< as they lie in the kernel's parameter memory
};

struct Range {
  std::uint64_t first = 0, bytes = 0;
};

struct Settings {
  /// How many blocks are under way at once. With more than one, blocks that wait for others really do.
  unsigned resident_blocks = 1;
  /// How many instructions a thread runs before it lets others go on.
  unsigned patience = 50000;
  /// The global memory that a kernel may touch, besides the module's own; all if there is no list.
  std::optional<std::vector<Range>> memory{};
};

class Machine {
 public:
  /// Throws Fault if this is no PTX.
  explicit Machine(std::string_view ptx);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// The decoded kernel. Throws Fault with the name and line of an instruction that is not known.
  const Code& code(std::string_view entry);
  /// Throws Fault if threads wait for each other without end, or touch memory that is not theirs.
  void run(std::string_view entry, const Launch& launch, const Settings& settings = {});
  const Module& module() const noexcept { return module_; }
  /// Instructions that ran so far.
  std::uint64_t steps() const noexcept { return steps_; }

 private:
  Module module_;
  std::vector<std::unique_ptr<std::byte[]>> variables_;
  std::vector<Range> ranges_;
  std::map<std::string_view, std::uint64_t> globals_;
  std::map<std::string, Code, std::less<>> codes_;
  std::uint64_t steps_ = 0;
};

}  // namespace lockstep::test::ptx
