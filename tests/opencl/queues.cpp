#include <numeric>

#include "pass_runner.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// x = x + 1, many times: work that takes a while.
PassCase count_case(std::uint64_t n) {
  PassCase c;
  c.extents[0] = n;
  c.program.arrays = {DType::i32};
  c.program.nodes = {
      {Op::load, DType::i32, {}, 0}, {Op::constant, DType::i32, {}, 1}, {Op::add, DType::i32, {0, 1}, 0}};
  c.program.outputs = {{2, Fold::store}};
  return c;
}

}  // namespace

TEST_CASE("work of one queue waits for an event of another, and events tell their time") {
  constexpr std::uint64_t n = 1 << 20;
  const auto device = open_backend("opencl:0");
  const auto first = device->do_make_queue(), second = device->do_make_queue();
  const std::vector<std::int32_t> zeros(n, 0);
  const auto buffer = device->do_allocate(n * 4), copy = device->do_allocate(n * 4);
  const PassCase c = count_case(n);
  const auto executable = device->do_compile(c.program);
  const Operand x{buffer.get(), 0, {1}};
  first->do_write(*buffer, 0, zeros.data(), n * 4);
  const auto start = first->do_record();
  for (int i = 0; i < 50; ++i) first->do_run(*executable, {1, 0, c.extents, {&x, 1}, {}, {&x, 1}, {}});
  const auto counted = first->do_record();
  second->do_wait_for(*counted);
  second->do_copy(*buffer, 0, *copy, 0, n * 4);
  std::vector<std::int32_t> got(n, -1);
  second->do_read(*copy, 0, got.data(), n * 4);
  const auto end = second->do_record();
  end->do_wait();
  CHECK(counted->do_is_done());
  CHECK(got == std::vector<std::int32_t>(n, 50));
  CHECK(start->do_seconds() <= counted->do_seconds());
  CHECK(counted->do_seconds() <= end->do_seconds());
  CHECK(end->do_seconds() - start->do_seconds() < 600);
}

TEST_CASE("the source of a write may change as soon as the call returns, small or large") {
  const auto device = open_backend("opencl:0");
  const auto queue = device->do_make_queue();
  for (const std::uint64_t n : {std::uint64_t{1}, std::uint64_t{1} << 16, std::uint64_t{5} << 20}) {
    const auto buffer = device->do_allocate(n * 4);
    for (std::int32_t round = 0; round < 8; ++round) {
      std::vector<std::int32_t> values(n, round);
      queue->do_write(*buffer, 0, values.data(), n * 4);
      std::fill(values.begin(), values.end(), -1);
      queue->do_read(*buffer, 0, values.data(), n * 4);
      queue->do_record()->do_wait();
      CHECK(values == std::vector<std::int32_t>(n, round));
    }
  }
}

TEST_CASE("a large write behind other work arrives after it, in pieces, and does not wait for it") {
  constexpr std::uint64_t n = (std::uint64_t{25} << 20) + 3;
  const auto device = open_backend("opencl:0");
  const auto queue = device->do_make_queue();
  const auto buffer = device->do_allocate(n * 4);
  const PassCase c = count_case(n);
  const auto executable = device->do_compile(c.program);
  const Operand x{buffer.get(), 0, {1}};
  std::vector<std::int32_t> values(n);
  std::iota(values.begin(), values.end(), 0);
  queue->do_write(*buffer, 0, values.data(), n * 4);
  for (int i = 0; i < 3; ++i) queue->do_run(*executable, {1, 0, c.extents, {&x, 1}, {}, {&x, 1}, {}});
  const auto counted = queue->do_record();
  std::vector<std::int32_t> last(values.end() - 1000, values.end()), got(n, -1);
  std::fill(values.begin(), values.end(), 7);
  queue->do_write(*buffer, 0, values.data(), (n - 1000) * 4);
  std::fill(values.begin(), values.end(), 8);
  queue->do_read(*buffer, 0, got.data(), n * 4);
  queue->do_record()->do_wait();
  CHECK(counted->do_is_done());
  CHECK(std::count(got.begin(), got.end(), 7) == n - 1000);
  for (std::int32_t& v : last) v += 3;
  CHECK(std::equal(last.begin(), last.end(), got.end() - 1000));
}
