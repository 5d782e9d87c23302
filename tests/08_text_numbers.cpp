#include <doctest/doctest.h>

#include "text_support.hpp"

namespace lockstep::test {
namespace {

template <class T>
T number(const char* text) {
  const Array value = evaluated(device(), text, {});
  CAPTURE(text);
  CHECK(value.dtype() == dtype_of<T>);
  return value.item<T>();
}

bool is_weak(const char* text) { return parse(text, {}).front().value.is_weak(); }

}  // namespace

TEST_SUITE("08 text: numbers") {
  TEST_CASE("whole numbers in four bases, with underscores") {
    CHECK(number<std::int64_t>("42") == 42);
    CHECK(number<std::int64_t>("1_000_000") == 1000000);
    CHECK(number<std::int64_t>("0x1F") == 31);
    CHECK(number<std::int64_t>("0XdeadBEEF") == 0xdeadbeef);
    CHECK(number<std::int64_t>("0x_ff_ff") == 0xffff);
    CHECK(number<std::int64_t>("0b1011") == 11);
    CHECK(number<std::int64_t>("0o17") == 15);
    CHECK(number<std::int64_t>("00") == 0);
    CHECK(number<std::int64_t>("0x1e5") == 0x1e5);
  }
  TEST_CASE("floats are the nearest to their decimal digits") {
    CHECK(same_bits(number<double>("0.1"), 0.1));
    CHECK(same_bits(number<double>("1."), 1.0));
    CHECK(same_bits(number<double>(".5"), 0.5));
    CHECK(same_bits(number<double>("1e5"), 1e5));
    CHECK(same_bits(number<double>("1E+5"), 1e5));
    CHECK(same_bits(number<double>("1_0.2_5e-0_3"), 10.25e-3));
    CHECK(same_bits(number<double>("5e-324"), 5e-324));
    CHECK(same_bits(number<double>("1.7976931348623157e308"), 1.7976931348623157e308));
    CHECK(same_bits(number<double>("-0.0"), -0.0));
    CHECK(same_bits(number<double>("1e-400"), 0.0));
    CHECK(same_bits(number<double>("-1e-400"), -0.0));
    CHECK(same_bits(number<double>("0.0000e9999"), 0.0));
  }
  TEST_CASE("a suffix gives the type") {
    CHECK(same_bits(number<float>("1f32"), 1.0f));
    CHECK(same_bits(number<double>("1f64"), 1.0));
    CHECK(same_bits(number<double>("1e-3f64"), 1e-3));
    CHECK(number<std::int8_t>("-128i8") == -128);
    CHECK(number<std::int32_t>("2147483647i32") == INT32_MAX);
    CHECK(number<std::int32_t>("-2147483648i32") == INT32_MIN);
    CHECK(number<std::int64_t>("2i64") == 2);
    CHECK(number<std::uint8_t>("0x1Fu8") == 31);
    CHECK(number<std::uint8_t>("0b101u8") == 5);
    CHECK(number<std::uint32_t>("4294967295u32") == UINT32_MAX);
    CHECK(number<std::uint64_t>("18446744073709551615u64") == UINT64_MAX);
    CHECK(number<std::uint64_t>("0xFFFF_FFFF_FFFF_FFFFu64") == UINT64_MAX);
    CHECK(same_bits(number<double>("-0f64"), -0.0));
  }
  TEST_CASE("an f32 is rounded once, from the decimal digits") {
    // Just above the middle of two floats, and the middle itself as a double: through f64 it would round down.
    CHECK(same_bits(number<float>("1.00000005960464477540f32"), std::nextafterf(1.0f, 2.0f)));
    CHECK(same_bits(number<float>("1.00000005960464477540f32"), 1.00000005960464477540f));
    CHECK(same_bits(number<float>("16777217f32"), 16777216.0f));
    CHECK(same_bits(number<float>("1e-46f32"), 0.0f));
  }
  TEST_CASE("64-bit ends without a suffix") {
    CHECK(number<std::int64_t>("9223372036854775807") == INT64_MAX);
    CHECK(number<std::int64_t>("-9223372036854775808") == INT64_MIN);
    CHECK(number<std::uint64_t>("18446744073709551615") == UINT64_MAX);
  }
  TEST_CASE("a number without a suffix adapts to what it meets, one with a suffix does not") {
    CHECK(is_weak("1"));
    CHECK(is_weak("1.5"));
    CHECK(is_weak("-(1 + 2) / 3"));
    CHECK_FALSE(is_weak("1i64"));
    CHECK_FALSE(is_weak("1.5f64"));
    const Device d = device();
    CHECK(evaluated(d, "x + 1").dtype() == DType::f32);
    CHECK(evaluated(d, "x + 0.5").dtype() == DType::f32);
    CHECK(evaluated(d, "x + 1/3").dtype() == DType::f32);
    CHECK(evaluated(d, "x + 0.5f64").dtype() == DType::f64);
    CHECK(evaluated(d, "i + 1").dtype() == DType::i32);
    CHECK(evaluated(d, "i + 1i64").dtype() == DType::i64);
    CHECK(evaluated(d, "x * velocity").dtype() == DType::f32);
  }
  TEST_CASE("two whole numbers with a negative exponent give a float") {
    CHECK(same_bits(number<double>("2**-1"), 0.5));
    CHECK(same_bits(number<double>("-4**-1"), -0.25));
  }
  TEST_CASE("constants, and names that take their place") {
    CHECK(same_bits(number<double>("pi"), 3.141592653589793));
    CHECK(same_bits(number<double>("e"), 2.718281828459045));
    CHECK(same_bits(number<double>("-inf"), -std::numeric_limits<double>::infinity()));
    CHECK(std::isnan(number<double>("nan")));
    CHECK(number<bool>("True"));
    CHECK_FALSE(number<bool>("False"));
    CHECK(number<bool>("true"));
    CHECK_FALSE(number<bool>("false"));
    const Names own{{"pi", Expr(3)}, {"e", Expr(7)}, {"sqrt", Expr(16.0)}};
    CHECK(evaluated(device(), "pi + e", own).item<std::int64_t>() == 10);
    CHECK(evaluated(device(), "sqrt(sqrt)", own).item<double>() == 4);
    CHECK(evaluated(device(), "e = 2; e + e", own).item<std::int64_t>() == 4);
  }
}

}  // namespace lockstep::test
