// Copies from one device to another.
#include "lockstep/transfer.hpp"

#include "cells.hpp"

using namespace lockstep;
using namespace lockstep::test;

TEST_CASE_FIXTURE(MovesBytes, "an array is copied to another device and back, bit for bit") {
  const Device other = Engine().open("cpu:2");
  for (const DType type : all_dtypes())
    for (const std::size_t n : {0, 1, 1025}) {
      CAPTURE(to_string(type));
      CAPTURE(n);
      const Cells values = awkward_cells(type, n, 5 + n);
      const Array there = copy_to(other, upload(device, values));
      CHECK(there.device() == other);
      CHECK(cells(there).bits == values.bits);
      CHECK(cells(copy_to(device, there)).bits == values.bits);
    }
}

TEST_CASE_FIXTURE(MovesBytes,
                  "a copy on another device is in order with the work on both, and of views and many parts") {
  const Device other = Engine().open("cpu:1");
  const std::uint64_t n = scaled(5'000'000) + 3;  // of eight bytes: several parts
  const Array x = device.evaluate(arange(static_cast<std::int64_t>(n)));
  const Array y = copy_to(other, x.slice({Slice{2, Slice::kOpen}}));
  device.assign(x, Expr(0));
  const Array z = copy_to(device, y);
  other.assign(y, Expr(1));
  CHECK(z.shape() == Shape{n - 2});
  CHECK(item<bool>(all(z == index(0) + 2)));
  const Array square = device.evaluate(cast(arange(12), DType::i32)).reshape({3, 4}).transpose();
  CHECK(copy_to(other, square).to_host<std::int32_t>() == square.to_host<std::int32_t>());
  CHECK(copy_to(device, square).device() == device);
  CHECK(failure(Code::bad_argument, "no array", [&] { copy_to(other, Array()); }) == "");
}
