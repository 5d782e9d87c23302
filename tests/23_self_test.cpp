// The full self-test: every device has the stored bits, and a change of them is seen.

#include "lockstep/self_test.hpp"

#include <fstream>
#include <set>

#include "faulty_device.hpp"
#include "golden.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

std::string row_of(const GoldenHash& golden) {
  std::ostringstream row;
  row << "LOCKSTEP_GOLDEN(\"" << golden.name << "\", " << golden.version << ", 0x" << std::hex << golden.hash << "u)";
  return row.str();
}

const GoldenHash* stored(std::string_view name) {
  for (const GoldenHash& golden : golden_hashes())
    if (golden.name == name) return &golden;
  return nullptr;
}

/// Keeps a stored row unless its version was raised: bits do not change by mistake.
GoldenHash row_to_write(const SelfCheck& check) {
  const GoldenHash* old = stored(check.name);
  const bool raised = !old || check.version > old->version;
  return raised ? GoldenHash{check.name, check.version, check.hash} : *old;
}

void write_golden(const SelfTestReport& report) {
  const std::string path = std::string(LOCKSTEP_SOURCE_DIR) + "/engine/src/self_test/golden.def";
  std::vector<std::string> head;
  std::ifstream old(path);
  for (std::string line; std::getline(old, line) && line.starts_with("//");) head.push_back(line);
  old.close();
  std::ofstream file(path);
  for (const std::string& line : head) file << line << '\n';
  for (const SelfCheck& check : report.checks) file << row_of(row_to_write(check)) << '\n';
}

}  // namespace

TEST_CASE("a device with a wrong square root is found out, with the first operand that shows it") {
  const SelfTestReport report = full_self_test(faulty_device());
  CHECK_FALSE(report.passed());
  const SelfCheck* first = nullptr;
  for (const SelfCheck& check : report.checks) {
    if (!check.passed && !first) first = &check;
    const bool uses_sqrt = check.name == "sqrt f32" || check.name == "norm f32" || check.name == "std f32";
    if (uses_sqrt) CHECK_FALSE(check.passed);
    if (check.name == "sqrt f64" || check.name == "add f32" || check.name == "sum f32") CHECK(check.passed);
  }
  REQUIRE(first);
  CHECK(first->name.starts_with("sqrt"));  // of i8 it is one of f32
  CHECK(first->difference.find("instead of") != std::string::npos);
}

// LOCKSTEP_TEST_WRITE_GOLDEN=1 writes engine/src/self_test/golden.def anew; the library must then be built again.
TEST_CASE_FIXTURE(OnDevice, "everything a user can write has the stored bits") {
  const SelfTestReport report = full_self_test(device);
  if (std::getenv("LOCKSTEP_TEST_WRITE_GOLDEN")) write_golden(report);
  std::set<std::string> names;
  for (const SelfCheck& check : report.checks) {
    CHECK_MESSAGE(check.passed, row_of({check.name, check.version, check.hash}) << ' ' << check.difference);
    CHECK_MESSAGE(names.insert(check.name).second, "two checks are called " << check.name);
  }
  CHECK(report.passed());
  CHECK(report.results > 1000000);
  if (device.info().has_f64) CHECK(names.size() == golden_hashes().size());
  for (const FunctionInfo& row : all_functions())
    CHECK_MESSAGE((names.contains(std::string(row.name) + " f32") || names.contains(std::string(row.name) + " i64")),
                  "no check of " << row.name);
  for (const ReductionInfo& row : all_reductions())
    CHECK_MESSAGE((names.contains(std::string(row.name) + " f32") || names.contains(std::string(row.name) + " i64")),
                  "no check of " << row.name);
}

TEST_CASE("a self-test says how far it is, and one failed check fails the report") {
  std::size_t last = 0, of = 0;
  SelfTestReport report = full_self_test(device(), [&](std::size_t done, std::size_t all) { last = done, of = all; });
  CHECK(last == of);
  CHECK(of > 20);
  report.checks[3].passed = false;
  CHECK_FALSE(report.passed());
}

TEST_CASE("the versions of the stored bits are those of the functions") {
  for (const FunctionInfo& row : all_functions())
    for (const DType type : {DType::f32, DType::f64}) {
      const int version = bits_version(row.function, type);
      const GoldenHash* golden = stored(std::string(row.name) + " " + std::string(to_string(type)));
      if (version == 0) continue;
      REQUIRE(golden);
      CHECK(golden->version == version);
    }
}
