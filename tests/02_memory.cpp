// Rung 2 of the ladder: arrays come and go, keep their elements, and run out of memory in good order.

#include <numeric>
#include <set>

#include "view_model.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr std::size_t kSizes[] = {0, 1, 31, 33, 1023, 1025};

/// The device under test, opened a second time by an engine of its own, with a budget.
Device small_device(std::uint64_t budget) { return Engine().open(device_name(), {.memory_budget = budget}); }

}  // namespace

TEST_CASE_FIXTURE(MovesBytes, "every type and size comes back bit for bit") {
  for (const DType type : all_dtypes())
    for (const std::size_t n : kSizes) {
      CAPTURE(to_string(type));
      CAPTURE(n);
      const Cells values = awkward_cells(type, n, 17 + n);
      const Array array = upload(device, values);
      CHECK(array.dtype() == type);
      CHECK(array.shape() == Shape{n});
      CHECK(array.bytes() == n * size_of(type));
      CHECK(difference(array, values) == "");
      CHECK(cells(array).bits == values.bits);  // NaN payloads too: a transfer changes nothing
    }
}

TEST_CASE_FIXTURE(MovesBytes, "an array of 2^24+1 elements keeps its last one") {
  const std::size_t n = (1 << 24) + 1;
  std::vector<std::uint8_t> values(n);
  std::iota(values.begin(), values.end(), std::uint8_t{3});
  const Array array = device.array(values);
  CHECK(array.to_host<std::uint8_t>() == values);
  CHECK(array.at(-1).item<std::uint8_t>() == values.back());
}

TEST_CASE_FIXTURE(MovesBytes, "an array can be read and written as bools, scalars and shapes of any rank") {
  const bool flags[] = {true, false, true};
  bool back[3] = {};
  device.array(std::span<const bool>(flags)).to_host(std::span<bool>(back));
  CHECK(std::equal(flags, flags + 3, back));

  CHECK(device.array(std::vector<double>{2.5}, {}).item<double>() == 2.5);
  CHECK(device.array(std::vector<double>{2.5}, {1, 1, 1, 1, 1, 1, 1, 1}).item<double>() == 2.5);

  const Array x = device.zeros({2, 3}, DType::i32);
  CHECK(x.to_host<std::int32_t>() == std::vector<std::int32_t>(6));
  const std::vector<std::int32_t> more{1, 2, 3, 4, 5, 6};
  x.from_host(std::span<const std::int32_t>(more));
  CHECK(x.to_host<std::int32_t>() == more);
  CHECK(x.at(1).at(-1).item<std::int32_t>() == 6);
  CHECK(x.device() == device);
  CHECK(x.is_contiguous());
  CHECK(x.strides()[0] == 3);
}

TEST_CASE_FIXTURE(OnDevice, "full holds its value in every type, and refuses what the type cannot hold") {
  for (const DType type : dtypes_of(device)) {
    CAPTURE(to_string(type));
    const Array ones = device.full({33}, 1, type);
    Cells expected = cells(upload(device, Cells{type, std::vector<std::uint64_t>(33)}));
    visit(type, [&]<Element T>() { std::fill(expected.bits.begin(), expected.bits.end(), to_bits(T(1))); });
    CHECK(difference(ones, expected) == "");
  }
  CHECK(failure(Code::bad_argument, "300", [&] { device.full({2}, 300, DType::u8); }) == "");
  CHECK(failure(Code::bad_argument, "-1", [&] { device.full({2}, -1, DType::u32); }) == "");
  CHECK(device.full({0, 4}, 7, DType::i8).size() == 0);
}

TEST_CASE_FIXTURE(MovesBytes, "a wrong type or number of elements is refused and named") {
  const Array x = device.array({1.0f, 2.0f});
  CHECK(failure(Code::bad_type, "f32", [&] { x.to_host<double>(); }) == "");
  CHECK(failure(Code::bad_type, "i32", [&] { x.item<std::int32_t>(); }) == "");
  CHECK(failure(Code::bad_shape, "(2,)", [&] { x.item<float>(); }) == "");
  std::vector<float> three(3);
  CHECK(failure(Code::bad_shape, "3", [&] { x.to_host(std::span<float>(three)); }) == "");
  CHECK(failure(Code::bad_shape, "3", [&] { x.from_host(std::span<const float>(three)); }) == "");
  CHECK(failure(Code::bad_shape, "(2, 2)", [&] { device.array(three, {2, 2}); }) == "");
  CHECK(x.to_host<float>() == std::vector<float>{1, 2});
}

