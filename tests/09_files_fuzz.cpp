// Damaged files: whatever the bytes are, the readers return or throw an Error, and stay within the memory that a file
// can fill.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "files.hpp"
#include "lockstep/csv.hpp"
#include "lockstep/npy.hpp"

using namespace lockstep;

namespace {

const std::vector<std::string> kTokens = {"4611686018427387904",
                                          "18446744073709551616",
                                          "-1",
                                          "(2**62, 8)",
                                          "True",
                                          "None",
                                          "'",
                                          "\"",
                                          "\\",
                                          "{",
                                          "}",
                                          "[",
                                          "]",
                                          "(",
                                          ")",
                                          ",",
                                          "'<f8'",
                                          "'>i4'",
                                          "'|O'",
                                          "'descr'",
                                          "\n",
                                          "\r",
                                          "#",
                                          "nan",
                                          "1e999",
                                          "0x10",
                                          "-0",
                                          "\xEF\xBB\xBF"};

std::string mutated(std::string text, std::mt19937_64& random) {
  for (std::uint64_t edits = 1 + random() % 4; edits > 0; --edits) {
    const std::size_t at = random() % (text.size() + 1);
    switch (random() % 5) {
      case 0:
        text.resize(at);
        break;
      case 1:
        if (at < text.size()) text[at] = static_cast<char>(random());
        break;
      case 2:
        text.insert(at, kTokens[random() % kTokens.size()]);
        break;
      case 3:
        text.erase(at, random() % 8);
        break;
      default:
        text.insert(at, text.substr(random() % (text.size() + 1), random() % 16));
    }
  }
  return text;
}

/// Runs `read` on damaged copies of `seeds`; returns how many were still good. Other exceptions than Error fail the
/// test.
template <class F>
int survivors(const std::vector<std::string>& seeds, std::uint64_t seed, F&& read) {
  std::mt19937_64 random(seed);
  int good = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = mutated(seeds[random() % seeds.size()], random);
    try {
      good += read(text);
    } catch (const Error& error) {
      if (error.message().empty()) FAIL_CHECK("an error without a message, seed ", seed, " round ", i);
    }
  }
  return good;
}

}  // namespace

TEST_CASE("no damaged .npy file crashes the reader or makes it ask for more memory than the file has") {
  const std::vector<double> x{1, 2, 3, 4, 5, 6};
  const std::vector<std::string> seeds = {
      format_npy({Shape{2, 3}, {make_field("", x)}}),
      format_npy({Shape{6}, {make_field("id", std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}), make_field("x", x)}, true}),
      format_npy({Shape{}, {make_field("", std::vector<float>{1})}})};
  const int good = survivors(seeds, 20240901, [](const std::string& text) {
    const Npy npy = parse_npy(std::as_bytes(std::span<const char>(text)), "fuzz.npy");
    std::size_t bytes = 0;
    for (const NpyField& field : npy.fields) bytes += field.bytes.size();
    CHECK(bytes <= text.size());
    return 1;
  });
  CHECK(good > 0);
  CHECK(good < 20000);
}

TEST_CASE("no damaged table crashes the reader") {
  const std::vector<std::string> seeds = {"id,x,y\n1,0.5,-2e-3\n2,nan,inf\n",
                                          "# made by hand\r\n\"a\", \"b\"\"c\"\r\n 1 , -0 \r\n",
                                          "n\n18446744073709551615\n"};
  const int good = survivors(seeds, 20240902, [](const std::string& text) {
    const Npy table = parse_csv(text, "fuzz.csv");
    const Npy back = parse_csv(format_csv(table), "back.csv");
    CHECK(back.shape == table.shape);
    return 1;
  });
  CHECK(good > 0);
  CHECK(good < 20000);
}
