// The reader and writer of .npy files, from bytes made here: format numpy/lib/format.py, versions 1 to 3.
#include <doctest/doctest.h>

#include <bit>
#include <cstring>
#include <string>

#include "files.hpp"
#include "lockstep/npy.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span<const char>(text)); }
Npy parse(const std::string& file) { return parse_npy(bytes_of(file), "a.npy"); }

std::string npy_file(const std::string& header, const std::string& data, int version = 1) {
  std::string text = std::string("\x93NUMPY", 6) + static_cast<char>(version) + '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) text += static_cast<char>(header.size() >> (8 * i) & 0xFF);
  return text + header + data;
}

std::string dictionary(const std::string& descr, const std::string& shape, const char* fortran = "False") {
  return "{'descr': " + descr + ", 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}

template <class T>
std::string raw(std::initializer_list<T> values) {
  return std::string(reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T));
}
template <class T>
std::string raw_swapped(std::initializer_list<T> values) {
  std::string text;
  for (T v : values) {
    std::string one = raw({v});
    text.append(one.rbegin(), one.rend());
  }
  return text;
}

}  // namespace

TEST_CASE("a .npy file of each version gives its shape, type and elements") {
  for (int version : {1, 2, 3}) {
    CAPTURE(version);
    const Npy npy = parse(npy_file(dictionary("'<f8'", "(2, 3)"), raw<double>({1, 2, 3, 4, 5, -0.0}), version));
    CHECK(npy.shape == Shape{2, 3});
    CHECK_FALSE(npy.structured);
    REQUIRE(npy.fields.size() == 1);
    CHECK(npy.fields[0].type == DType::f64);
    CHECK_FALSE(first_difference(npy.fields[0].values<double>(), {1, 2, 3, 4, 5, -0.0}));
  }
}

TEST_CASE("Fortran order becomes row-major") {
  const std::string columns = raw<std::int32_t>({0, 10, 1, 11, 2, 12});
  const Npy npy = parse(npy_file(dictionary("'<i4'", "(2, 3)", "True"), columns));
  CHECK(npy.fields[0].values<std::int32_t>() == std::vector<std::int32_t>{0, 1, 2, 10, 11, 12});
  std::string cube;
  for (std::uint8_t k = 0; k < 4; ++k)
    for (std::uint8_t j = 0; j < 3; ++j)
      for (std::uint8_t i = 0; i < 2; ++i) cube += static_cast<char>(100 * i + 10 * j + k);
  const std::vector<std::uint8_t> values =
      parse(npy_file(dictionary("'|u1'", "(2, 3, 4)", "True"), cube)).fields[0].values<std::uint8_t>();
  for (std::size_t n = 0; n < 24; ++n) CHECK(values[n] == 100 * (n / 12) + 10 * (n / 4 % 3) + n % 4);
}

TEST_CASE("big-endian files have the same elements as little-endian ones") {
  const auto doubles = {1.5, -0.0, 1e300};
  CHECK_FALSE(first_difference(
      parse(npy_file(dictionary("'>f8'", "(3,)"), raw_swapped<double>(doubles))).fields[0].values<double>(),
      std::vector<double>(doubles)));
  const Npy u4 =
      parse(npy_file(dictionary("'>u4'", "(2, 2)", "True"), raw_swapped<std::uint32_t>({1, 3, 2, 0x01020304})));
  CHECK(u4.fields[0].values<std::uint32_t>() == std::vector<std::uint32_t>{1, 2, 3, 0x01020304});
}

TEST_CASE("0-d and empty arrays are read") {
  CHECK(parse(npy_file(dictionary("'<f4'", "()"), raw<float>({2.5f}))).shape == Shape{});
  CHECK(parse(npy_file(dictionary("'<f4'", "(0,)"), "")).shape == Shape{0});
  CHECK(parse(npy_file(dictionary("'<f4'", "(3, 0, 2)", "True"), "")).fields[0].bytes.empty());
}