TEST_CASE("a shape has at most 8 axes and 63 bits of elements") {
  CHECK(failure(Code::bad_shape, "9", [] { Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}; }) == "");
  const std::uint64_t big = std::uint64_t{1} << 40;
  CHECK(failure(Code::bad_shape, "1099511627776", [&] { Shape{big, big}; }) == "");
  CHECK(failure(Code::bad_shape, "(0, ", [&] { Shape{0, big, big}; }) == "");  // its strides would not fit
  CHECK(Shape{0, big, 7}.size() == 0);
  CHECK(to_string(Shape{}) == "()");
  CHECK(to_string(Shape{5}) == "(5,)");
  CHECK(to_string(Shape{3, 4}) == "(3, 4)");
}

TEST_CASE("shapes broadcast by NumPy's rule") {
  CHECK(broadcast({3, 1}, {4}) == Shape{3, 4});
  CHECK(broadcast({}, {2, 0}) == Shape{2, 0});
  CHECK(broadcast({1}, {0}) == Shape{0});
  CHECK(broadcast({8, 1, 6, 1}, {7, 1, 5}) == Shape{8, 7, 6, 5});
  CHECK(failure(Code::bad_shape, "(3,)", [] { broadcast({2, 4}, {3}); }) == "");
  CHECK(failure(Code::bad_shape, "(0,)", [] { broadcast({0}, {2}); }) == "");
  CHECK(normalize_axis(-1, 3) == 2);
  CHECK(normalize_axis(0, 1) == 0);
  CHECK(failure(Code::bad_shape, "3", [] { normalize_axis(3, 3); }) == "");
  CHECK(failure(Code::bad_shape, "-4", [] { normalize_axis(-4, 3); }) == "");
}

TEST_CASE("too little memory is out_of_memory with the numbers, and the device goes on") {
  const Device device = small_device(1 << 20);
  CHECK(device.memory().limit == 1 << 20);
  const std::vector<float> values(1000, 1.5f);
  const Array kept = device.array(values);
  const MemoryUse before = device.memory();
  for (int i = 0; i < 3; ++i) {
    CHECK(failure(Code::out_of_memory, "4194304", [&] { device.empty({1 << 20}, DType::f32); }) == "");
    CHECK(failure(Code::out_of_memory, "2097152", [&] { device.zeros({1 << 18}, DType::f64); }) == "");
    CHECK(failure(Code::out_of_memory, "1048576 in total", [&] { device.zeros({1 << 18}, DType::f64); }) == "");
    CHECK(failure(Code::out_of_memory, "free", [&] { device.zeros({1 << 18}, DType::f64); }) == "");
    CHECK(failure(Code::out_of_memory, "", [&] { evaluate(broadcast_to(kept, {1000, 1000}) + 1); }) == "");
  }
  CHECK(device.memory().in_use == before.in_use);
  CHECK(kept.to_host<float>() == values);
  CHECK(item<float>(sum(kept)) == 1500);
  CHECK(device.empty({1000}, DType::f64).size() == 1000);
}

TEST_CASE("more memory than any machine has is refused at once") {
  const Device device = test::device();
  const std::uint64_t exabyte = std::uint64_t{1} << 60;
  CHECK(failure(Code::out_of_memory, "1152921504606846976", [&] { device.empty({exabyte}, DType::u8); }) == "");
  CHECK(failure(Code::out_of_memory, "", [&] { device.empty({exabyte}, DType::f64); }) == "");
}

TEST_CASE("a budget counts arrays and gives back what they free") {
  const Device device = small_device(1 << 20);
  for (int i = 0; i < 100; ++i) {
    const Array a = device.empty({40000 + static_cast<std::uint64_t>(i) * 1000}, DType::f32);
    const Array b = device.empty({30000}, DType::f32);
    CHECK(device.memory().in_use >= a.bytes() + b.bytes());
    CHECK(device.memory().in_use <= device.memory().limit);
    CHECK(device.memory().in_use + device.memory().cached <= device.memory().limit);
  }
  CHECK(device.memory().in_use == 0);
}

