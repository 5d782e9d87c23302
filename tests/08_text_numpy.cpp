#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "text_support.hpp"

// Expressions with the bits that NumPy gives for them: golden/text.json, written by golden/make_text.py.
namespace lockstep::test {
namespace {

struct Golden {
  DType type;
  Shape shape;
  std::vector<std::byte> bytes;
};

Golden read_golden(const nlohmann::json& row) {
  const auto shape = row.at("shape").get<std::vector<std::uint64_t>>();
  const auto hex = row.at("bytes").get<std::string>();
  Golden golden{dtype_from_string(row.at("type").get<std::string>()).value(), Shape(std::span(shape)), {}};
  for (std::size_t n = 0; n < hex.size(); n += 2)
    golden.bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(n, 2), nullptr, 16)));
  return golden;
}

nlohmann::json read_file() {
  std::ifstream file(LOCKSTEP_SOURCE_DIR "/tests/golden/text.json");
  REQUIRE(file.good());
  return nlohmann::json::parse(file);
}

Names names_of(const Device& d, const nlohmann::json& file) {
  Names names;
  for (const auto& [name, row] : file.at("arrays").items()) {
    const Golden g = read_golden(row);
    names.emplace(name, d.array_from_bytes(g.bytes.data(), g.shape.size(), g.type, g.shape));
  }
  for (const auto& [name, value] : file.at("scalars").items())
    names.emplace(name, value.is_number_integer() ? Expr(value.get<std::int64_t>()) : Expr(value.get<double>()));
  return names;
}

/// The first element whose bits differ; nothing if none does.
std::optional<std::size_t> difference(const Golden& expected, const std::vector<std::byte>& got) {
  return visit(expected.type, [&]<class T>() -> std::optional<std::size_t> {
    for (std::size_t n = 0; n < expected.shape.size(); ++n) {
      T a, b;
      std::memcpy(&a, expected.bytes.data() + n * sizeof(T), sizeof(T));
      std::memcpy(&b, got.data() + n * sizeof(T), sizeof(T));
      if (!same_bits(a, b)) return n;
    }
    return std::nullopt;
  });
}

}  // namespace

TEST_SUITE("08 text: NumPy") {
  TEST_CASE("expressions have NumPy's type, shape and bits") {
    const Device d = device();
    const nlohmann::json file = read_file();
    const Names names = names_of(d, file);
    CHECK(file.at("cases").size() >= 150);
    for (const nlohmann::json& row : file.at("cases")) {
      const auto text = row.at("text").get<std::string>();
      CAPTURE(text);
      const Golden expected = read_golden(row);
      const Array result = evaluated(d, text, names);
      CHECK(to_string(result.dtype()) == to_string(expected.type));
      CHECK(to_string(result.shape()) == to_string(expected.shape));
      if (result.dtype() != expected.type || result.shape() != expected.shape) continue;
      std::vector<std::byte> bytes(result.bytes());
      result.read_bytes(bytes.data());
      CHECK(difference(expected, bytes) == std::nullopt);
    }
  }
  TEST_CASE("the comparison sees one flipped bit, and the sign of a zero") {
    Golden golden = read_golden({{"type", "f64"}, {"shape", {2}}, {"bytes", "00000000000000000000000000000840"}});
    std::vector<std::byte> other = golden.bytes;
    CHECK(difference(golden, other) == std::nullopt);
    other[8] ^= std::byte{1};
    CHECK(difference(golden, other) == 1);
    other[7] ^= std::byte{0x80};
    CHECK(difference(golden, other) == 0);
  }
}

}  // namespace lockstep::test