TEST_CASE("a bool that is neither 0 nor 1 is read as True") {
  const Npy npy = parse(npy_file(dictionary("'|b1'", "(3,)"), std::string("\x00\x01\xFE", 3)));
  CHECK(std::memcmp(npy.fields[0].bytes.data(), "\x00\x01\x01", 3) == 0);
}

TEST_CASE("structured files give their fields, with padding, titles and either order and endianness") {
  std::string data;
  for (int i = 0; i < 4; ++i)
    data += raw<std::uint8_t>({static_cast<std::uint8_t>(i)}) + "pad" + raw_swapped<double>({0.5 * i});
  const std::string type = "[('id', '|u1'), ('', '|V3'), (('height', 'h'), '>f8')]";
  for (const char* fortran : {"False", "True"}) {
    const Npy npy = parse(npy_file(dictionary(type, "(2, 2)", fortran), data));
    CHECK(npy.structured);
    REQUIRE(npy.fields.size() == 2);
    const bool c_order = fortran == std::string("False");
    CHECK(npy.find("id")->values<std::uint8_t>() ==
          (c_order ? std::vector<std::uint8_t>{0, 1, 2, 3} : std::vector<std::uint8_t>{0, 2, 1, 3}));
    CHECK(npy.find("h")->values<double>() ==
          (c_order ? std::vector<double>{0, 0.5, 1, 1.5} : std::vector<double>{0, 1, 0.5, 1.5}));
    CHECK(npy.find("x") == nullptr);
  }
}

TEST_CASE("field names of versions 1 and 2 are Latin-1, those of version 3 UTF-8") {
  const std::string data = raw<double>({1});
  CHECK(parse(npy_file(dictionary("[('\xE9', '<f8')]", "(1,)"), data, 1)).fields[0].name == "\xC3\xA9");
  CHECK(parse(npy_file(dictionary("[('\xC3\xA9', '<f8')]", "(1,)"), data, 3)).fields[0].name == "\xC3\xA9");
}

TEST_CASE("element types that are not supported are named, with what to do") {
  struct Case {
    const char *type, *name, *advice;
  };
  for (const Case& c :
       {Case{"'<i2'", "int16", "astype('int32')"}, Case{"'<u2'", "uint16", "astype('uint32')"},
        Case{"'<f2'", "float16", "astype('float32')"}, Case{"'<f16'", "longdouble", "astype('float64')"},
        Case{"'<c8'", "complex64", "x.real"}, Case{"'<c16'", "complex128", "x.imag"}, Case{"'|O'", "object", "astype"},
        Case{"'<U5'", "str", "astype"}, Case{"'|S3'", "bytes", "astype"},
        Case{"'<M8[ns]'", "datetime64", "astype('int64')"}, Case{"'<m8[s]'", "timedelta64", "astype('int64')"},
        Case{"'|V7'", "void", "numeric"}, Case{"'q9'", "unknown type 'q9'", "astype"},
        Case{"''", "unknown type ''", "astype"}, Case{"[('a', '<f2')]", "float16", "astype('float32')"}}) {
    CAPTURE(c.type);
    const std::string file = npy_file(dictionary(c.type, "(1,)"), std::string(64, '\0'));
    check_error(Code::unsupported, c.name, [&] { parse(file); });
    check_error(Code::unsupported, c.advice, [&] { parse(file); });
  }
  for (const char* type : {"[('a', [('b', '<f8')])]", "[('a', '<f8', (2,))]"})
    check_error(Code::unsupported, "field 'a'",
                [&] { parse(npy_file(dictionary(type, "(1,)"), std::string(64, '\0'))); });
  check_error(Code::unsupported, "9 axes",
              [] { parse(npy_file(dictionary("'<f8'", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), raw<double>({1}))); });
  check_error(Code::unsupported, "version 4", [] { parse(npy_file(dictionary("'<f8'", "()"), raw<double>({1}), 4)); });
}