TEST_CASE_FIXTURE(MovesBytes, "memory is counted, kept for reuse, and given back by trim") {
  device.trim();
  const MemoryUse before = device.memory();
  CHECK(before.cached == 0);
  {
    const Array x = device.zeros({1 << 16}, DType::f64), view = x.slice({{1, 9}}), same = x;
    CHECK(device.memory().in_use >= before.in_use + x.bytes());
    CHECK(device.memory().in_use < before.in_use + 2 * x.bytes());
    CHECK(device.memory().peak >= device.memory().in_use);
  }
  CHECK(device.memory().in_use == before.in_use);
  CHECK(device.memory().cached >= (1u << 19));
  {
    const Array again = device.array(std::vector<double>(1 << 16));
    CHECK(device.memory().cached < (1u << 19));
  }
  device.trim();
  CHECK(device.memory().cached == 0);
  CHECK(device.memory().in_use == before.in_use);
}

TEST_CASE_FIXTURE(MovesBytes, "a view keeps its elements alive when the array is gone") {
  Array view;
  { view = device.array({1.0, 2.0, 3.0, 4.0}).slice({{Slice::kOpen, Slice::kOpen, -2}}); }
  const Array other = device.array({9.0, 9.0, 9.0, 9.0});
  CHECK(view.to_host<double>() == std::vector<double>{4, 2});
}

TEST_CASE_FIXTURE(MovesBytes, "random chains of views show the elements that index arithmetic says") {
  std::mt19937_64 random(20240601);
  const Shape shapes[] = {{7},     {1}, {0}, {3, 5}, {4, 1, 6}, {2, 3, 4, 5}, {2, 0, 3}, {1, 2, 1, 2, 1, 2, 1, 2},
                          {129, 9}};
  for (const Shape& shape : shapes) {
    const DType type = shape.size() % 2 ? DType::f32 : DType::u8;
    const Cells base = awkward_cells(type, shape.size(), 5);
    for (std::size_t chain = 0; chain < scaled(60); ++chain) {
      CheckedView view{upload(device, base, shape), ViewModel::dense(shape)};
      for (int step = 0; step < 6; ++step) {
        view = view.step(random);
        REQUIRE(view.array.shape() == view.model.extents());
        REQUIRE(difference(view.array, view.model.pick(base)) == "");
        REQUIRE(difference(view.array.copy(), view.model.pick(base)) == "");
      }
      CHECK(view.array.copy().is_contiguous());
      CHECK_FALSE((view.array.size() && view.array.copy().may_overlap(view.array)));
    }
  }
}

TEST_CASE_FIXTURE(OnDevice, "random views take part in expressions and take assignments") {
  std::mt19937_64 random(20240602);
  const Shape shape{4, 3, 11};
  for (std::size_t chain = 0; chain < scaled(150); ++chain) {
    std::vector<std::int32_t> host(shape.size());
    std::iota(host.begin(), host.end(), 100);
    const Array base = device.array(host, shape);
    CheckedView view{base, ViewModel::dense(shape)};
    for (int step = 0; step < 4; ++step) {
      const CheckedView next = view.step(random);
      // A target must not show an element twice, nor be a copy.
      const std::set<std::size_t> places(next.model.places.begin(), next.model.places.end());
      if (!places.empty() && places.size() == next.model.places.size() && next.array.storage() == base.storage())
        view = next;
    }
    std::vector<std::int32_t> expected;
    for (const std::size_t place : view.model.places) expected.push_back(-host[place]);
    REQUIRE(difference(evaluate(-Expr(view.array)), cells(expected)) == "");
    assign(view.array, Expr(view.array) * 3 + 1);
    for (const std::size_t place : view.model.places) host[place] = (static_cast<std::int32_t>(place) + 100) * 3 + 1;
    REQUIRE(difference(base, cells(host)) == "");
  }
}

TEST_CASE_FIXTURE(MovesBytes, "a reshape is a view where the strides allow it and a copy where not") {
  const Array x = device.zeros({4, 6}, DType::f32);
  CHECK(x.reshape({24}).may_overlap(x));
  CHECK(x.reshape({2, 2, 3, 2}).may_overlap(x));
  CHECK(x.slice({{0, 2}}).reshape({12}).may_overlap(x));
  CHECK(x.slice({{}, {0, 3}}).reshape({4, 1, 3}).may_overlap(x));
  CHECK_FALSE(x.slice({{}, {0, 3}}).reshape({12}).may_overlap(x));
  CHECK_FALSE(x.transpose().reshape({24}).may_overlap(x));
  CHECK(x.contiguous().may_overlap(x));
  CHECK_FALSE(x.copy().may_overlap(x));
  x.from_host(std::span<const float>(std::vector<float>(24, 2.0f)));
}

