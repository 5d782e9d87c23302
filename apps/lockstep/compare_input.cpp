#include "compare_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lockstep/csv.hpp"
#include "lockstep/error.hpp"

namespace lockstep::app {
namespace {

namespace fs = std::filesystem;

/// A value of a run's record, or empty. A record that does not parse is an error: it says what the run was.
std::string record_text(const fs::path& path, const char* key) {
  if (!fs::exists(path)) return {};
  const auto record = nlohmann::json::parse(read_file(path), nullptr, false);
  if (record.is_discarded())
    throw Error(Code::bad_text, fmt::format("'{}' is no JSON", path.string()),
                "Was the run interrupted? Run it again.");
  const auto found = record.is_object() ? record.find(key) : record.end();
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// The diagnostics have the run's precision, the times beside them are f64 in every run.
Npy read_thermo(const fs::path& path, std::optional<DType> floating) {
  Npy table = read_csv(path, floating.value_or(DType::f64)), times = read_csv(path);
  for (std::size_t i = 0; i < table.fields.size(); ++i)
    if (table.fields[i].name == "time") table.fields[i] = std::move(times.fields[i]);
  return table;
}

CompareInput read_run(const fs::path& folder, std::optional<DType> floating) {
  const fs::path record = folder / "run.json";
  if (!floating) floating = dtype_from_string(record_text(record, "precision"));
  const fs::path table = fs::exists(folder / "final.csv") ? folder / "final.csv" : folder / "final.npy";
  if (!fs::exists(table))
    throw Error(Code::file, fmt::format("'{}' is no run: it holds neither final.csv nor final.npy", folder.string()),
                "Give a folder that `lockstep simulate --output` wrote, or two files.");
  CompareInput input = read_compare_input(table, floating);
  if (fs::exists(folder / "thermo.csv")) input.thermo = read_thermo(folder / "thermo.csv", floating);
  input.state_hash = record_text(record, "state_hash");
  return input;
}

/// `values` in another type; nothing if that is an integer type that one of them does not fit.
template <class To, class From>
std::optional<std::vector<To>> converted(const std::vector<From>& values) {
  if constexpr (std::is_integral_v<To>)
    if (!std::all_of(values.begin(), values.end(), [](From v) { return std::in_range<To>(v); })) return std::nullopt;
  std::vector<To> out;
  out.reserve(values.size());
  for (const From v : values) out.push_back(static_cast<To>(v));
  return out;
}

/// Gives a column of integers, or of nothing, as a text has them, another type.
void adapt(NpyField& field, DType type) {
  if (field.size() == 0) field.type = type;
  if (!is_integer(field.type) || field.type == type || type == DType::boolean) return;
  visit(field.type, [&]<Element From>() {
    visit(type, [&]<Element To>() {
      if constexpr (std::is_integral_v<From> && !std::is_same_v<From, bool> && !std::is_same_v<To, bool>)
        if (const auto values = converted<To>(field.values<From>())) field = make_field(field.name, *values);
    });
  });
}

}  // namespace

CompareInput read_compare_input(const fs::path& path, std::optional<DType> floating) {
  if (fs::is_directory(path)) return read_run(path, floating);
  const std::string extension = path.extension().string();
  if (extension == ".csv") return {path.string(), read_csv(path, floating.value_or(DType::f64)), true, {}, {}};
  if (extension == ".npy" || !fs::exists(path)) return {path.string(), read_npy(path), false, {}, {}};
  throw Error(Code::bad_argument,
              fmt::format("'{}' is neither a .npy file nor a .csv file nor a folder", path.string()),
              "Two arrays (.npy), two tables (.csv or structured .npy) or two runs' folders can be compared.");
}

void reconcile(CompareInput& a, CompareInput& b) {
  for (std::size_t i = 0; i < std::min(a.state.fields.size(), b.state.fields.size()); ++i) {
    NpyField &fa = a.state.fields[i], &fb = b.state.fields[i];
    if (a.is_text) adapt(fa, fb.type);
    if (b.is_text) adapt(fb, fa.type);
  }
}

}  // namespace lockstep::app
