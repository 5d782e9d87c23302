#include <sys/resource.h>

#include <nlohmann/json.hpp>

#include "program.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;
using Json = nlohmann::json;

namespace {

/// A folder with a few arrays in it: x (f64, 6), y (f32, 6), m (i32, 2 by 3), b (bool, 2).
struct Fixture {
  TemporaryFolder folder;

  Fixture() {
    save("x.npy", Shape{6}, std::vector<double>{1, 2, 3, 4, 5, 6.5});
    save("y.npy", Shape{6}, std::vector<float>{0.1f, 0, -0.0f, 1e-40f, 2, 3});
    save("m.npy", Shape{2, 3}, std::vector<std::int32_t>{1, -20, 3, 4, 5, 600});
    write_npy(folder / "b.npy", {Shape{2}, {{"", DType::boolean, {std::byte{1}, std::byte{0}}}}});
  }

  template <class T>
  void save(const char* name, const Shape& shape, const std::vector<T>& values) const {
    write_npy(folder / name, {shape, {make_field("", values)}});
  }
  Outcome evaluate(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "evaluate");
    return run_program(arguments, {.folder = folder.path().string()});
  }
  std::string out(const std::vector<std::string>& arguments) const {
    const Outcome outcome = evaluate(arguments);
    CHECK_MESSAGE(outcome.exit == 0, outcome.err);
    CHECK(outcome.err.empty());
    return outcome.out;
  }
  void refused(int exit, std::string_view part, std::vector<std::string> arguments) const {
    const long before = folder.count();
    arguments.insert(arguments.begin(), "evaluate");
    check_refused(exit, part, arguments, {.folder = folder.path().string()});
    CHECK(folder.count() == before);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "scalars are printed in the shortest form that reads back to the same bits") {
  CHECK(out({"sum(x)", "x=x.npy"}) == "21.5\n");
  CHECK(out({"x[0]", "x=y.npy"}) == "0.1\n");
  CHECK(out({"x[2]", "x=y.npy"}) == "-0.0\n");
  CHECK(out({"x[3]", "x=y.npy"}) == "1e-40\n");
  CHECK(out({"a/3", "a=1.0"}) == "0.3333333333333333\n");
  CHECK(out({"a/0; -(a/0); a*0/0", "a=1.0"}) == "inf\n-inf\nnan\n");
  CHECK(out({"any(b); all(b); b[1]", "b=b.npy"}) == "True\nFalse\nFalse\n");
  CHECK(out({"max(m)", "m=m.npy"}) == "600\n");
  CHECK(out({"a", "a=18446744073709551615u64"}) == "18446744073709551615\n");
}

TEST_CASE_FIXTURE(Fixture, "arrays are printed as NumPy prints them, long axes only at their ends") {
  CHECK(out({"x*2", "x=x.npy"}) == "[ 2.0  4.0  6.0  8.0 10.0 13.0]  f64 (6,)\n");
  CHECK(out({"m", "m=m.npy"}) == "[[  1 -20   3]\n [  4   5 600]]  i32 (2, 3)\n");
  CHECK(out({"arange(100)"}) == "[ 0  1  2 ... 97 98 99]  i64 (100,)\n");
  CHECK(out({"x[:0]", "x=x.npy"}) == "[]  f64 (0,)\n");
  CHECK(out({"b", "b=b.npy"}) == "[ True False]  bool (2,)\n");
  CHECK(out({"m + 0*k", "m=m.npy", "k=1", "--shape", "2,2,3"}) ==
        "[[[  1 -20   3]\n  [  4   5 600]]\n\n [[  1 -20   3]\n  [  4   5 600]]]  i32 (2, 2, 3)\n");
}

TEST_CASE_FIXTURE(Fixture, "results are the statements without a name, or all if each has one") {
  CHECK(out({"r = x*2; sum(r); max(r)", "x=x.npy"}) == "43.0\n13.0\n");
  CHECK(out({"lo = min(x); hi = max(x)", "x=x.npy"}) == "lo = 1.0\nhi = 6.5\n");
  CHECK(out({"s = sum(x); s = s + 1", "x=x.npy"}) == "22.5\n");
}

TEST_CASE_FIXTURE(Fixture, "a plain number takes the type it meets, a typed one keeps its own") {
  const auto type_of = [&](const std::string& value) {
    return Json::parse(out({"y*a", "y=y.npy", "a=" + value, "--json"})).at("results")[0].at("type");
  };
  CHECK(type_of("2") == "f32");
  CHECK(type_of("2.5") == "f32");
  CHECK(type_of("True") == "f32");
  CHECK(type_of("2.5f64") == "f64");
  CHECK(type_of("3u8") == "f32");
  CHECK(type_of("3i64") == "f64");
  CHECK(out({"a", "a=true"}) == "True\n");
  CHECK(out({"a", "a=-1e-400"}) == "-0.0\n");
  CHECK(out({"a", "a=1e-60f32"}) == "0.0\n");
}

TEST_CASE_FIXTURE(Fixture, "a value that no expression uses is told of") {
  const Outcome outcome = evaluate({"r = xx + 2.5a1", "xx=1", "x=x.npy", "a=3"});
  CHECK(outcome.exit == 2);  // "2.5a1" is no number
  const Outcome good = evaluate({"r = xx + a", "xx=1", "x=x.npy", "a=3"});
  CHECK(good.out == "4\n");
  CHECK(good.err == "lockstep: no expression uses the value of 'x'\n");
}

TEST_CASE_FIXTURE(Fixture, "JSON has the values, or the file that they went to") {
  const Json json = Json::parse(out({"s = sum(x); r = 1/y", "x=x.npy", "y=y.npy", "--json"}));
  CHECK_FALSE(json.at("device").get<std::string>().empty());
  CHECK(json.at("results")[0].at("name") == "s");
  CHECK(json.at("results")[0].at("value") == 21.5);
  CHECK(json.at("results")[0].at("shape") == Json::array());
  CHECK(json.at("results")[1].at("shape") == Json::array({6}));
  CHECK(json.at("results")[1].at("value")[1] == "inf");
  CHECK(json.at("results")[1].at("value")[4] == 0.5);
  const Json written = Json::parse(out({"x*2; sum(x)", "x=x.npy", "--json", "--output", "r.npy"}));
  CHECK(written.at("results")[0].at("file") == "r.npy");
  CHECK_FALSE(written.at("results")[0].contains("value"));
  CHECK(written.at("results")[1].at("value") == 21.5);
}

TEST_CASE_FIXTURE(Fixture, "an output holds the array, and scalars beside it are printed") {
  CHECK(out({"x*2; sum(x)", "x=x.npy", "--output", "r.npy"}) == "21.5\n");
  CHECK(read_npy(folder / "r.npy").fields[0].values<double>() == std::vector<double>{2, 4, 6, 8, 10, 13});
  CHECK(out({"sum(x)", "x=x.npy", "-o", "s.npy"}).empty());
  CHECK(read_npy(folder / "s.npy").shape == Shape{});
  CHECK(out({"a = x+1; b = x-1", "x=x.npy", "-o", "out-{}.npy"}).empty());
  CHECK(read_npy(folder / "out-b.npy").fields[0].values<double>()[5] == 5.5);
  CHECK(out({"x+1; x-1", "x=x.npy", "-o", "{}.npy"}).empty());
  CHECK(read_npy(folder / "2.npy").fields[0].values<double>()[5] == 5.5);
}

TEST_CASE_FIXTURE(Fixture, "an output may replace an input") {
  CHECK(out({"x + x[::-1]", "x=x.npy", "--output", "x.npy"}).empty());
  CHECK(read_npy(folder / "x.npy").fields[0].values<double>() == std::vector<double>{7.5, 7, 7, 7, 7, 7.5});
}

TEST_CASE_FIXTURE(Fixture, "the program and its source are shown instead of being run") {
  const std::string program = out({"sum(x*y)", "x=x.npy", "y=y.npy", "--show-program", "--output", "no.npy"});
  CHECK(program.find("mul") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder / "no.npy"));
  CHECK(evaluate({"sum(x)", "x=x.npy", "--show-source"}).exit == 0);
}