TEST_CASE_FIXTURE(MovesBytes, "a slice with the largest numbers there are is cut like any other") {
  const Array x = device.array({1, 2, 3});
  const auto take = [&](Slice s) { return x.slice({s}).to_host<std::int32_t>(); };
  using V = std::vector<std::int32_t>;
  CHECK(take({INT64_MIN + 1, INT64_MAX, 1}) == V{1, 2, 3});
  CHECK(take({INT64_MIN + 1, INT64_MAX, INT64_MAX}) == V{1});
  CHECK(take({INT64_MAX, INT64_MIN + 1, -1}) == V{3, 2, 1});
  CHECK(take({INT64_MAX, INT64_MIN + 1, INT64_MIN}) == V{3});
  CHECK(take({INT64_MAX, INT64_MAX, 1}).empty());
  CHECK(failure(Code::bad_argument, "-9223372036854775808", [&] { x.at(INT64_MIN); }) == "");
}

TEST_CASE_FIXTURE(MovesBytes, "a bad view is refused, and the message names the value") {
  const Array x = device.zeros({4, 6}, DType::f32);
  CHECK(failure(Code::bad_shape, "3", [&] { x.slice({{}, {}, {}}); }) == "");
  CHECK(failure(Code::bad_argument, "0", [&] { x.slice({{0, 4, 0}}); }) == "");
  CHECK(failure(Code::bad_argument, "4", [&] { x.at(4); }) == "");
  CHECK(failure(Code::bad_argument, "-5", [&] { x.at(-5); }) == "");
  CHECK(failure(Code::bad_shape, "2", [&] { x.at(0, 2); }) == "");
  CHECK(failure(Code::bad_shape, "", [&] { x.at(0).at(0).at(0); }) == "");
  CHECK(failure(Code::bad_shape, "axis 0", [&] { x.transpose({0, 0}); }) == "");
  CHECK(failure(Code::bad_shape, "2", [&] { x.transpose({0, 2}); }) == "");
  CHECK(failure(Code::bad_shape, "", [&] { x.transpose({0}); }) == "");
  CHECK(failure(Code::bad_shape, "(5, 5)", [&] { x.reshape({5, 5}); }) == "");
  CHECK(failure(Code::bad_shape, "(4, 6)", [&] { x.broadcast_to({6}); }) == "");
  CHECK(failure(Code::bad_shape, "(4, 12)", [&] { x.broadcast_to({4, 12}); }) == "");
  CHECK(failure(Code::bad_shape, "", [&] { x.broadcast_to({0, 4, 5}); }) == "");
  CHECK(x.transpose({1, 0}).shape() == Shape{6, 4});
  CHECK(x.transpose({-1, 0}).shape() == Shape{6, 4});
  CHECK(x.to_host<float>() == std::vector<float>(24));
}

TEST_CASE_FIXTURE(OnDevice, "an assignment may read the elements that it writes, in any order") {
  const std::vector<std::int64_t> values = [] {
    std::vector<std::int64_t> v(5000);
    std::iota(v.begin(), v.end(), 0);
    return v;
  }();
  const auto check = [&](auto write, auto model) {
    const Array x = device.array(values);
    write(x);
    std::vector<std::int64_t> expected = values;
    model(expected);
    CHECK(difference(x, cells(expected)) == "");
  };
  const Slice first{0, -1}, last{1, Slice::kOpen}, back{Slice::kOpen, Slice::kOpen, -1};
  check([&](const Array& x) { assign(x.slice({last}), x.slice({first})); },
        [&](auto& v) { std::copy(values.begin(), values.end() - 1, v.begin() + 1); });
  check([&](const Array& x) { assign(x.slice({first}), x.slice({last})); },
        [&](auto& v) { std::copy(values.begin() + 1, values.end(), v.begin()); });
  check([&](const Array& x) { assign(x, x.slice({back})); }, [](auto& v) { std::reverse(v.begin(), v.end()); });
  check([&](const Array& x) { assign(x.slice({back}), Expr(x) * 2); },
        [&](auto& v) { std::transform(values.rbegin(), values.rend(), v.begin(), [](auto e) { return e * 2; }); });
  check([&](const Array& x) { assign(x, x - sum(x)); },
        [&](auto& v) {
          for (auto& e : v) e -= std::accumulate(values.begin(), values.end(), std::int64_t{0});
        });
}

