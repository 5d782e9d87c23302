// Rung 4 of the ladder: what NumPy's reductions give for ordinary, special and empty inputs.
#include "fold_reference.hpp"
#include "golden.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

/// The elements between commas; "-" is none.
template <Element T>
std::vector<T> numbers(const std::string& text) {
  std::vector<T> values;
  if (text == "-") return values;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    if constexpr (std::same_as<T, double>)
      values.push_back(std::strtod(word.c_str(), nullptr));
    else if constexpr (std::same_as<T, float>)
      values.push_back(std::strtof(word.c_str(), nullptr));
    else if constexpr (std::is_unsigned_v<T>)
      values.push_back(static_cast<T>(std::strtoull(word.c_str(), nullptr, 10)));
    else
      values.push_back(static_cast<T>(std::strtoll(word.c_str(), nullptr, 10)));
  }
  return values;
}

Cells cells_of(DType type, const std::string& text) {
  if (type == DType::boolean) {
    Cells out = cells(numbers<std::uint8_t>(text));
    out.type = type;
    return out;
  }
  return visit(type, [&]<Element T>() {
    if constexpr (std::same_as<T, bool>)
      return Cells{};
    else
      return cells(numbers<T>(text));
  });
}

/// "" if all elements are the same, or floats so near that only the order of the additions can be the reason: sums of
/// at most 40 terms, of whose distances from a mean near 1e4 the f32 sort loses 64 units.
template <class T>
std::string far_element(const std::vector<T>& got, const std::vector<T>& expected) {
  if (got.size() != expected.size()) return "another number of elements";
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (same_bits(got[i], expected[i])) continue;
    bool near = false;
    if constexpr (std::is_floating_point_v<T>)
      near = std::isfinite(expected[i]) &&
             std::fabs(got[i] - expected[i]) <= 64 * std::numeric_limits<T>::epsilon() * std::fabs(expected[i]);
    std::ostringstream text;
    text << "element " << i << ": " << +got[i] << ", NumPy " << +expected[i];
    if (!near) return text.str();
  }
  return {};
}

std::string difference_from_numpy(const Array& got, const Cells& expected) {
  if (got.dtype() != expected.type) return "another type: " + std::string(to_string(got.dtype()));
  if (!is_floating(got.dtype())) return difference(got, expected);
  const auto values = [&]<class T>(T) {
    std::vector<T> want;
    for (const std::uint64_t bits : expected.bits) want.push_back(from_bits<T>(bits));
    return far_element(got.to_host<T>(), want);
  };
  return got.dtype() == DType::f32 ? values(0.0f) : values(0.0);
}

Expr reduction_of(const std::string& name, const std::string& number, const Expr& x, const Axes& axes) {
  const double n = number == "-" ? 0 : std::strtod(number.c_str(), nullptr);
  if (name == "var") return var(x, axes, false, n);
  if (name == "std") return stddev(x, axes, false, n);
  if (name == "norm") return norm(x, axes, false, n);
  return reduce(reduction_named(name), x, axes);
}

}  // namespace

TEST_CASE_FIXTURE(OnDevice, "reductions of ordinary, special and empty inputs are NumPy's") {
  std::size_t checked = 0, refused = 0;
  const auto lines = word_lines(golden_path("reductions.txt"));
  // Where compiling takes long, only some of them.
  const std::size_t every = scaled(100) < 100 ? 7 : 1;
  for (std::size_t at = 0, next = 0, turn = 0; at < lines.size(); at = next, ++turn) {
    // Lines over the same elements and axis are evaluated together.
    const auto& first = lines[at];
    std::vector<Expr> values;
    std::vector<std::size_t> which;
    const DType type = *dtype_from_string(first.at(2));
    const Array x =
        device.info().has_f64 || type != DType::f64
            ? upload(device, cells_of(type, first.at(6)), {std::stoul(first.at(3)), std::stoul(first.at(4))})
            : Array();
    for (next = at; next < lines.size() && std::equal(first.begin() + 2, first.begin() + 7, lines[next].begin() + 2);
         ++next) {
      const auto& line = lines[next];
      if (turn % every != 0 || !x.valid() || (!device.info().has_f64 && line.at(7) == "f64")) continue;
      const Axes axes = line.at(5) == "all" ? Axes() : Axes(std::stoi(line[5]));
      const auto make = [&] { return reduction_of(line.at(0), line.at(1), x, axes); };
      if (line.at(7) == "-") {
        ++refused;
        const Code code = is_floating(type) && line[0][0] == 'b' ? Code::bad_type : Code::bad_shape;
        CHECK_MESSAGE(failure(code, "", make) == "", line[0]);
        continue;
      }
      values.push_back(make());
      which.push_back(next);
    }
    const std::vector<Array> results = device.evaluate(values);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const auto& line = lines[which[i]];
      ++checked;
      const std::string wrong = difference_from_numpy(results[i], cells_of(*dtype_from_string(line[7]), line.at(8)));
      CHECK_MESSAGE(wrong == "",
                    line[0] << ' ' << line[1] << ' ' << line[2] << ", axis " << line[5] << " of " << line[6]);
    }
  }
  CHECK(checked > 1000 / every);
  CHECK(refused > 20 / every);
}

