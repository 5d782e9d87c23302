// Random texts, from a fixed seed: whatever the text is, it is evaluated or a sound Error comes out.
#include <doctest/doctest.h>

#include "text_fuzz.hpp"

namespace lockstep::test {
namespace {

constexpr std::uint64_t kSeed = 0x5eed0008;

class TextMaker {
 public:
  /// A good text with up to four changes, or tokens in a row, or a text that follows the grammar.
  std::string next() {
    switch (below(3)) {
      case 0: {
        std::string text = pick(fuzz_seeds());
        for (std::size_t n = below(5); n > 0; --n) change(text);
        return text;
      }
      case 1: {
        std::string text;
        for (std::size_t n = 1 + below(12); n > 0; --n) text += pick(fuzz_tokens());
        return text;
      }
      default:
        return expression(4);
    }
  }

 private:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  const std::string& pick(const std::vector<std::string>& list) { return list[below(list.size())]; }

  void change(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    const std::size_t length = std::min(below(8), text.size() - at);
    switch (below(5)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, text.substr(at, length));
        break;
      case 2:
        text.insert(at, 1, static_cast<char>(random_()));
        break;
      case 3:
        text.replace(at, length, pick(fuzz_seeds()).substr(0, 1 + below(20)));
        break;
      default:
        text.insert(at, pick(fuzz_tokens()));
    }
  }

  std::string expression(int depth) {
    static const std::vector<std::string> operators = {" + ",  " - ",    "*",    "/",    " // ", " % ",
                                                       " & ",  " | ",    " ^ ",  " < ",  " == ", " and ",
                                                       " or ", "**2 + ", " << ", " >> ", " >= "};
    static const std::vector<std::string> operands = {
        "x", "y", "i", "j", "k", "n", "velocity", "2", "-1", "0.5", "3u8", "1f32", "x[::-1]", "i[0]", "pi", "True"};
    if (depth == 0 || below(6) == 0) return pick(operands);
    if (below(4) == 0) {
      const auto rows = all_functions();
      const FunctionInfo& row = rows[below(rows.size())];
      std::string text(row.name);
      for (int n = 0; n < row.arity; ++n) text += (n == 0 ? "(" : ", ") + expression(depth - 1);
      return text + ")";
    }
    if (below(6) == 0) {
      const auto rows = all_reductions();
      return std::string(rows[below(rows.size())].name) + "(" + expression(depth - 1) + ", keepdims=True)";
    }
    const std::string text = expression(depth - 1) + pick(operators) + expression(depth - 1);
    return below(2) == 0 ? "(" + text + ")" : (below(3) == 0 ? "-" : "") + text;
  }

  std::mt19937_64 random_{kSeed};
};

}  // namespace

TEST_SUITE("08 text: fuzzer") {
  TEST_CASE_FIXTURE(OnDevice, "random texts are evaluated or refused with a sound error") {
    const Names names = text_names(device);
    const std::size_t rounds = scaled(50000);
    MESSAGE("seed ", kSeed, ", ", rounds, " texts");
    TextMaker maker;
    std::array<std::size_t, 4> fates{};
    for (std::size_t n = 0; n < rounds; ++n) {
      const std::string text = maker.next();
      CAPTURE(n);
      CAPTURE(text);
      ++fates[static_cast<std::size_t>(fuzz_text(device, names, text))];
    }
    // Both ends must be reached often, or the texts are too wild or too tame to find anything.
    CHECK(fates[static_cast<std::size_t>(Fate::refused)] > rounds / 10);
    CHECK(fates[static_cast<std::size_t>(Fate::evaluated)] > rounds / 10);
    MESSAGE("refused ", fates[0], ", failed when run ", fates[1], ", evaluated ", fates[2], ", skipped ", fates[3]);
    CHECK(device.evaluate(parse("sum(x)", names).front().value).item<float>() == 15);
  }
  TEST_CASE("the seeds are read, but for the two that show an error") {
    const Names names = text_names(device());
    int refused = 0;
    for (const std::string& seed : fuzz_seeds()) {
      CAPTURE(seed);
      if (fuzz_text(device(), names, seed) != Fate::evaluated) ++refused;
    }
    CHECK(refused == 2);
  }
}

}  // namespace lockstep::test
