#include <nlohmann/json.hpp>

#include <cmath>

#include "lockstep/csv.hpp"
#include "program.hpp"
#include "support.hpp"

using namespace lockstep;
using namespace lockstep::test;
using Json = nlohmann::json;

namespace {

struct Fixture {
  TemporaryFolder folder;

  template <class T>
  void save(const char* name, const Shape& shape, const std::vector<T>& values) const {
    write_npy(folder / name, {shape, {make_field("", values)}});
  }
  /// A run's folder with these files.
  void save_run(const std::string& name, const std::string& final_state, const std::string& thermo = {},
                const std::string& record = {}) const {
    std::filesystem::create_directory(folder / name);
    write_file(folder / (name + "/final.csv"), final_state);
    if (!thermo.empty()) write_file(folder / (name + "/thermo.csv"), thermo);
    if (!record.empty()) write_file(folder / (name + "/run.json"), record);
  }
  Outcome compare(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "compare");
    return run_program(arguments, {.folder = folder.path().string()});
  }
  void equal(const std::string& a, const std::string& b) const {
    const Outcome outcome = compare({a, b});
    CHECK_MESSAGE(outcome.exit == 0, (outcome.out + outcome.err));
    CHECK(outcome.out.starts_with("equal bits"));
  }
  void differ(const std::string& part, const std::vector<std::string>& arguments) const {
    const Outcome outcome = compare(arguments);
    CHECK(outcome.exit == 1);
    CHECK_MESSAGE(outcome.out.find(part) != std::string::npos, (outcome.out + outcome.err));
    CHECK_FALSE(outcome.out.starts_with("equal"));
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "arrays with equal bits are equal, NaN to NaN") {
  save("a.npy", Shape{4}, std::vector<double>{1, NAN, -0.0, INFINITY});
  save("b.npy", Shape{4}, std::vector<double>{1, -NAN, -0.0, INFINITY});
  equal("a.npy", "b.npy");
  save("e.npy", Shape{0}, std::vector<double>{});
  equal("e.npy", "e.npy");
}

TEST_CASE_FIXTURE(Fixture, "the first element that differs, the number of them and the largest distance are named") {
  const double next = std::nextafter(1.0, 2.0);
  save("a.npy", Shape{2, 3}, std::vector<double>{0, 1, 2, 3, 1, 5});
  save("b.npy", Shape{2, 3}, std::vector<double>{0, 1, 2, 3, next, 5});
  differ("first:  [1, 1]: 1.0 against 1.0000000000000002 (1 ulp)", {"a.npy", "b.npy"});
  save("c.npy", Shape{2, 3}, std::vector<double>{-0.0, 1, NAN, 3, next, 5});
  differ("first:  [0, 0]: 0.0 against -0.0 (1 ulp)", {"a.npy", "c.npy"});
  differ("3 of 6 values", {"a.npy", "c.npy"});
  differ("most:   [0, 2]: 2.0 against nan (one is NaN)", {"a.npy", "c.npy"});
  save("f.npy", Shape{1}, std::vector<float>{-1e-45f});
  save("g.npy", Shape{1}, std::vector<float>{1e-45f});
  differ("(3 ulps)", {"f.npy", "g.npy"});  // by way of -0 and 0
}

TEST_CASE_FIXTURE(Fixture, "integers differ by their difference, over the whole range") {
  save("a.npy", Shape{2}, std::vector<std::int64_t>{INT64_MIN, 5});
  save("b.npy", Shape{2}, std::vector<std::int64_t>{INT64_MAX, 5});
  differ("(18446744073709551615 apart)", {"a.npy", "b.npy"});
  differ("1 of 2 values", {"a.npy", "b.npy"});
}

TEST_CASE_FIXTURE(Fixture, "other shapes, types, columns and rows are a difference") {
  save("a.npy", Shape{6}, std::vector<double>(6));
  save("b.npy", Shape{2, 3}, std::vector<double>(6));
  save("c.npy", Shape{6}, std::vector<float>(6));
  differ("shape (6,) against (2, 3)", {"a.npy", "b.npy"});
  differ("type f64 against f32", {"a.npy", "c.npy"});
  write_file(folder / "a.csv", "id,x\n1,0.5\n");
  write_file(folder / "b.csv", "id,y\n1,0.5\n");
  write_file(folder / "c.csv", "id,x\n1,0.5\n2,0.5\n");
  write_file(folder / "d.csv", "id,x\n3,0.5\n");
  differ("columns id,x against id,y", {"a.csv", "b.csv"});
  differ("1 rows against 2", {"a.csv", "c.csv"});
  differ("id 1 of A against 3 of B", {"a.csv", "d.csv"});
  differ("B is a table", {"a.npy", "a.csv"});
}

TEST_CASE_FIXTURE(Fixture, "tables are matched by id") {
  write_file(folder / "a.csv", "id,x,vx\n7,0.5,1.0\n-2,0.25,2.0\n");
  write_file(folder / "b.csv", "id,x,vx\n-2,0.25,2.0\n7,0.5,1.0\n");
  equal("a.csv", "b.csv");
  write_file(folder / "c.csv", "id,x,vx\n-2,0.25,2.0\n7,0.5,1.5\n");
  differ("first:  id 7, vx: 1.0 against 1.5", {"a.csv", "c.csv"});
  differ("1 of 6 values, in 1 of 2 rows", {"a.csv", "c.csv"});
}

TEST_CASE_FIXTURE(Fixture, "a table and a structured NumPy file with the same numbers are equal") {
  const std::vector<std::uint64_t> id{1, 2};
  const std::vector<double> x{3, 4};
  write_npy(folder / "a.npy", {Shape{2}, {make_field("id", id), make_field("x", x)}, true});
  write_file(folder / "a.csv", "id,x\n1,3\n2,4\n");
  equal("a.npy", "a.csv");
  equal("a.csv", "a.npy");
  write_file(folder / "b.csv", "id,x\n1,3.0\n2,4.5\n");
  write_file(folder / "c.csv", "id,x\n1,3\n2,4\n");
  differ("id 2, x: 4.5 against 4.0", {"b.csv", "c.csv"});
}

TEST_CASE_FIXTURE(Fixture, "the distance in an f32 table is counted in f32") {
  write_file(folder / "a.csv", "x\n0.1\n");
  write_file(folder / "b.csv", "x\n0.10000001\n");
  differ("(1 ulp)", {"a.csv", "b.csv", "--type", "f32"});
  save_run("a", "id,x\n1,0.1\n", {}, R"({"precision": "f32"})");
  save_run("b", "id,x\n1,0.10000001\n", {}, R"({"precision": "f32"})");
  differ("id 1, x: 0.1 against 0.10000001 (1 ulp)", {"a", "b"});
}

TEST_CASE_FIXTURE(Fixture, "of two runs the first step, then the first particle and component are named") {
  save_run("a", "id,x,vx\n1,0.5,1.0\n2,0.5,1.0\n", "step,kinetic\n0,1.0\n10,1.5\n20,2.0\n", R"({"state_hash": "aa"})");
  save_run("b", "id,x,vx\n1,0.5,1.0\n2,0.5,1.25\n", "step,kinetic\n0,1.0\n10,1.75\n20,2.5\n",
           R"({"state_hash": "bb"})");
  equal("a", "a");
  differ("first:  step 10, kinetic: 1.5 against 1.75", {"a", "b"});
  differ("first:  id 2, vx: 1.0 against 1.25", {"a", "b"});
  const Json json = Json::parse(compare({"a", "b", "--json"}).out);
  CHECK(json.at("equal") == false);
  CHECK(json.at("thermo").at("first").at("step") == 10);
  CHECK(json.at("state").at("first").at("id") == 2);
  CHECK(json.at("state").at("first").at("column") == "vx");
  CHECK(json.at("state").at("differing") == 1);
  CHECK(json.at("state").at("worst").at("ulps") == 1125899906842624);
  CHECK(json.at("state_hash").at("b") == "bb");
  CHECK(Json::parse(compare({"a", "a", "--json"}).out).at("equal") == true);
}

TEST_CASE_FIXTURE(Fixture, "runs whose final states are equal but not their way there differ") {
  save_run("a", "id,x\n1,0.5\n", "step,kinetic\n0,1.0\n10,1.5\n");
  save_run("b", "id,x\n1,0.5\n", "step,kinetic\n0,1.0\n10,1.75\n");
  save_run("c", "id,x\n1,0.5\n");
  differ("diagnostics differ", {"a", "b"});
  const Outcome outcome = compare({"a", "c"});
  CHECK(outcome.exit == 0);
  CHECK(outcome.err.find("only A has a thermo.csv") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "diagnostics of f32 runs differ by f32 ulps, their times are f64") {
  const char* const record = "{\"precision\": \"f32\"}";
  save_run("a", "id,x\n1,0.5\n", "step,time,kinetic\n0,0.1,1.0\n", record);
  save_run("b", "id,x\n1,0.5\n", "step,time,kinetic\n0,0.1,1.0000001\n", record);
  save_run("c", "id,x\n1,0.5\n", "step,time,kinetic\n0,0.10000000000000002,1.0\n", record);
  differ("step 0, kinetic: 1.0 against 1.0000001 (1 ulp)", {"a", "b"});
  differ("step 0, time: 0.1 against 0.10000000000000002 (1 ulp)", {"a", "c"});
}

TEST_CASE_FIXTURE(Fixture, "runs of no particles are equal, as tables and as arrays") {
  save_run("a", "id,x\n", "step,r_mean\n0,nan\n");
  save_run("b", "id,x\n", "step,r_mean\n0,nan\n");
  equal("a", "b");
  write_npy(folder / "c.npy",
            {Shape{0}, {make_field("id", std::vector<std::int64_t>{}), make_field("x", std::vector<float>{})}, true});
  equal("a/final.csv", "c.npy");
  save_run("d", "id,x\n1,0.5\n");
  differ("0 rows against 1", {"a/final.csv", "d/final.csv"});
}

TEST_CASE_FIXTURE(Fixture, "what cannot be read is no answer but an error") {
  const Surroundings here{.folder = folder.path().string()};
  save("a.npy", Shape{1}, std::vector<double>{1});
  write_file(folder / "a.txt", "hello");
  write_file(folder / "twice.csv", "id,x\n1,1\n1,2\n");
  write_file(folder / "float.csv", "id,x\n1.5,1\n");
  write_file(folder / "bad.csv", "id,x\n1,one\n");
  std::filesystem::create_directory(folder / "empty");
  save_run("broken", "id,x\n1,1\n", {}, "{");
  check_refused(2, "'none.npy' cannot be read", {"compare", "a.npy", "none.npy"}, here);
  check_refused(2, "'none.csv' cannot be read", {"compare", "none.csv", "a.npy"}, here);
  check_refused(2, "'none' cannot be read", {"compare", "none", "a.npy"}, here);
  check_refused(2, "neither a .npy file nor a .csv file", {"compare", "a.npy", "a.txt"}, here);
  check_refused(2, "id 1 occurs twice", {"compare", "twice.csv", "twice.csv"}, here);
  check_refused(2, "not integers", {"compare", "float.csv", "float.csv"}, here);
  check_refused(2, "bad.csv:2:3: 'one'", {"compare", "bad.csv", "bad.csv"}, here);
  check_refused(2, "holds neither final.csv nor final.npy", {"compare", "empty", "empty"}, here);
  check_refused(2, "is no JSON", {"compare", "broken", "broken"}, here);
  check_refused(2, "B is required", {"compare", "a.npy"}, here);
}
