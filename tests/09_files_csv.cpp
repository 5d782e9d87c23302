#include <doctest/doctest.h>

#include <clocale>
#include <cmath>
#include <limits>
#include <string>

#include "files.hpp"
#include "lockstep/csv.hpp"
#include "lockstep/decimal.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

Npy parse(std::string_view text) { return parse_csv(text, "t.csv"); }

template <class T>
void check_round_trip(std::uint64_t seed) {
  for (const T value : awkward_values<T>(20000, seed)) {
    const std::optional<T> back = from_decimal<T>(to_decimal(value));
    REQUIRE_MESSAGE(back, to_decimal(value));
    if (!same_bits(*back, value)) FAIL_CHECK(to_decimal(value));
  }
}

}  // namespace

TEST_CASE("the shortest decimal form reads back to the same bits") {
  check_round_trip<float>(1);
  check_round_trip<double>(2);
}

TEST_CASE("decimal numbers look as Python writes them") {
  CHECK(to_decimal(3.0) == "3.0");
  CHECK(to_decimal(0.1) == "0.1");
  CHECK(to_decimal(0.1f) == "0.1");
  CHECK(to_decimal(-0.0) == "-0.0");
  CHECK(to_decimal(1e-5) == "1e-05");
  CHECK(to_decimal(1e16) == "1e+16");
  CHECK(to_decimal(123456789012345.0) == "123456789012345.0");
  CHECK(to_decimal(5e-324) == "5e-324");
  CHECK(to_decimal(-INFINITY) == "-inf");
  CHECK(to_decimal(-std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("numbers are read whole or not at all") {
  CHECK(from_decimal<double>("+1.5") == 1.5);
  CHECK(from_decimal<std::uint64_t>("18446744073709551615") == ~std::uint64_t{0});
  for (const char* text : {"", "+", "+-1", "1.5x", " 1", "1 ", "0x10", "1e999", "--1"}) {
    CAPTURE(text);
    CHECK_FALSE(from_decimal<double>(text));
  }
  CHECK_FALSE(from_decimal<float>("1e39"));
  CHECK_FALSE(from_decimal<double>("0.1e+310"));
  CHECK_FALSE(from_decimal<double>("1e99999999999999999999"));
  CHECK_FALSE(from_decimal<std::int64_t>("9223372036854775808"));
  CHECK_FALSE(from_decimal<std::uint64_t>("-1"));
  CHECK_FALSE(from_decimal<std::int64_t>("1.0"));
}

TEST_CASE("a float too near to 0 is read as 0, with its sign") {
  for (const char* text : {"1e-400", "0.0001e-320", "4E-500", "1e-99999999999999999999", "+2e-324"}) {
    CAPTURE(text);
    CHECK(from_decimal<double>(text) == 0.0);
  }
  CHECK(from_decimal<float>("7e-46") == 0.0f);
  CHECK(from_decimal<double>("0." + std::string(400, '0') + "1e+5") == 0.0);
  CHECK(from_decimal<double>(std::string(400, '7') + "e-800") == 0.0);
  CHECK(std::signbit(from_decimal<double>("-1e-400").value()));
  const Npy table = parse_csv("x\n1e-50\n0.5\n", "t.csv", DType::f32);
  CHECK(table.fields[0].values<float>() == std::vector<float>{0.0f, 0.5f});
}

TEST_CASE("a table's columns have the type of their numbers") {
  const Npy table = parse("id,x,big,neg\n1,0.5,18446744073709551615,-0\n2,3,0,1\n");
  CHECK(table.shape == Shape{2});
  CHECK(table.structured);
  CHECK(table.find("id")->values<std::int64_t>() == std::vector<std::int64_t>{1, 2});
  CHECK(table.find("x")->values<double>() == std::vector<double>{0.5, 3});
  CHECK(table.find("big")->values<std::uint64_t>() == std::vector<std::uint64_t>{~std::uint64_t{0}, 0});
  CHECK(std::signbit(table.find("neg")->values<double>()[0]));
}

TEST_CASE("an f32 column is rounded once, from the decimal number") {
  // One ulp of f64 above the middle of 1 and the next f32: by way of f64 it would round to even, which is 1.
  const Npy table = parse_csv("x\n1.00000005960464477540\n", "t.csv", DType::f32);
  CHECK(table.fields[0].values<float>()[0] == std::nextafter(1.0f, 2.0f));
  CHECK(static_cast<float>(1.00000005960464477540) == 1.0f);
}

TEST_CASE(
    "quotes, spaces, comments, blank lines, carriage returns and a byte order mark are read as RFC 4180 means them") {
  const Npy table =
      parse("\xEF\xBB\xBF# made by hand\r\n\r\n \"a\"\"b\" ,\"x,y\", z\r\n  # again\n\"1\", 2 ,\t+3\r\n\n4,5,nan");
  REQUIRE(table.fields.size() == 3);
  CHECK(table.fields[0].name == "a\"b");
  CHECK(table.fields[1].name == "x,y");
  CHECK(table.fields[2].name == "z");
  CHECK(table.fields[0].values<std::int64_t>() == std::vector<std::int64_t>{1, 4});
  CHECK(std::isnan(table.fields[2].values<double>()[1]));
}

TEST_CASE("a table without rows has its columns") {
  const Npy table = parse("id,x");
  CHECK(table.shape == Shape{0});
  CHECK(table.fields.size() == 2);
}

TEST_CASE("what is no table is refused with line and column") {
  check_error(Code::bad_text, "'t.csv' is empty", [] { parse(" \n# nothing\n"); });
  check_error(Code::bad_text, "t.csv:3:4: 'abc' in column 'y'", [] { parse("x,y\n1,2\n3, abc\n"); });
  check_error(Code::bad_text, "t.csv:2:3: column 'y' has an empty cell", [] { parse("x,y\n1,\n"); });
  check_error(Code::bad_text, "t.csv:2:1: 3 cells", [] { parse("x,y\n1,2,3\n"); });
  check_error(Code::bad_text, "t.csv:3:1: 1 cells", [] { parse("x,y\n1,2\n3\n"); });
  check_error(Code::bad_text, "t.csv:1:1: '1.5' is a number", [] { parse("1.5,2\n"); });
  check_error(Code::bad_text, "t.csv:1:3: two columns are named 'x'", [] { parse("x,x\n"); });
  check_error(Code::bad_text, "t.csv:1:3: a column has no name", [] { parse("x,,y\n"); });
  check_error(Code::bad_text, "t.csv:2:1: a quoted cell does not end", [] { parse("x\n\"1\n"); });
  check_error(Code::bad_text, "t.csv:2:4: a comma is missing", [] { parse("x\n\"1\"2\n"); });
  check_error(Code::bad_text, "t.csv:2:1: '1e999'", [] { parse("x\n1e999\n"); });
  check_error(Code::bad_argument, "floating", [] { parse_csv("x\n1\n", "t.csv", DType::i32); });
  check_error(Code::file, "none.csv", [] { read_csv("none.csv"); });
}

TEST_CASE("a written table is read back with equal bits") {
  const std::vector<double> x = awkward_values<double>(10000, 3);
  const std::vector<float> v = awkward_values<float>(10000, 4);
  const std::vector<std::uint64_t> id = awkward_values<std::uint64_t>(10000, 5);
  const TemporaryFolder folder;
  const std::vector<std::uint8_t> kind = awkward_values<std::uint8_t>(10000, 6);
  write_csv(folder / "t.csv",
            {Shape{10000}, {make_field("id", id), make_field("x, \"m\"", x), make_field("kind", kind)}, true});
  const Npy table = read_csv(folder / "t.csv");
  CHECK(table.find("id")->values<std::uint64_t>() == id);
  CHECK_FALSE(first_difference(table.find("x, \"m\"")->values<double>(), x));
  CHECK(table.find("kind")->to_f64() == make_field("kind", kind).to_f64());
  write_csv(folder / "f.csv", {Shape{10000}, {make_field("v", v)}, true});
  CHECK_FALSE(first_difference(read_csv(folder / "f.csv", DType::f32).fields[0].values<float>(), v));
  CHECK(folder.count() == 2);
}

TEST_CASE("a table to write has rows and named columns of one length") {
  const NpyField two = make_field("x", std::vector<double>{1, 2});
  check_error(Code::bad_argument, "one axis", [&] { format_csv({Shape{1, 2}, {two}, true}); });
  check_error(Code::bad_argument, "2 rows", [&] { format_csv({Shape{3}, {two}, true}); });
  check_error(Code::bad_argument, "no name", [&] {
    format_csv({Shape{1}, {make_field("", std::vector<double>{1})}, true});
  });
}
