// NumPy files to and from devices: in pieces of 16 MiB, so the arrays here are larger.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <numeric>

#include "files.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr std::uint64_t kRows = 1100, kColumns = 4099;  // 34 MiB of f64: three pieces, the last not full

std::vector<double> counted(std::uint64_t n) {
  std::vector<double> values(n);
  std::iota(values.begin(), values.end(), 0.25);
  return values;
}

/// The same file as `file` holds, said to be in Fortran order or of the other byte order.
std::string edited(std::string file, std::string_view from, std::string_view to) {
  file.replace(file.find(from), from.size(), to);
  return file;
}

}  // namespace

TEST_CASE("a large array is saved and loaded with equal bits") {
  const TemporaryFolder folder;
  const std::vector<double> values = counted(kRows * kColumns);
  const Array array = device().array(values, Shape{kRows, kColumns});
  save_npy(folder / "a.npy", array);
  const Array back = load_npy(device(), folder / "a.npy");
  CHECK(back.shape() == array.shape());
  CHECK_FALSE(first_difference(back.to_host<double>(), values));
  CHECK(read_npy(folder / "a.npy").fields[0].values<double>() == values);
  CHECK(folder.count() == 1);
}

TEST_CASE("a large array in Fortran order is loaded in row-major order") {
  const TemporaryFolder folder;
  const std::vector<double> values = counted(kRows * kColumns);
  const std::string file = format_npy({Shape{kRows, kColumns}, {make_field("", values)}});
  write_file(folder / "f.npy", edited(file, "False", "True "));
  const Array back = load_npy(device(), folder / "f.npy");
  CHECK(back.shape() == Shape{kRows, kColumns});
  CHECK(back.is_contiguous());
  const std::vector<double> got = back.to_host<double>();
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; i < kRows; ++i)
    for (std::uint64_t j = 0; j < kColumns; ++j) wrong += got[i * kColumns + j] != values[j * kRows + i];
  CHECK(wrong == 0);
  CHECK(read_npy(folder / "f.npy").fields[0].values<double>() == got);
}

TEST_CASE("a large big-endian array is loaded in the machine's order") {
  const TemporaryFolder folder;
  std::vector<std::uint32_t> values(5'000'000);
  std::iota(values.begin(), values.end(), 1u);
  write_file(folder / "b.npy", edited(format_npy({Shape{values.size()}, {make_field("", values)}}), "<u4", ">u4"));
  for (std::uint32_t& v : values) v = __builtin_bswap32(v);
  CHECK(load_npy(device(), folder / "b.npy").to_host<std::uint32_t>() == values);
}

TEST_CASE("a view is saved as the elements that it shows, of every type") {
  const TemporaryFolder folder;
  for (const DType type : all_dtypes()) {
    visit(type, [&]<Element T>() {
      if constexpr (!std::same_as<T, bool>) {
        const std::vector<T> values = awkward_values<T>(24, 13);
        const Array array = device().array(values, Shape{4, 6});
        save_npy(folder / "v.npy", array.transpose().slice({Slice{Slice::kOpen, Slice::kOpen, -2}}));
        const Npy npy = read_npy(folder / "v.npy");
        CHECK(npy.shape == Shape{3, 4});
        const std::vector<T> got = npy.fields[0].values<T>();
        for (std::size_t i = 0; i < 3; ++i)
          for (std::size_t j = 0; j < 4; ++j) CHECK(same_bits(got[i * 4 + j], values[j * 6 + 5 - 2 * i]));
      }
    });
  }
}

TEST_CASE("0-d and empty arrays are saved and loaded") {
  const TemporaryFolder folder;
  save_npy(folder / "s.npy", device().array(std::vector<float>{2.5f}, Shape{}));
  CHECK(load_npy(device(), folder / "s.npy").item<float>() == 2.5f);
  save_npy(folder / "e.npy", device().empty(Shape{3, 0}, DType::i8));
  CHECK(load_npy(device(), folder / "e.npy").shape() == Shape{3, 0});
}

TEST_CASE("a pipe is loaded") {
  const TemporaryFolder folder;
  const std::vector<double> values = counted(20000);
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const std::string file = format_npy({Shape{100, 200}, {make_field("", values)}});
  const Device open_before_the_fork = device();
  const pid_t child = ::fork();
  if (child == 0) {
    write_file(folder / "pipe", file);
    ::_exit(0);
  }
  CHECK(load_npy(open_before_the_fork, folder / "pipe").to_host<double>() == values);
}

TEST_CASE("a structured or damaged file is no array, and costs no memory of the device") {
  const TemporaryFolder folder;
  const Device here = device();
  const std::uint64_t before = here.memory().in_use;
  write_npy(folder / "t.npy", {Shape{1}, {make_field("x", std::vector<double>{1})}, true});
  check_error(Code::unsupported, "structured", [&] { load_npy(here, folder / "t.npy"); });
  const std::string file = format_npy({Shape{1000}, {make_field("", counted(1000))}});
  write_file(folder / "short.npy", file.substr(0, 5000));
  check_error(Code::file, "incomplete", [&] { load_npy(here, folder / "short.npy"); });
  write_file(folder / "long.npy", edited(file, "(1000,)", "(10**9)"));
  check_error(Code::file, "header", [&] { load_npy(here, folder / "long.npy"); });
  CHECK(here.memory().in_use == before);
}
