#include <doctest/doctest.h>

#include "text_support.hpp"

namespace lockstep::test {
namespace {

/// Operands that the function accepts: floats, or integers for those that have no floats.
std::string call_of(const FunctionInfo& row, const char* operand) {
  std::string text(row.name);
  for (int n = 0; n < row.arity; ++n) text += (n == 0 ? "(" : ", ") + std::string(operand);
  return text + ")";
}

bool same_programs(const Device& d, const Expr& a, const Expr& b) {
  return d.show_program(std::span(&a, 1)) == d.show_program(std::span(&b, 1));
}

template <class T>
std::vector<T> values(const char* text) {
  return evaluated(device(), text).to_host<T>();
}

}  // namespace

TEST_SUITE("08 text: calls") {
  TEST_CASE("every function can be called by its name") {
    const Device d = device();
    const Names names = text_names(d);
    for (const FunctionInfo& row : all_functions()) {
      const std::string text = call_of(row, "i");
      CAPTURE(text);
      const std::vector<Expr> operands(static_cast<std::size_t>(row.arity), names.at("i"));
      CHECK(same_programs(d, parse(text, names).front().value, call(row.function, operands)));
    }
  }
  TEST_CASE("every function refuses one operand too many and none, and shows how it is written") {
    const Names names = text_names(device());
    for (const FunctionInfo& row : all_functions()) {
      const std::string name(row.name);
      CAPTURE(name);
      const std::string good = call_of(row, "i");
      for (const std::string& text : {good.substr(0, good.size() - 1) + ", i)", name + "()"}) {
        const Error error = error_of([&] { parse("1 + " + text, names); });
        CHECK(error.code() == Code::bad_text);
        CHECK(error.message().starts_with("line 1, column 5: " + name + " takes "));
        CHECK(error.advice().find(name + "(a") != std::string::npos);
      }
    }
  }
  TEST_CASE("every reduction can be called, with axis and keepdims") {
    const Device d = device();
    const Names names = text_names(d);
    const Expr m = names.at("m");
    for (const ReductionInfo& row : all_reductions()) {
      const std::string name(row.name);
      CAPTURE(name);
      const auto same = [&](const std::string& rest, const Expr& expected) {
        CAPTURE(rest);
        const Expr value = parse(name + rest, names).front().value;
        CHECK(value.shape() == expected.shape());
        CHECK(same_programs(d, value, expected));
      };
      if (name.starts_with("b")) continue;  // of bits, which m has none of: 08_text_reductions
      same("(m)", reduce(row.reduction, m));
      same("(m, axis=0)", reduce(row.reduction, m, 0));
      same("(m, axis=-1,)", reduce(row.reduction, m, -1));
      same("(m, axis=(0, 1))", reduce(row.reduction, m, {0, 1}));
      same("(m, axis=(1,), keepdims=True)", reduce(row.reduction, m, 1, true));
      same("(m, keepdims=true, axis=None)", reduce(row.reduction, m, {}, true));
      same("(m, keepdims=False)", reduce(row.reduction, m));
    }
  }
  TEST_CASE("every type can be called, by its own name and by NumPy's") {
    const Device d = device();
    const Names names = text_names(d);
    for (const DType type : all_dtypes()) {
      const std::string name(to_string(type));
      CAPTURE(name);
      CHECK(parse(name + "(x)", names).front().value.dtype() == type);
    }
    CHECK(parse("float32(i)", names).front().value.dtype() == DType::f32);
    CHECK(values<std::int32_t>("i32(x / 2)") == std::vector<std::int32_t>{0, 1, 1, 2, 2});
  }
  TEST_CASE("index and arange") {
    CHECK(values<std::int64_t>("index(0) + i64(i)*0") == std::vector<std::int64_t>{0, 1, 2, 3, 4});
    CHECK(values<std::int64_t>("i64(m)*0 + index(axis=-1)") ==
          std::vector<std::int64_t>{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3});
    CHECK(values<std::int64_t>("arange(0x4)") == std::vector<std::int64_t>{0, 1, 2, 3});
    CHECK(values<std::int64_t>("arange(0)").empty());
  }
  TEST_CASE("min and max take two operands, or one to reduce") {
    CHECK(values<float>("min(x, y)") == std::vector<float>{1, -4, 3, -2, 1});
    CHECK(values<float>("max(x, 3)") == std::vector<float>{3, 3, 3, 4, 5});
    CHECK(values<float>("min(y)") == std::vector<float>{-4});
    CHECK(values<double>("max(m, axis=1)") == std::vector<double>{3, 7, 11});
  }
  TEST_CASE("brackets select as in Python") {
    CHECK(values<float>("x[1:]") == std::vector<float>{2, 3, 4, 5});
    CHECK(values<float>("x[::-1]") == std::vector<float>{5, 4, 3, 2, 1});
    CHECK(values<float>("x[-2:0:-1]") == std::vector<float>{4, 3, 2});
    CHECK(values<float>("x[0]") == std::vector<float>{1});
    CHECK(values<float>("x[-1]") == std::vector<float>{5});
    CHECK(values<float>("x[100:]").empty());
    CHECK(values<double>("m[1:-1, ::2]") == std::vector<double>{4, 6});
    CHECK(values<double>("m[:, 1]") == std::vector<double>{1, 5, 9});
    CHECK(values<double>("m[1][2]") == std::vector<double>{6});
    CHECK(values<double>("m[..., 3]") == std::vector<double>{3, 7, 11});
    CHECK(values<double>("m[0, ...]") == std::vector<double>{0, 1, 2, 3});
    CHECK(values<double>("m[2, 1, ...]") == std::vector<double>{9});
    CHECK(values<float>("(x)[3]") == std::vector<float>{4});
    CHECK(values<float>("v = x[1:]; v[1:] - v[:-1]") == std::vector<float>{1, 1, 1});
  }
  TEST_CASE("None between brackets makes an axis of extent 1") {
    const Names names = text_names(device());
    CHECK(parse("x[None]", names).front().value.shape() == Shape{1, 5});
    CHECK(parse("x[:, newaxis]", names).front().value.shape() == Shape{5, 1});
    CHECK(parse("m[None, ..., None]", names).front().value.shape() == Shape{1, 3, 4, 1});
    CHECK(values<double>("sum(m[:1, None] * m[None, 1:], axis=-1)") == std::vector<double>{38, 62});
  }
}

}  // namespace lockstep::test