TEST_CASE_FIXTURE(Fixture, "wrong input is refused with what is wrong, and leaves nothing behind") {
  refused(2, "'none.npy' cannot be read: No such file", {"sum(x)", "x=none.npy"});
  write_file(folder / "text.npy", "id,x\n1,2\n");
  refused(2, "'text.npy' is no .npy file", {"sum(x)", "x=text.npy"});
  write_file(folder / "short.npy", read_file(folder / "x.npy").substr(0, 150));
  refused(2, "'short.npy' is incomplete", {"sum(x)", "x=short.npy"});
  write_npy(folder / "table.npy", {Shape{1}, {make_field("a", std::vector<double>{1})}, true});
  refused(2, "structured", {"sum(x)", "x=table.npy"});
  refused(3, "no device", {"1+1", "--device", "cuda:77"});
  refused(3, "toaster", {"1+1", "--device", "toaster"});
  refused(2, "--output 'r.csv' ends in .csv, but results are .npy files", {"x", "x=x.npy", "--output", "r.csv"});
  refused(2, "'x=1.5x': '1.5x' is neither a number nor a file", {"x", "x=1.5x"});
  refused(2, "'x=300u8': u8 cannot hold 300", {"x", "x=300u8"});
  refused(2, "'x' is not of the form name=value", {"x", "x"});
  refused(2, "'2x=1' is not of the form name=value", {"x", "2x=1"});
  refused(2, "'x=' is not of the form name=value", {"x", "x="});
  refused(2, "'x' has two values", {"x", "x=1", "x=2"});
  refused(2, "no expression", {"  "});
  refused(2, "yy", {"sum(yy)", "y=y.npy"});
  refused(2, "^", {"sum(x", "x=x.npy"});
  refused(2, "(6,)", {"x + m", "x=x.npy", "m=m.npy"});
  refused(2, "--shape: 'a'", {"index(0)", "--shape", "a"});
  refused(2, "--memory: '0' is not a number of bytes", {"1", "--memory", "0"});
  refused(2, "--memory: 'lots' is not a number of bytes", {"1", "--memory", "lots"});
}

