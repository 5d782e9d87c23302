// lockstep compare: do two arrays, tables or runs have the same bits, and if not, where do they differ first.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "compare_input.hpp"
#include "difference.hpp"
#include "lockstep/error.hpp"
#include "terminal.hpp"

namespace lockstep::app {
namespace {

using Json = nlohmann::ordered_json;

/// Two tables or arrays beside each other, and how the places in them are called.
struct Comparison {
  Npy a, b;
  std::string key;       ///< the column that names the rows: "id", "step", or none
  std::string obstacle;  ///< why they could not be compared value by value
  Difference difference{};

  bool equal() const { return obstacle.empty() && difference.differing == 0; }
};

std::string rows_only_in(const NpyField& a, const NpyField& b, const std::string& key) {
  for (std::uint64_t row = 0; row < a.size(); ++row)
    if (element_text(a, row) != element_text(b, row))
      return fmt::format("{} {} of A against {} of B: not the same rows", key, element_text(a, row),
                         element_text(b, row));
  return {};
}

Comparison compare(Npy a, Npy b, const std::string& key) {
  Comparison result{std::move(a), std::move(b), key, {}};
  result.obstacle = find_obstacle(result.a, result.b);
  if (result.obstacle.empty() && !key.empty())
    result.obstacle = rows_only_in(*result.a.find(key), *result.b.find(key), key);
  if (result.obstacle.empty()) result.difference = find_difference(result.a, result.b);
  return result;
}

Comparison compare_states(CompareInput a, CompareInput b) {
  reconcile(a, b);
  const bool has_ids = a.state.find("id") && b.state.find("id") && a.state.shape.rank() == 1;
  if (!has_ids) return compare(std::move(a.state), std::move(b.state), "");
  return compare(sorted_by_id(a.state, a.name), sorted_by_id(b.state, b.name), "id");
}

/// The diagnostics of two runs, if both have them and they are comparable.
std::optional<Comparison> compare_thermo(const CompareInput& a, const CompareInput& b) {
  if (!a.thermo || !b.thermo) return std::nullopt;
  const bool has_steps = a.thermo->find("step") && b.thermo->find("step");
  return compare(*a.thermo, *b.thermo, has_steps ? "step" : "");
}

std::string place_text(const Comparison& c, const Mismatch& at) {
  const std::string column = c.a.fields[at.column].name;
  if (!c.key.empty()) return fmt::format("{} {}, {}", c.key, element_text(*c.a.find(c.key), at.row), column);
  if (c.a.structured && c.a.shape.rank() == 1) return fmt::format("row {}, {}", at.row, column);
  std::string index;
  std::uint64_t rest = at.row;
  for (int d = c.a.shape.rank() - 1; d >= 0; --d) {
    index = fmt::format("{}{}", rest % c.a.shape[d], index.empty() ? "" : ", " + index);
    rest /= c.a.shape[d];
  }
  return fmt::format("[{}]{}", index, column.empty() ? "" : ", " + column);
}

std::string distance_text(const Comparison& c, const Mismatch& at) {
  if (!at.ulps) return "one is NaN";
  const bool floating = is_floating(c.a.fields[at.column].type);
  return fmt::format("{} {}", *at.ulps, floating ? *at.ulps == 1 ? "ulp" : "ulps" : "apart");
}

std::string mismatch_text(const Comparison& c, const Mismatch& at) {
  return fmt::format("{}: {} against {} ({})", place_text(c, at), at.a, at.b, distance_text(c, at));
}

std::string as_text(const Comparison& c) {
  if (!c.obstacle.empty()) return fmt::format("  {}\n", c.obstacle);
  const Difference& d = c.difference;
  std::string counts = fmt::format("{} of {} values", d.differing, d.values);
  if (c.a.structured) counts += fmt::format(", in {} of {} rows", d.rows, c.a.shape.size());
  return fmt::format("  first:  {}\n  in all: {}\n  most:   {}\n", mismatch_text(c, *d.first), counts,
                     mismatch_text(c, *d.worst));
}

std::string as_text(const Comparison& state, const std::optional<Comparison>& thermo) {
  std::string text;
  if (thermo && !thermo->equal()) text += "diagnostics differ (thermo.csv)\n" + as_text(*thermo);
  if (!state.equal()) text += (thermo ? "final states differ\n" : "they differ\n") + as_text(state);
  if (!text.empty()) return text;
  if (!state.a.structured) return fmt::format("equal bits: {} values\n", state.difference.values);
  return fmt::format("equal bits: {} rows of {} columns\n", state.a.shape.size(), state.a.fields.size());
}

Json to_json(const Comparison& c, const std::optional<Mismatch>& at) {
  if (!at) return nullptr;
  Json json = {{"index", at->row}};
  if (!c.key.empty()) json[c.key] = Json::parse(element_text(*c.a.find(c.key), at->row));
  if (c.a.structured) json["column"] = c.a.fields[at->column].name;
  json["a"] = at->a;
  json["b"] = at->b;
  json["ulps"] = at->ulps ? Json(*at->ulps) : Json(nullptr);
  return json;
}

Json to_json(const Comparison& c) {
  const Difference& d = c.difference;
  return {{"equal", c.equal()},       {"obstacle", c.obstacle},       {"values", d.values},
          {"differing", d.differing}, {"first", to_json(c, d.first)}, {"worst", to_json(c, d.worst)}};
}

struct Options {
  std::string a, b, type;
  bool json = false;
};

int run(const Options& options) {
  const std::optional<DType> type =
      options.type.empty() ? std::nullopt : std::optional(options.type == "f32" ? DType::f32 : DType::f64);
  CompareInput a = read_compare_input(options.a, type), b = read_compare_input(options.b, type);
  const std::optional<Comparison> thermo = compare_thermo(a, b);
  if (a.thermo.has_value() != b.thermo.has_value())
    note(fmt::format("only {} has a thermo.csv; the final states are compared", a.thermo ? "A" : "B"));
  const std::string hash_a = a.state_hash, hash_b = b.state_hash;
  const Comparison state = compare_states(std::move(a), std::move(b));
  const bool equal = state.equal() && (!thermo || thermo->equal());
  if (options.json) {
    Json json = {{"equal", equal}, {"state", to_json(state)}};
    json["thermo"] = thermo ? to_json(*thermo) : Json(nullptr);
    json["state_hash"] = {{"a", hash_a}, {"b", hash_b}};
    print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else {
    print(as_text(state, thermo));
  }
  return equal ? kGood : kNo;
}

}  // namespace

Run setup_compare(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("A", options->a, "a .npy file, a .csv table or a run's folder")->required()->type_name("");
  app.add_option("B", options->b, "another one of the same kind")->required()->type_name("");
  app.add_option("--type", options->type,
                 "what a table's floating columns hold (default: as the run's record says, else f64)")
      ->check(CLI::IsMember({"f32", "f64"}));
  app.add_flag("--json", options->json, "print JSON");
  app.footer(
      "Says 'equal bits' (exit 0), or where the two differ first, in how many places, and by how much at most (exit "
      "1).\n"
      "Bits decide: 0.0 and -0.0 differ by 1 ulp; NaN equals NaN. Rows with an 'id' column are matched by id. Of "
      "runs,\n"
      "thermo.csv is compared too: its first line that differs is the first step at which the runs parted.\n"
      "Other shapes, types or columns are a difference (exit 1); a missing file is an error (exit 2).\n"
      "JSON: equal; state and thermo: equal obstacle values differing first worst; first and worst: index id|step\n"
      "column a b ulps (null: one is NaN); state_hash: a b.\n\n"
      "Examples:\n"
      "  lockstep compare a.npy b.npy\n"
      "  lockstep compare runs/cpu runs/gpu");
  return [options] { return run(*options); };
}

}  // namespace lockstep::app
