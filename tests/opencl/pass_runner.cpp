#include "pass_runner.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

#include "lockstep/engine.hpp"
#include "lockstep/error.hpp"

namespace lockstep::test {
namespace {

std::unique_ptr<Buffer> upload(BackendDevice& device, BackendQueue& queue, const std::vector<std::byte>& bytes) {
  auto buffer = device.do_allocate(bytes.size());
  queue.do_write(*buffer, 0, bytes.data(), bytes.size());
  return buffer;
}

template <class T>
bool same(const std::byte* a, const std::byte* b) {
  T x, y;
  std::memcpy(&x, a, sizeof x);
  std::memcpy(&y, b, sizeof y);
  if constexpr (std::is_floating_point_v<T>)
    if (x != x && y != y) return true;
  return std::memcmp(a, b, sizeof(T)) == 0;
}

std::string text_of(DType type, const std::byte* at) {
  return visit(type, [&]<class T>() {
    T value;
    std::memcpy(&value, at, sizeof value);
    std::uint64_t bits = 0;
    std::memcpy(&bits, at, sizeof value);
    return fmt::format("{} (0x{:x})", static_cast<double>(value), bits);
  });
}

}  // namespace

std::vector<std::vector<std::byte>> run_case(BackendDevice& device, BackendQueue& queue, const PassCase& c) {
  std::vector<std::unique_ptr<Buffer>> memory;
  std::vector<Operand> arrays, outputs;
  for (const HostOperand& a : c.arrays) {
    memory.push_back(upload(device, queue, a.bytes));
    arrays.push_back(a.operand);
    arrays.back().buffer = memory.back().get();
  }
  for (const HostOperand& o : c.outputs) {
    if (o.same_as < 0) memory.push_back(upload(device, queue, o.bytes));
    outputs.push_back(o.operand);
    outputs.back().buffer = o.same_as < 0 ? memory.back().get() : memory[static_cast<std::size_t>(o.same_as)].get();
  }
  const auto executable = device.do_compile(c.program);
  queue.do_run(*executable, {c.rank, c.outer_rank, c.extents, arrays, c.indices, outputs, c.scalars});
  std::vector<std::vector<std::byte>> results;
  for (std::size_t i = 0; i < c.outputs.size(); ++i) {
    results.emplace_back(c.outputs[i].bytes.size());
    queue.do_read(*outputs[i].buffer, 0, results.back().data(), results.back().size());
  }
  queue.do_record()->do_wait();
  return results;
}

std::unique_ptr<BackendDevice> open_backend(const std::string& name) {
  static const auto backends = default_backends();
  const auto colon = name.find(':');
  const std::string kind = name.substr(0, colon);
  const int number = colon == std::string::npos ? -1 : std::atoi(name.c_str() + colon + 1);
  for (const auto& backend : backends)
    if (backend->do_kind() == kind) return backend->do_open(number, {});
  throw Error(Code::no_device, "this build has no " + kind);
}

std::string difference(const PassCase& c, const std::vector<std::vector<std::byte>>& expected,
                       const std::vector<std::vector<std::byte>>& got) {
  for (std::size_t o = 0; o < c.outputs.size(); ++o) {
    const DType type = c.outputs[o].type;
    const std::size_t size = size_of(type);
    for (std::size_t i = 0; i + size <= expected[o].size(); i += size) {
      const std::byte *a = expected[o].data() + i, *b = got[o].data() + i;
      if (visit(type, [&]<class T>() { return same<T>(a, b); })) continue;
      return fmt::format("output {} ({} of %{}, {}), element {}: expected {}, got {}", o,
                         to_string(c.program.outputs[o].fold), c.program.outputs[o].node, to_string(type), i / size,
                         text_of(type, a), text_of(type, b));
    }
  }
  return {};
}

}  // namespace lockstep::test
