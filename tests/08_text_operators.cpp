#include <doctest/doctest.h>

#include <utility>

#include "text_support.hpp"

namespace lockstep::test {
namespace {

// A text, and the same with all its brackets. The operands are arrays, so that nothing folds away.
constexpr std::pair<const char*, const char*> kSame[] = {
    {"i + j * k", "i + (j * k)"},
    {"i * j + k", "(i * j) + k"},
    {"i - j - k", "(i - j) - k"},
    {"i / j / k", "(i / j) / k"},
    {"i // j * k % i", "((i // j) * k) % i"},
    {"i * j / k", "(i * j) / k"},
    {"i ** j ** k", "i ** (j ** k)"},
    {"-i ** j", "-(i ** j)"},
    {"i ** -j", "i ** (-j)"},
    {"i ** -j ** k", "i ** (-(j ** k))"},
    {"i ** -j * k", "(i ** (-j)) * k"},
    {"~i ** j", "~(i ** j)"},
    {"-i * j", "(-i) * j"},
    {"i * -j", "i * (-j)"},
    {"- - i", "-(-i)"},
    {"-~i", "-(~i)"},
    {"+i - +j", "i - j"},
    {"i + j << k", "(i + j) << k"},
    {"i << j << k", "(i << j) << k"},
    {"i >> j - k", "i >> (j - k)"},
    {"i & j << k", "i & (j << k)"},
    {"i ^ j & k", "i ^ (j & k)"},
    {"i | j ^ k", "i | (j ^ k)"},
    {"i & j == k", "(i & j) == k"},
    {"i == j | k", "i == (j | k)"},
    {"i < j + k", "i < (j + k)"},
    {"i < j < k", "(i < j) and (j < k)"},
    {"i < j == k >= i", "((i < j) and (j == k)) and (k >= i)"},
    {"not i == j", "not (i == j)"},
    {"not not i", "not (not i)"},
    {"not i and j", "(not i) and j"},
    {"i and not j", "i and (not j)"},
    {"i or j and k", "i or (j and k)"},
    {"i and j or k", "(i and j) or k"},
    {"i or j or k", "(i or j) or k"},
    {"i < j and j < k or not k", "((i < j) and (j < k)) or (not k)"},
    {"-i[1:] ** 2", "-((i[1:]) ** 2)"},
    {"min(i, j)", "minimum(i, j)"},
    {"max(i, j + k)", "maximum(i, (j + k))"},
    {"i\t+\rj#comment", "i+j"},
    {"(i +\n j # comment\n)", "i + j"},
    {"t = i + j; t * t", "(i + j) * (i + j)"},
};

// Structures that must not come out alike: the other grouping of some of the rows above.
constexpr std::pair<const char*, const char*> kDifferent[] = {
    {"i - j - k", "i - (j - k)"},     {"i ** j ** k", "(i ** j) ** k"},   {"-i ** j", "(-i) ** j"},
    {"i & j == k", "i & (j == k)"},   {"i | j ^ k", "(i | j) ^ k"},       {"i < j < k", "(i < j) < k"},
    {"not i == j", "(not i) == j"},   {"i or j and k", "(i or j) and k"}, {"i / j / k", "i / (j / k)"},
    {"i << j << k", "i << (j << k)"}, {"i + j << k", "i + (j << k)"},
};

std::string program(const Device& d, const Names& names, std::string_view text) {
  const Expr value = parse(text, names).back().value;
  return d.show_program(std::span(&value, 1));
}

}  // namespace

TEST_SUITE("08 text: operators") {
  TEST_CASE("operators bind as in Python") {
    const Device d = device();
    const Names names = text_names(d);
    for (const auto& row : kSame) {
      CAPTURE(row.first);
      CHECK(program(d, names, row.first) == program(d, names, row.second));
    }
  }
  TEST_CASE("the comparison of programs tells groupings apart") {
    const Device d = device();
    const Names names = text_names(d);
    for (const auto& row : kDifferent) {
      CAPTURE(row.first);
      CHECK(program(d, names, row.first) != program(d, names, row.second));
    }
  }
  TEST_CASE("the middle of a chain of comparisons is evaluated once") {
    const Device d = device();
    CHECK(evaluated(d, "sum(2 < i + j < 8)").item<std::int64_t>() == 1);
    const std::string chain = program(d, text_names(d), "i < i*j*k < k");
    std::size_t products = 0;
    for (std::size_t at = chain.find("mul"); at != std::string::npos; at = chain.find("mul", at + 1)) ++products;
    CHECK(products == 2);
  }
  TEST_CASE("every function with an operator can be written with it") {
    const Device d = device();
    const Names names = text_names(d);
    int operators = 0;
    for (const FunctionInfo& row : all_functions()) {
      if (row.syntax.empty()) continue;
      const std::string syntax(row.syntax);
      const std::string text = row.arity == 2 ? "i " + syntax + " j" : syntax + " i";
      CAPTURE(text);
      const std::string called = std::string(row.name) + (row.arity == 2 ? "(i, j)" : "(i)");
      CHECK(program(d, names, text) == program(d, names, called));
      ++operators;
    }
    CHECK(operators >= 20);
  }
}

}  // namespace lockstep::test