TEST_CASE("a broken header is an error that says what is wrong") {
  const std::string data(64, '\0');
  const auto header = [&](const std::string& text) { return [&, text] { parse(npy_file(text, data)); }; };
  check_error(Code::file, "np.save", [] { parse("id,x\n1,2\n"); });
  check_error(Code::file, "np.save", [] { parse(""); });
  check_error(Code::file, "np.save", [] { parse("\x93NUM"); });
  check_error(Code::file, "inside its header", [] { parse(std::string("\x93NUMPY\x01\x00", 8)); });
  check_error(Code::file, "inside its header", [] { parse(std::string("\x93NUMPY\x01\x00\xFF\x00{}", 12)); });
  check_error(Code::file, "claims", [] { parse(std::string("\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF{}", 14)); });
  check_error(Code::file, "no dictionary", header("(1, 2)"));
  check_error(Code::file, "no 'descr'", header("{'fortran_order': False, 'shape': ()}"));
  check_error(Code::file, "no 'shape'", header("{'fortran_order': False, 'descr': '<f8'}"));
  check_error(Code::file, "no 'fortran_order'", header("{'shape': (), 'descr': '<f8'}"));
  check_error(Code::file, "neither True nor False", header(dictionary("'<f8'", "()", "1")));
  check_error(Code::file, "'shape' is no tuple", header(dictionary("'<f8'", "[1]")));
  check_error(Code::file, "'descr' is no type", header(dictionary("7", "(1,)")));
  check_error(Code::file, "no fields", header(dictionary("[]", "(1,)")));
  check_error(Code::file, "two fields named 'a'", header(dictionary("[('a', '<f8'), ('a', '<f8')]", "(1,)")));
  check_error(Code::file, "pair of name and type", header(dictionary("['<f8']", "(1,)")));
  check_error(Code::file, "has no name", header(dictionary("[(7, '<f8')]", "(1,)")));
  check_error(Code::file, "does not end", header("{'descr"));
  check_error(Code::file, "too many brackets", header(std::string(100, '(')));
  check_error(Code::file, "follows", header("{}{}"));
  check_error(Code::file, "comma", header("{'shape': (1 2)}"));
  check_error(Code::file, "a value is missing", header("{'shape': -1}"));
  check_error(Code::file, "no value", header("{'shape': exec}"));
}

TEST_CASE("shapes that no file could hold are refused without asking for memory") {
  const auto of_shape = [](const std::string& shape, const char* type = "'<f8'") {
    return [=] { parse(npy_file(dictionary(type, shape), std::string(64, '\0'))); };
  };
  check_error(Code::file, "incomplete", of_shape("(9,)"));
  check_error(Code::file, "incomplete", of_shape("(4611686018427387904,)", "'|u1'"));
  check_error(Code::file, "impossible", of_shape("(4611686018427387904, 8)"));
  check_error(Code::file, "impossible", of_shape("(4611686018427387904,)"));
  check_error(Code::file, "impossible", of_shape("(4294967296, 4294967296, 4294967296)"));
  check_error(Code::file, "impossible", of_shape("(99999999999999999999999999,)"));
  check_error(Code::file, "incomplete", of_shape("(1,)", "[('', '|V4611686018427387000'), ('a', '<f8')]"));
}

TEST_CASE("what is written is read back with equal bits, and the data begin at a multiple of 64") {
  for (DType type : all_dtypes()) {
    visit(type, [&]<Element T>() {
      if constexpr (!std::same_as<T, bool>) {
        const std::vector<T> values = awkward_values<T>(60, 9);
        const std::string text = format_npy({Shape{3, 20}, {make_field("", values)}});
        CHECK((text.size() - 60 * sizeof(T)) % 64 == 0);
        CHECK(text[6] == 1);
        const Npy back = parse(text);
        CHECK(back.shape == Shape{3, 20});
        CHECK(std::memcmp(back.fields[0].bytes.data(), values.data(), 60 * sizeof(T)) == 0);
      }
    });
  }
}