TEST_CASE_FIXTURE(Fixture, "an output that cannot be written is refused and leaves nothing behind") {
  refused(2, "make it first", {"x*2", "x=x.npy", "--output", "none/r.npy"});
  refused(2, "irectory", {"x*2", "x=x.npy", "--output", "."});
  refused(2, "there are 2 arrays to write", {"x+1; x-1", "x=x.npy", "--output", "r.npy"});
  refused(3, "No space left", {"x*2", "x=x.npy", "--output", "/dev/full"});
}

TEST_CASE_FIXTURE(Fixture, "a disk that fills up leaves the old output") {
  save("big.npy", Shape{100000}, std::vector<double>(100000, 1.5));
  write_file(folder / "r.npy", "old");
  const long before = folder.count();
  const Outcome outcome = run({"/bin/bash", "-c",
                               "ulimit -f 64; trap '' XFSZ; exec '" + std::string(LOCKSTEP_PROGRAM) +
                                   "' evaluate 'x*2' x=big.npy --output r.npy"},
                              {.folder = folder.path().string()});
  CHECK(outcome.exit == 2);
  CHECK_MESSAGE(outcome.err.find("'r.npy' cannot be written") != std::string::npos, outcome.err);
  CHECK(read_file(folder / "r.npy") == "old");
  CHECK(folder.count() == before);
}

TEST_CASE_FIXTURE(Fixture, "too little memory is a failure of the device, with what was asked for") {
  save("big.npy", Shape{100000}, std::vector<double>(100000, 1.5));
  refused(3, "memory", {"x*2", "x=big.npy", "--memory", "64KiB"});
  CHECK(out({"sum(x)", "x=big.npy", "--memory", "16MB"}) == "150000.0\n");
}

TEST_CASE_FIXTURE(Fixture, "sorts and running sums are reached from the command line") {
  CHECK(out({"cumsum(x)[-1]; sort(-x)[:1]", "x=x.npy"}) == "21.5\n[-6.5]  f64 (1,)\n");
}

TEST_CASE_FIXTURE(Fixture, "files that do not fit are read and written in parts, with the same bits") {
  std::vector<float> values;
  for (int i = 0; i < 200000; ++i) values.push_back(1.0f / static_cast<float>(i + 1) - 0.3f);
  save("big.npy", Shape{1000, 200}, values);
  const std::string small = "sum(x); var(x); argmin(x); norm(x - mean(x))";
  const std::string whole = out({small, "x=big.npy"});
  CHECK(out({small, "x=big.npy", "--memory", "256KiB"}) == whole);
  out({"sqrt(abs(x)) - mean(x)", "x=big.npy", "--output", "whole.npy"});
  out({"sqrt(abs(x)) - mean(x)", "x=big.npy", "--memory", "256KiB", "--output", "parts.npy"});
  CHECK(read_file(folder / "whole.npy") == read_file(folder / "parts.npy"));
  out({"x*2", "x=big.npy", "--memory", "256KiB", "--output", "big.npy"});
  CHECK(out({"x[0, 0]", "x=big.npy"}) == "1.4\n");
  refused(3, "part by part, which needs less:\nline 1, column 4: '(' is never closed",
          {"sum(x", "x=big.npy", "--memory", "256KiB"});
}
