#include <doctest/doctest.h>

#include <fmt/format.h>

#include "text_support.hpp"

namespace lockstep::test {
namespace {

struct Bad {
  const char* text;
  int line, column;
  const char* message;  ///< a part of it
  const char* advice;   ///< a part of it
  Code code = Code::bad_text;
};

constexpr const char* kPlaces = "a \u00e9";  // valid UTF-8 that is no part of any expression

constexpr Bad kBad[] = {
    // characters and numbers
    {"x $ y", 1, 3, "unexpected character '$'", ""},
    {"x + 'a'", 1, 5, "unexpected character '''", ""},
    {"\x01", 1, 1, "unexpected byte 0x01", ""},
    {kPlaces, 1, 3, "unexpected character U+00E9", ""},
    {"x \u2212 1", 1, 3, "unexpected character U+2212", "write '-'"},
    {"x\u00b2", 1, 2, "unexpected character U+00B2", "write '**2'"},
    {"x + \xe2\x88", 1, 5, "unexpected byte 0xe2", ""},
    {"x + \\\n y", 1, 5, "unexpected character '\\'", "parentheses"},
    {"2x", 1, 2, "'x' is no type for a number", "a product is written 2*x"},
    {"1 + 1f34", 1, 6, "'f34' is no type for a number", "did you mean '1f32'?"},
    {"0b12", 1, 4, "'2' is no type for a number", "f32, f64, i8"},
    {"0x", 1, 3, "'0x' has no digits", ""},
    {"1__0", 1, 2, "'1__0' is not a number: unexpected '_'", ""},
    {"1_", 1, 2, "unexpected '_'", ""},
    {"1.2.3", 1, 4, "unexpected '.'", ""},
    {"010", 1, 1, "'010' has a leading zero", "0o17"},
    {"1.5i32", 1, 4, "'1.5i32' has a point or an exponent", "i32(1.5)"},
    {"1e400", 1, 1, "'1e400' is too large for f64", "inf"},
    {"x*1e39f32", 1, 3, "'1e39f32' is too large for f32", "inf"},
    {"128i8", 1, 1, "'128i8' is outside i8", "-128 to 127"},
    {"-129i8", 1, 2, "'-129i8' is outside i8", "-128 to 127"},
    {"256u8", 1, 1, "'256u8' is outside u8", "0 to 255"},
    {"-1u32", 1, 2, "'-1u32' is outside u32", "0 to 4294967295"},
    {"9223372036854775808i64", 1, 1, "is outside i64", "9223372036854775807"},
    {"18446744073709551616", 1, 1, "is outside u64", "18446744073709551615"},
    {"0x1_0000_0000_0000_0000", 1, 1, "is outside u64", "18446744073709551615"},
    {"-9223372036854775809", 1, 2, "is outside i64", "-9223372036854775808"},
    // names
    {"velocty * 2", 1, 1, "unknown name 'velocty'", "did you mean 'velocity'?"},
    {"x +\tvelocty", 1, 5, "unknown name 'velocty'", "did you mean 'velocity'?"},
    {"speed = 1; x + sped", 1, 16, "unknown name 'sped'", "did you mean 'speed'?"},
    {"x + zzzz", 1, 5, "unknown name 'zzzz'", "the names given are i, j, k, m, n, velocity, x, y"},
    {"x\ny\n  qqq", 3, 3, "unknown name 'qqq'", ""},
    {"later + 1; later = x", 1, 1, "unknown name 'later'", ""},
    {"sqrt + 1", 1, 1, "unknown name 'sqrt'", "it is a function: write sqrt(...)"},
    {"2 * sum", 1, 5, "unknown name 'sum'", "it is a function: write sum(...)"},
    // reductions
    {"var(x, dof=1)", 1, 8, "var has no keyword 'dof'", "did you mean 'ddof'?"},
    {"sum(x, ddof=1)", 1, 8, "sum has no keyword 'ddof'", "its keywords are axis, keepdims"},
    {"var(x, ddof=n)", 1, 13, "ddof must be a number, written out, found 'n'", ""},
    {"norm(x, ord=nan)", 1, 13, "ord must be a number, written out, found 'nan'", ""},
    {"norm(x, ord=1, ord=2)", 1, 16, "'ord' is given twice", ""},
    {"bxor(x)", 1, 1, "bxor is not defined for f32", "Cast to an integer", Code::bad_type},
    {"dot(x)", 1, 1, "dot takes 2 operands, got 1", "write dot(x, y)"},
    {"1 + minloc(x)", 1, 5, "minloc gives two values", "value, place = minloc(x)"},
    {"maxloc(x)[0]", 1, 1, "maxloc gives two values", "argmax(x)"},
    {"v = minloc(x)", 1, 5, "minloc gives two values", "value, place = minloc(x)"},
    {"a, b = sum(x)", 1, 8, "two names are given to one value", "only minloc and maxloc"},
    {"a, and = minloc(x)", 1, 4, "'and' cannot be assigned to", ""},
    {"a, b = minloc + 1", 1, 15, "expected '(', found '+'", ""},
    {"minloc(x, x)", 1, 1, "minloc takes 1 operand, got 2", ""},
    {"reduce(x)", 1, 9, "expected ',', found ')'", "write reduce(a, b: a + b, x)"},
    {"reduce(a, b, x)", 1, 12, "expected ':', found ','", "write reduce(a, b: a + b, x)"},
    {"reduce(a, 1: a, x)", 1, 11, "expected a name for an operand, found '1'", ""},
    {"reduce(a, a: a, x)", 1, 11, "both operands are called 'a'", ""},
    {"reduce(a, b: a + b)", 1, 19, "expected ',', found ')'", ""},
    {"reduce(a, b: a + b, x, y)", 1, 1, "reduce takes 1 operand behind the combination, got 2", ""},
    {"reduce(a, b: a + zzzz, x)", 1, 18, "unknown name 'zzzz'", "the names given are a, b"},
    {"reduce(a, b: a < b, x)", 1, 1, "must give f32, but this one gives bool", "bool(x)", Code::bad_type},
    {"reduce(a, b: a + y, x)", 1, 1, "made of its two operands and numbers", "Compute with those before",
     Code::bad_argument},
    {"reduce(a, b: a + b, i, identity=0.5)", 1, 1, "the identity is f64", "", Code::bad_type},
    {"reduce(a, b: a + b, x, identity=y)", 1, 1, "the identity of a reduction must be a number", "",
     Code::bad_argument},
    {"reduce(a, b: a + b, x[:0])", 1, 1, "without an identity", "identity=", Code::bad_shape},
    // random numbers
    {"random_uniform()", 1, 1, "random_uniform takes 1 operand, got 0", "random_uniform(seed)"},
    {"random_uniform(1, 2)", 1, 1, "random_uniform takes 1 operand, got 2", "random_uniform(seed)"},
    {"random_integers(1, 2)", 1, 1, "random_integers takes 3 operands, got 2", "high is not among them"},
    {"random_integers(1, 2, 2)", 1, 1, "there are none", "", Code::bad_argument},
    {"random_uniform(1, kind=f32)", 1, 19, "random_uniform has no keyword 'kind'", "its keywords are stream"},
    {"random_uniform(1, type=f16)", 1, 24, "expected the name of a type, found 'f16'", "type=f32"},
    {"random_uniform(1, type=i32)", 1, 1, "are f32 or f64, not i32", "", Code::bad_type},
    {"random_bits(1, type=f32)", 1, 16, "random_bits has no keyword 'type'", ""},
    {"random_bits(0.5)", 1, 1, "the seed of random numbers is a whole number, got f64", "", Code::bad_type},
    {"random_bits(-1)", 1, 1, "the seed of random numbers is -1, outside 0", "", Code::bad_argument},
    {"random_bits(1, draw=65536)", 1, 1, "draw is 65536", ""},
    {"random_bits(1, draw=n)", 1, 21, "draw must be a whole number", ""},
    {"randm_bits(1)", 1, 1, "there is no function 'randm_bits'", "did you mean 'random_bits'?"},
    // structure
    {"", 1, 1, "there is no expression", "write one"},
    {" ;; \n # only a comment", 1, 1, "there is no expression", "write one"},
    {"x +", 1, 4, "expected an expression, found the end of the text", ""},
    {"x +   # comment", 1, 4, "expected an expression, found the end of the text", ""},
    {"x +\ny", 1, 4, "expected an expression, found the end of the line", ""},
    {"x + ; y", 1, 5, "expected an expression, found ';'", ""},
    {"* x", 1, 1, "expected an expression, found '*'", ""},
    {"x y", 1, 3, "expected an operator or the end of the expression, found 'y'", ""},
    {"x, y", 1, 2, "found ','", "separated by ';'"},
    {"x && y", 1, 3, "found '&&'", "write 'and'"},
    {"x || y", 1, 3, "found '||'", "write 'or'"},
    {"!x", 1, 1, "found '!'", "write 'not'"},
    {"x ? 1 : 2", 1, 3, "found '?'", "where(condition, a, b)"},
    {"1 if x else 2", 1, 3, "found 'if'", "where(condition, a, b)"},
    {"x.sum()", 1, 2, "found '.'", "sum(x)"},
    {"x + 1 = y", 1, 7, "found '='", "'=='"},
    {"r = s = x", 1, 7, "found '='", "'=='"},
    {"x += 1", 1, 4, "expected an expression, found '='", ""},
    {"and = 1", 1, 1, "'and' cannot be assigned to", ""},
    {"True = 1", 1, 1, "'True' cannot be assigned to", ""},
    {"x and or y", 1, 7, "expected an expression, found 'or'", ""},
    {"1 + not x", 1, 5, "'not' binds looser", "(not ...)"},
    {"x == not y", 1, 6, "'not' binds looser", "(not ...)"},
    {"(x + 1", 1, 1, "'(' is never closed", ""},
    {"x[1", 1, 2, "'[' is never closed", ""},
    {"sqrt((x)", 1, 5, "'(' is never closed", ""},
    {"x + 1)", 1, 6, "')' was never opened", ""},
    {"x]", 1, 2, "']' was never opened", ""},
    {"(x + 1]", 1, 7, "expected ')', found ']'", ""},
    {"(x; y)", 1, 3, "expected ')', found ';'", ""},
    {"()", 1, 2, "expected an expression, found ')'", ""},
    {"2(x)", 1, 2, "only a function can be called", "*"},
    {"(x)(y)", 1, 4, "only a function can be called", "*"},
    // calls
    {"1 + sqt(x)", 1, 5, "there is no function 'sqt'", "did you mean 'sqrt'?"},
    {"int(x)", 1, 1, "there is no function 'int'", "did you mean 'i64'?"},
    {"ln(x)", 1, 1, "there is no function 'ln'", "did you mean 'log'?"},
    {"zzzzzz(x)", 1, 1, "there is no function 'zzzzzz'", "docs/language.md"},
    {"x(1)", 1, 1, "there is no function 'x'", "*"},
    {"where(x, y)", 1, 1, "where takes 3 operands, got 2", "where(a, b, c)"},
    {"f32(x, y)", 1, 1, "f32 takes 1 operand, got 2", "f32(a)"},
    {"sum()", 1, 1, "sum takes 1 operand, got 0", "sum(x, axis=0)"},
    {"sum(m, 0)", 1, 1, "sum takes 1 operand, got 2", "sum(x, axis=0)"},
    {"min(x, y, 1)", 1, 1, "min takes 1 operand and keywords, or 2 operands", "min(x, axis=0)"},
    {"min(m, m, axis=0)", 1, 1, "min takes 1 operand and keywords, or 2 operands", ""},
    {"sqrt(x y)", 1, 8, "expected ',' or ')', found 'y'", ""},
    {"sqrt(x, axis=0)", 1, 9, "sqrt takes no keywords", ""},
    {"sum(m, axs=0)", 1, 8, "sum has no keyword 'axs'", "did you mean 'axis'?"},
    {"sum(m, dtype=1)", 1, 8, "sum has no keyword 'dtype'", "its keywords are axis, keepdims"},
    {"sum(m, axis=0, axis=1)", 1, 16, "'axis' is given twice", ""},
    {"sum(m, keepdims=True, keepdims=True)", 1, 23, "'keepdims' is given twice", ""},
    {"sum(m, keepdims=1)", 1, 17, "keepdims must be True or False, found '1'", ""},
    {"sum(axis=0, m)", 1, 13, "operands stand before the keywords", ""},
    {"sum(m, axis=x)", 1, 13, "an axis must be a whole number", ""},
    {"sum(m, axis=1.0)", 1, 13, "an axis must be a whole number", ""},
    {"sum(m, axis=1i32)", 1, 13, "an axis must be a whole number", ""},
    {"sum(m, axis=99)", 1, 13, "axis 99 is outside -8 .. 7", ""},
    {"sum(m, axis=(0 1))", 1, 16, "expected ',' or ')', found '1'", ""},
    {"index(x)", 1, 7, "an axis must be a whole number", ""},
    {"index(x)", 1, 7, "an axis must be a whole number", ""},
    {"index(8)", 1, 7, "axis 8 is outside", ""},
    {"arange(n)", 1, 8, "the length must be a whole number", ""},
    {"arange(-1)", 1, 8, "the length -1 is below 0", ""},
    {"arange(1, 2)", 1, 9, "expected ')', found ','", ""},
    // brackets
    {"(x + y)[1]", 1, 8, "only an array has elements to select", "x[1:] + y[1:]"},
    {"n[0]", 1, 2, "only an array has elements to select", ""},
    {"x[]", 1, 3, "an index is missing", "x[:]"},
    {"x[i]", 1, 3, "an index must be a whole number", "take(x, indices)"},
    {"x[(x > 1)]", 1, 3, "an index must be a whole number", "compress(mask, x)"},
    {"x[1.5:]", 1, 3, "an index must be a whole number", ""},
    {"x[:9223372036854775808]", 1, 4, "an index must fit in i64, got 9223372036854775808", ""},
    {"x[-9223372036854775808:]", 1, 3, "does not fit in 63 bits", ""},
    {"x[1 2]", 1, 5, "expected ',' or ']', found '2'", ""},
    {"x[..., ...]", 1, 2, "'...' stands more than once", ""},
    {"x[0, 0]", 1, 2, "2 indices for an array of 1 axes", "", Code::bad_shape},
    {"m[0, 4]", 1, 6, "4", "", Code::bad_argument},
    {"m[:, ::0]", 1, 6, "step", "", Code::bad_argument},
    {"m[None,None,None,None,None,None,None]", 1, 33, "8", "", Code::bad_shape},
    // shapes and types, found when the expression is built
    {"1 + (x * m)", 1, 8, "(5,) and (3, 4)", "", Code::bad_shape},
    {"y - x & 1", 1, 7, "bitwise_and", "Cast", Code::bad_type},
    {"~(x)", 1, 1, "invert", "", Code::bad_type},
    {"where(x > 0, x, m)", 1, 1, "broadcast", "", Code::bad_shape},
    {"2 * sum(x, axis=1)", 1, 5, "axis 1", "", Code::bad_shape},
    {"n; min(x[5:])", 1, 4, "", "", Code::bad_shape},
    {"x + 9223372036854775807 * 2", 1, 25, "too large for 64 bits", "", Code::bad_argument},
};

}  // namespace

TEST_SUITE("08 text: errors") {
  TEST_CASE("every mistake is reported with its kind, its place and what to do") {
    const Names names = text_names(device());
    for (const Bad& bad : kBad) {
      CAPTURE(bad.text);
      const Error error = error_of([&] { parse(bad.text, names); });
      CAPTURE(error.what());
      CHECK(error.code() == bad.code);
      CHECK(error.message().starts_with(fmt::format("line {}, column {}: ", bad.line, bad.column)));
      CHECK(error.message().find(bad.message) != std::string::npos);
      CHECK(error.advice().find(bad.advice) != std::string::npos);
    }
  }
  TEST_CASE("mistakes of syntax are found without any names") {
    const Device d = device();
    CHECK_NOTHROW(d.kernel("no + such * names"));
    for (const char* text : {"x +", "sqt(x)", "sqrt(x, y)", "sum(x, axs=1)", "2x", "", "x[1.5]"})
      CHECK(error_of([&] { d.kernel(text); }).code() == Code::bad_text);
  }
  TEST_CASE("the line of the mistake is shown with a caret under the place") {
    const Error error = error_of([] { parse("a = 1\n\tb = a +\t(c)  # \u00e9\r\n2", {}); });
    CHECK(error.message() == "line 2, column 11: unknown name 'c'\n  \tb = a +\t(c)  # ?\n  \t       \t ^");
  }
  TEST_CASE("a long line is cut to the surroundings of the place") {
    std::string text = "1";
    for (int n = 0; n < 100; ++n) text += " + 1";
    const Error error = error_of([&] { parse(text + " + bad" + text, {}); });
    const std::string& message = error.message();
    CHECK(message.starts_with("line 1, column 405: "));
    const std::size_t second = message.find('\n') + 1;
    const std::size_t third = message.find('\n', second) + 1;
    const std::string line = message.substr(second, third - 1 - second);
    CHECK(line.size() == 2 + 3 + 100 + 3);
    CHECK(line.substr(message.size() - third - 1, 4) == "bad1");
  }
  TEST_CASE("brackets, signs and powers nest 200 deep and no deeper") {
    const auto nested = [](const std::string& open, const std::string& close, int n) {
      std::string text;
      for (int i = 0; i < n; ++i) text += open;
      text += "1";
      for (int i = 0; i < n; ++i) text += close;
      return text;
    };
    constexpr std::pair<const char*, const char*> kWays[] = {
        {"(", ")"},   {"~", ""},     {"-+", ""},
        {"not ", ""}, {"abs(", ")"}, {"(1 or 1 and 1 < 1 | 1 ^ 1 & 1 << 1 + 1 * ", ")"}};
    for (const auto& way : kWays) {
      const char* open = way.first;
      const char* close = way.second;
      CAPTURE(open);
      const int most = open == std::string("-+") ? 100 : 200;
      CHECK_NOTHROW(parse(nested(open, close, most), {}));
      const Error error = error_of([&] { parse(nested(open, close, most + 1), {}); });
      CHECK(error.code() == Code::bad_text);
      CHECK(error.message().find("nested deeper than 200 levels") != std::string::npos);
      CHECK(error_of([&] { parse(nested(open, close, 20000), {}); }).code() == Code::bad_text);
    }
    CHECK(error_of([&] { parse(nested("1**", "", 201), {}); }).code() == Code::bad_text);
  }
  TEST_CASE("a chain of a thousand operations is an error, not a crash") {
    std::string text = "x";
    for (int n = 0; n < 100000; ++n) text += "+x";
    const Names names = text_names(device());
    CHECK(error_of([&] { parse(text, names); }).code() == Code::bad_argument);
  }
  TEST_CASE("a text of 1 MiB is read, a longer one is refused") {
    std::string text = "1";
    text.resize(std::size_t{1} << 20, ' ');
    CHECK(parse(text, {}).size() == 1);
    const Error error = error_of([&] { parse(text + " ", {}); });
    CHECK(error.code() == Code::bad_text);
    CHECK(error.message().find("1048577 bytes") != std::string::npos);
  }
}

}  // namespace lockstep::test
