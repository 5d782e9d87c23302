#include "compare_bits.hpp"

#include <doctest/doctest.h>

#include <cstring>

#include "orbit/orbit.hpp"
#include "support.hpp"

namespace lockstep::test {
namespace {

template <class T>
std::vector<std::vector<T>> orbit_on(BackendDevice& device, BackendQueue& queue,
                                     const std::vector<std::vector<T>>& start, std::uint64_t first,
                                     std::int64_t steps) {
  const auto executable = device.do_build(orbit_kernel(dtype_of<T>));
  std::vector<std::unique_ptr<Buffer>> buffers;
  std::vector<NativeArgument> arguments;
  for (const auto& column : start) {
    buffers.push_back(device.do_allocate(column.size() * sizeof(T)));
    queue.do_write(*buffers.back(), 0, column.data(), column.size() * sizeof(T));
    arguments.push_back({buffers.back().get(), first * sizeof(T), 0});
  }
  const T h = T(0.01);
  std::uint64_t bits = 0;
  std::memcpy(&bits, &h, sizeof h);
  arguments.push_back({nullptr, 0, bits});
  arguments.push_back({nullptr, 0, static_cast<std::uint64_t>(steps)});
  queue.do_launch(*executable, arguments, start[0].size() - first);
  auto result = start;
  for (std::size_t c = 0; c < buffers.size(); ++c)
    queue.do_read(*buffers[c], 0, result[c].data(), result[c].size() * sizeof(T));
  queue.do_record()->do_wait();
  return result;
}

template <class T>
void compare_orbit_of(HostDevice& host) {
  const auto queue = host.do_make_queue();
  const auto reference = open_backend("cpu:1");
  const auto reference_queue = reference->do_make_queue();
  const auto start = [](std::size_t n) {
    std::vector<std::vector<T>> columns;
    for (std::uint64_t c = 0; c < 5; ++c) columns.push_back(awkward_values<T>(n, 100 * n + c));
    return columns;
  };
  orbit_on<T>(host, *queue, start(1), 0, 1);
  host.build();
  for (const std::size_t n : {1, 15, 255, 256, 257, 5000})
    for (const std::int64_t steps : {0, 1, 40})
      for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{3}}) {
        if (n <= first) continue;
        const auto expected = orbit_on<T>(*reference, *reference_queue, start(n), first, steps);
        const auto got = orbit_on<T>(host, *queue, start(n), first, steps);
        for (std::size_t c = 0; c < 5; ++c) {
          CAPTURE(n);
          CAPTURE(steps);
          CAPTURE(c);
          CHECK_FALSE(first_difference(got[c], expected[c]).has_value());
        }
      }
}

}  // namespace

std::size_t compare_bits(const std::vector<PassCase>& cases, HostDevice& host) {
  const auto reference = open_backend("cpu:1");
  const auto queue = host.do_make_queue(), reference_queue = reference->do_make_queue();
  for (const PassCase& c : cases) run_case(host, *queue, c);
  host.build();
  std::size_t outputs = 0;
  for (const PassCase& c : cases) {
    const std::string found = difference(c, run_case(*reference, *reference_queue, c), run_case(host, *queue, c));
    CAPTURE(&c - cases.data());
    CAPTURE(c.program.dump());
    CHECK(found == "");
    if (!found.empty()) break;
    outputs += c.outputs.size();
  }
  CHECK(host.blocks() >= cases.size());
  return outputs;
}

void compare_orbit(DType type, HostDevice& host) {
  if (type == DType::f32)
    compare_orbit_of<float>(host);
  else
    compare_orbit_of<double>(host);
}

}  // namespace lockstep::test