TEST_CASE_FIXTURE(OnDevice, "a square is transposed in place") {
  std::vector<float> values(37 * 37);
  std::iota(values.begin(), values.end(), 0.0f);
  const Array x = device.array(values, {37, 37});
  assign(x, x.transpose());
  std::vector<float> expected(values.size());
  for (std::size_t i = 0; i < 37; ++i)
    for (std::size_t j = 0; j < 37; ++j) expected[i * 37 + j] = values[j * 37 + i];
  CHECK(difference(x, cells(expected)) == "");
}

TEST_CASE_FIXTURE(OnDevice, "an assignment converts within NumPy's same-kind rule and stretches the value") {
  const Array x = device.zeros({2, 3}, DType::f32);
  assign(x, device.array({1, 2, 3}));
  CHECK(x.to_host<float>() == std::vector<float>{1, 2, 3, 1, 2, 3});
  assign(x.at(0), 7);
  assign(x.slice({{1, 2}, {1, 2}}), 0.5);
  CHECK(x.to_host<float>() == std::vector<float>{7, 7, 7, 1, 0.5, 3});
  const Array bytes = device.zeros({2}, DType::i8);
  assign(bytes, device.array<std::int64_t>({257, -1}));
  CHECK(bytes.to_host<std::int8_t>() == std::vector<std::int8_t>{1, -1});

  CHECK(failure(Code::bad_type, "f32", [&] { assign(bytes, device.array({1.0f, 2.0f})); }) == "");
  CHECK(failure(Code::bad_type, "i8", [&] { assign(device.zeros({2}, DType::u8), bytes); }) == "");
  CHECK(failure(Code::bad_type, "bool", [&] { assign(device.zeros({2}, DType::boolean), bytes); }) == "");
  CHECK(failure(Code::bad_shape, "(3,)", [&] { assign(bytes, device.array({1, 2, 3})); }) == "");
  CHECK(failure(Code::bad_shape, "(2, 2)", [&] { assign(bytes, device.zeros({2, 2}, DType::i8)); }) == "");
  CHECK(bytes.to_host<std::int8_t>() == std::vector<std::int8_t>{1, -1});
}

TEST_CASE_FIXTURE(MovesBytes, "writing a view from the host leaves the other elements alone") {
  const Array x = device.zeros({3, 4}, DType::i32);
  const std::vector<std::int32_t> column{1, 2, 3};
  x.at(2, 1).from_host(std::span<const std::int32_t>(column));
  CHECK(x.to_host<std::int32_t>() == std::vector<std::int32_t>{0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0});
  x.slice({{Slice::kOpen, Slice::kOpen, -1}, {3, 4}}).from_host(std::span<const std::int32_t>(column));
  CHECK(x.to_host<std::int32_t>() == std::vector<std::int32_t>{0, 0, 1, 3, 0, 0, 2, 2, 0, 0, 3, 1});
}

TEST_CASE_FIXTURE(MovesBytes, "writing through a view that shows an element twice is refused") {
  const Array x = device.array({1.0f, 2.0f, 3.0f});
  const Array wide = x.broadcast_to({2, 3});
  const std::vector<float> six(6, 9.0f);
  CHECK(failure(Code::bad_argument, "axis 0", [&] { assign(wide, 0.0f); }) == "");
  CHECK(failure(Code::bad_argument, "axis 0", [&] { wide.from_host(std::span<const float>(six)); }) == "");
  CHECK(x.to_host<float>() == std::vector<float>{1, 2, 3});
}

TEST_CASE("arrays of two devices do not mix") {
  const Device device = test::device(), other = Engine().open(device.name() == "cpu:4" ? "cpu:5" : "cpu:4");
  const Array x = device.array({1.0f, 2.0f}), y = other.array({1.0f, 2.0f});
  CHECK(failure(Code::wrong_device, other.name(), [&] { evaluate(x + y); }) == "");
  CHECK(failure(Code::wrong_device, device.name(), [&] { other.evaluate(x + 1); }) == "");
  CHECK(failure(Code::wrong_device, "", [&] { assign(x, y); }) == "");
  CHECK(failure(Code::bad_argument, "", [] { evaluate(arange(3)); }) == "");
  Expr shared = arange(3);
  for (int i = 0; i < 200; ++i) shared = shared * shared;  // 2^200 paths
  CHECK(failure(Code::bad_argument, "", [&] { evaluate(shared); }) == "");
}

TEST_CASE("an array that is none is refused") {
  const Array none;
  CHECK_FALSE(none.valid());
  CHECK(failure(Code::bad_argument, "", [&] { evaluate(Expr(none) + 1); }) == "");
}