TEST_CASE("the comparison with NumPy sees zeros, NaNs, infinities and neighbours that are too far") {
  const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
  CHECK(far_element<double>({1, nan, inf, 0}, {1, nan, inf, -0.0}) == "");
  CHECK(far_element<double>({1.0 + 0x1p-40}, {1}) != "");
  CHECK(far_element<double>({0}, {1e-300}) != "");
  CHECK(far_element<double>({nan}, {1}) != "");
  CHECK(far_element<double>({1}, {nan}) != "");
  CHECK(far_element<double>({1}, {inf}) != "");
  CHECK(far_element<double>({inf}, {1}) != "");
  CHECK(far_element<double>({inf}, {-inf}) != "");
  CHECK(far_element<double>({1}, {1, 1}) != "");
}

TEST_CASE_FIXTURE(OnDevice, "a variance keeps its digits where the mean is large") {
  std::vector<float> values;
  for (int i = 0; i < 40000; ++i) values.push_back(4096.0f + static_cast<float>(i % 2));
  CHECK(item<float>(var(device.array(values))) == 0.25f);
  CHECK(item<float>(stddev(device.array(values))) == 0.5f);
}

TEST_CASE_FIXTURE(OnDevice, "a dot product is the sum of the products, over the axes that are asked for") {
  const std::vector<float> a = awkward_values<float>(3000, 3), b = awkward_values<float>(3000, 4);
  const Array x = device.array(a, {3, 1000}), y = device.array(b, {3, 1000});
  CHECK(difference(evaluate(dot(x, y)), evaluate(sum(x * y))) == "");
  CHECK(difference(evaluate(dot(x, y, 1)), evaluate(sum(x * y, 1))) == "");
  CHECK(difference(evaluate(dot(x, y.at(0), 0, true)), evaluate(sum(x * y.at(0), 0, true))) == "");
  const Array k = device.full({1000}, 60000, DType::i32);
  CHECK(item<std::int64_t>(dot(k, k)) == 3600000000000);  // not the products as i32, which wrap
  CHECK(failure(Code::bad_shape, "(7,)", [&] { dot(x, device.zeros({7}, DType::f32)); }) == "");
}

TEST_CASE_FIXTURE(OnDevice, "minloc and maxloc take one pass, and so do reductions of one array beside each other") {
  const Array x = device.array(std::vector<float>{3, -1, 4, -1, 5});
  const auto before = device.counters().passes;
  const Located low = minloc(x), high = maxloc(x);
  const auto got = evaluate(low.value, low.place, high.value, high.place, sum(x), norm(x, {}, false, 1));
  CHECK(device.counters().passes == before + 1);
  CHECK(got[0].item<float>() == -1);
  CHECK(got[1].item<std::int64_t>() == 1);
  CHECK(got[2].item<float>() == 5);
  CHECK(got[3].item<std::int64_t>() == 4);
  CHECK(got[5].item<float>() == 14);
}

TEST_CASE_FIXTURE(OnDevice, "what var, norm and the folds of bits cannot take is refused, and the message names it") {
  const Array x = device.array({1.0f, 2.0f});
  CHECK(failure(Code::bad_argument, "ddof is NaN", [&] { var(x, {}, false, std::nan("")); }) == "");
  CHECK(failure(Code::bad_argument, "order of a norm", [&] { norm(x, {}, false, std::nan("")); }) == "");
  CHECK(failure(Code::bad_type, "bxor is not defined for f32", [&] { bxor(x); }) == "");
  CHECK(failure(Code::bad_shape, "2", [&] { var(x, 2); }) == "");
  CHECK(item<float>(var(x)) == 0.25f);
}
