#include "orbit/orbit.hpp"

#include "support.hpp"

using namespace lockstep;

namespace {

template <class T>
using Columns = std::vector<std::vector<T>>;

template <class T>
Columns<T> run_orbit(const char* name, const Columns<T>& start, std::uint64_t first, std::int64_t steps) {
  const Device device = Engine().open(name);
  const Kernel kernel = device.build(orbit_kernel(dtype_of<T>));
  std::vector<Array> whole;
  std::vector<Argument> arguments;
  for (const auto& column : start) {
    whole.push_back(device.array(column));
    arguments.push_back(whole.back().slice({{static_cast<std::int64_t>(first)}}));
  }
  arguments.push_back(0.01);
  arguments.push_back(steps);
  device.launch(kernel, arguments, start[0].size() - first);
  Columns<T> result;
  for (const Array& column : whole) result.push_back(column.to_host<T>());
  return result;
}

template <class T>
void check_same(const Columns<T>& start, std::uint64_t first, std::int64_t steps) {
  const Columns<T> expected = run_orbit<T>("cpu:1", start, first, steps);
  for (const char* shape : {"cpu", "gpu"}) {
    ::setenv("LOCKSTEP_OPENCL_SHAPE", shape, 1);
    const Columns<T> got = run_orbit<T>("opencl:0", start, first, steps);
    for (std::size_t c = 0; c < 5; ++c) {
      CAPTURE(shape);
      CAPTURE(c);
      CAPTURE(start[0].size());
      CHECK_FALSE(test::first_difference(got[c], expected[c]).has_value());
    }
  }
  ::unsetenv("LOCKSTEP_OPENCL_SHAPE");
}

}  // namespace

TEST_CASE_TEMPLATE("the orbit kernel has the CPU's bits at every length, offset and number of steps", T, float,
                   double) {
  for (const std::size_t n : {1, 15, 16, 17, 47, 48, 49, 1000, 40001}) {
    Columns<T> start;
    for (std::uint64_t c = 0; c < 5; ++c) start.push_back(test::awkward_values<T>(n, 100 * n + c));
    check_same<T>(start, 0, n > 2000 ? 3 : 40);
    if (n > 3) check_same<T>(start, 3, 1);
    if (n == 16) check_same<T>(start, 0, 0);
  }
}