TEST_CASE("structured arrays are written in records") {
  const std::vector<std::uint64_t> ids{7, 8, 9};
  const std::vector<float> xs{0.5f, -0.0f, 1e-40f};
  Npy npy{Shape{3}, {make_field("id", ids), make_field("it's", xs)}, true};
  const Npy back = parse(format_npy(npy));
  CHECK(back.find("id")->values<std::uint64_t>() == ids);
  CHECK_FALSE(first_difference(back.find("it's")->values<float>(), xs));
  npy.fields[1].name = "\xC3\xA9";  // beyond ASCII: version 3
  const std::string text = format_npy(npy);
  CHECK(text[6] == 3);
  CHECK(parse(text).find("\xC3\xA9") != nullptr);
}

TEST_CASE("a header longer than version 1 can say is written as version 2") {
  Npy npy{Shape{1}, {}, true};
  for (int i = 0; i < 4000; ++i)
    npy.fields.push_back(make_field("column" + std::to_string(i), std::vector<double>{0.5 * i}));
  const std::string text = format_npy(npy);
  CHECK(text[6] == 2);
  CHECK(parse(text).find("column3999")->values<double>() == std::vector<double>{1999.5});
}

TEST_CASE("fields that do not fit are refused before a file is touched") {
  const TemporaryFolder folder;
  const NpyField two = make_field("a", std::vector<double>{1, 2});
  const auto write = [&](const Npy& npy) { return [&folder, npy] { write_npy(folder / "a.npy", npy); }; };
  check_error(Code::bad_argument, "no fields", write({Shape{2}, {}}));
  check_error(Code::bad_argument, "size", write({Shape{3}, {two}}));
  check_error(Code::bad_argument, "one field", write({Shape{2}, {two, two}}));
  check_error(Code::bad_argument, "same name", write({Shape{2}, {two, two}, true}));
  check_error(Code::bad_argument, "no name", write({Shape{2}, {make_field("", std::vector<double>{1, 2})}, true}));
  check_error(Code::bad_argument, "control", write({Shape{2}, {make_field("a\nb", std::vector<double>{1, 2})}, true}));
  CHECK(folder.count() == 0);
}

TEST_CASE("fields convert to f64, and refuse to be read as another type") {
  const NpyField field = make_field("n", std::vector<std::int64_t>{-1, 9007199254740993});
  CHECK(field.to_f64() == std::vector<double>{-1, 9007199254740992});
  check_error(Code::bad_type, "'n' holds i64, not f32", [&] { field.values<float>(); });
}

TEST_CASE("files are read as their bytes are") {
  const TemporaryFolder folder;
  const std::string plain = npy_file(dictionary("'>f4'", "(2,)"), raw_swapped<float>({1.5f, -2.f}));
  const std::string columns = npy_file(dictionary("'<i4'", "(2, 2)", "True"), raw<std::int32_t>({0, 2, 1, 3}));
  write_file(folder / "plain.npy", plain);
  write_file(folder / "columns.npy", columns);
  CHECK(read_npy(folder / "plain.npy").fields[0].values<float>() == std::vector<float>{1.5f, -2.f});
  CHECK(read_npy(folder / "columns.npy").fields[0].values<std::int32_t>() == std::vector<std::int32_t>{0, 1, 2, 3});
  for (std::size_t n = 0; n < plain.size(); ++n) {
    CAPTURE(n);
    write_file(folder / "short.npy", plain.substr(0, n));
    check_error(Code::file, "short.npy", [&] { read_npy(folder / "short.npy"); });
  }
  check_error(Code::file, "none.npy", [&] { read_npy(folder / "none.npy"); });
  check_error(Code::file, "irectory", [&] { read_npy(folder.path()); });
}
