#include "driver.hpp"
#include "lockstep/transfer.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// Copies between two devices whose memory is changed before and after.
void check_copies(const Device& a, const Device& b) {
  const Array x = a.zeros({10'000}, DType::i32);
  a.assign(x, index(0) + 5);
  const Array y = copy_to(b, x);
  a.assign(x, Expr(0));  // after the copy
  CHECK(y.device() == b);
  CHECK(item<bool>(all(y == index(0) + 5)));
  CHECK(item<bool>(all(x == 0)));
  Array back;
  {
    const Array shifted = b.evaluate(y + 1);
    back = copy_to(a, shifted.slice({Slice{7, Slice::kOpen}}));
  }
  const Array taken = b.full({10'000}, -1, DType::i32);  // the memory of `shifted`
  CHECK(item<bool>(all(back == index(0) + 13)));
}

}  // namespace

TEST_CASE_FIXTURE(OnFakeCuda, "two devices that reach each other copy directly, in order with the work of both") {
  const Device a = open(0), b = open(1);
  const std::uint64_t read = a.counters().bytes_to_host + b.counters().bytes_to_host;
  check_copies(a, b);
  CHECK(fake::calls("cudaMemcpyPeerAsync") == 2);
  CHECK(fake::calls("cudaDeviceEnablePeerAccess") == 2);                        // each way once
  CHECK(a.counters().bytes_to_host + b.counters().bytes_to_host < read + 100);  // items alone
}

TEST_CASE_FIXTURE(OnFakeCuda, "two devices that do not reach each other leave the way to the driver") {
  fake::machine().peers = false;
  check_copies(open(0), open(1));
  CHECK(fake::calls("cudaMemcpyPeerAsync") == 2);
  CHECK(fake::calls("cudaDeviceEnablePeerAccess") == 0);
}

TEST_CASE_FIXTURE(OnFakeCuda, "a copy that the driver refuses goes through the host, and so do those of other kinds") {
  const Device a = open(0), b = open(1);
  fake::fail("cudaMemcpyPeerAsync", cudaErrorInvalidValue, 2);
  const std::uint64_t read = a.counters().bytes_to_host;
  check_copies(a, b);
  CHECK(a.counters().bytes_to_host > read + 40'000 - 1);
  check_copies(a, Engine().open("cpu:2"));
  CHECK(fake::calls("cudaMemcpyPeerAsync") == 2);
}
