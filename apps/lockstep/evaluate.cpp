// lockstep evaluate: expressions over NumPy files and numbers, in one fused pass.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "array_text.hpp"
#include "commands.hpp"
#include "lockstep/decimal.hpp"
#include "lockstep/engine.hpp"
#include "lockstep/npy.hpp"
#include "lockstep/out_of_core.hpp"
#include "lockstep/text.hpp"
#include "named_values.hpp"
#include "profile_report.hpp"
#include "table.hpp"
#include "terminal.hpp"

namespace lockstep::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMostJsonValues = 1000;

struct Options {
  std::string text, device, output, shape, memory;
  std::vector<std::string> values;
  bool json = false, show_program = false, show_source = false;
  ProfileOptions profile;
};

/// A statement whose value is wanted, and then the value.
struct Result {
  Statement statement;
  Array array{};
  std::string file{};  ///< where it was written, or empty

  const Expr& value() const { return statement.value; }
  bool is_scalar() const { return value().rank() == 0; }
};

/// The statements without a name; if all have one, the last of each name.
std::vector<Result> choose_results(const std::vector<Statement>& statements) {
  std::vector<Result> bare, named;
  for (const Statement& statement : statements) {
    if (statement.name.empty()) bare.push_back({statement});
    std::erase_if(named, [&](const Result& r) { return r.statement.name == statement.name; });
    if (!statement.name.empty()) named.push_back({statement});
  }
  return bare.empty() ? named : bare;
}

void stretch(std::vector<Result>& results, const std::string& shape) {
  if (shape.empty()) return;
  for (Result& result : results) result.statement.value = broadcast_to(result.value(), parse_shape(shape));
}

std::vector<Expr> expressions_of(const std::vector<Result>& results) {
  std::vector<Expr> values;
  for (const Result& result : results) values.push_back(result.value());
  return values;
}

/// Another ending would promise another format.
void check_ending(const std::string& output) {
  const std::string ending = std::filesystem::path(output).extension().string();
  if (!ending.empty() && ending != ".npy")
    throw Error(Code::bad_argument, fmt::format("--output '{}' ends in {}, but results are .npy files", output, ending),
                "Give a name that ends in .npy.");
}

/// Gives each result that is to be written its file.
void choose_files(std::vector<Result>& results, const std::string& output) {
  check_ending(output);
  const std::size_t braces = output.find("{}");
  if (braces != std::string::npos) {
    for (std::size_t i = 0; i < results.size(); ++i) {
      const std::string& name = results[i].statement.name;
      results[i].file = std::string(output).replace(braces, 2, name.empty() ? std::to_string(i + 1) : name);
    }
    return;
  }
  std::vector<Result*> arrays;
  for (Result& result : results)
    if (!result.is_scalar() || results.size() == 1) arrays.push_back(&result);
  if (arrays.size() != 1)
    throw Error(Code::bad_argument,
                fmt::format("--output '{}' is one file, but there are {} arrays to write", output, arrays.size()),
                "Put {} where the name or number of each result belongs, such as --output 'out-{}.npy'.");
  arrays.front()->file = output;
}

Json json_value(const Array& array, const std::string& text) {
  if (array.dtype() == DType::boolean) return text == "True";
  if (const auto value = from_decimal<std::int64_t>(text)) return *value;
  if (const auto value = from_decimal<std::uint64_t>(text)) return *value;
  const bool is_finite = text.find_first_not_of("+-.e0123456789") == std::string::npos;
  return is_finite ? Json(from_decimal<double>(text).value()) : Json(text);  // JSON has no nan and no inf
}

Json to_json(const Result& result) {
  Json json = {{"name", result.statement.name}, {"text", result.statement.text}};
  json["type"] = to_string(result.value().dtype());
  json["shape"] = result.value().shape().extents();
  if (!result.file.empty()) {
    json["file"] = result.file;
  } else if (result.array.size() <= kMostJsonValues) {
    Json values = Json::array();
    for (const std::string& text : element_texts(result.array)) values.push_back(json_value(result.array, text));
    json["value"] = result.is_scalar() ? values.front() : values;
  }
  return json;
}

Json as_json(const Device& device, const std::vector<Result>& results) {
  Json json = {{"device", device.name()}, {"results", Json::array()}};
  for (const Result& result : results) json["results"].push_back(to_json(result));
  return json;
}

std::string as_text(const std::vector<Result>& results) {
  std::string text;
  for (const Result& result : results) {
    if (!result.file.empty()) continue;
    const std::string& name = result.statement.name;
    if (!name.empty() && results.size() > 1) text += name + (result.is_scalar() ? " = " : " =\n");
    text += array_text(result.array) + "\n";
  }
  return text;
}

/// True if the files and as much again for results would not fit: they are then read part by part.
bool exceeds_memory(const Device& device, const Options& options) {
  const MemoryUse use = device.memory();
  return bytes_of_files(options.values) > (use.limit - use.in_use) / 2;
}

void evaluate_at_once(const Device& device, std::vector<Result>& results) {
  const std::vector<Array> arrays = device.evaluate(expressions_of(results));
  for (std::size_t i = 0; i < results.size(); ++i) {
    results[i].array = arrays[i];
    if (!results[i].file.empty()) save_npy(results[i].file, results[i].array);
  }
}

/// Part by part from files to files; what has no file of its own must fit in the device's memory.
void evaluate_in_parts(const Device& device, std::vector<Result>& results) {
  std::vector<std::unique_ptr<NpyWriter>> files;
  std::vector<ChunkedValue> values;
  for (const Result& result : results) {
    values.push_back({result.value(), {}});
    if (result.file.empty()) continue;
    // A plain number becomes an element of its own type, as where it is evaluated at once.
    files.push_back(std::make_unique<NpyWriter>(result.file, result.value().dtype(), result.value().shape()));
    values.back().sink = [file = files.back().get()](std::span<const std::byte> part) { file->write(part); };
  }
  const MemoryUse use = device.memory();
  const std::vector<Array> arrays = evaluate_chunked(device, values, {(use.limit - use.in_use) / 2});
  for (std::size_t i = 0; i < results.size(); ++i) results[i].array = arrays[i];
  for (const auto& file : files) file->commit();
}

/// The expressions, with files used in place if they are to be read in parts. What needs whole arrays (brackets, sorts)
/// has them loaded all the same, if they fit.
std::vector<Result> read_results(const Device& device, const Options& options, bool& in_parts) {
  const auto whole = [&] {
    return choose_results(parse(options.text, read_named_values(device, options.values), device));
  };
  if (!in_parts) return whole();
  std::string obstacle;
  try {
    return choose_results(parse(options.text, read_named_values(device, options.values, true)));
  } catch (const Error& error) {
    in_parts = false;
    obstacle = error.message();
  }
  try {
    return whole();
  } catch (const Error& error) {
    if (error.code() != Code::out_of_memory) throw;
    throw Error(error.code(), error.message(), "It cannot be computed part by part, which needs less:\n" + obstacle,
                error.details());
  }
}

int run(const Options& options) {
  const DeviceOptions limits{options.memory.empty() ? 0 : parse_bytes(options.memory, "--memory")};
  const Device device = Engine().open(options.device, limits);
  std::optional<Profile> profile = start_profile(device, options.profile);
  bool in_parts = !options.show_program && !options.show_source && exceeds_memory(device, options);
  std::vector<Result> results = read_results(device, options, in_parts);
  for (const std::string& name : unused_names(options.text, options.values))
    note(fmt::format("no expression uses the value of '{}'", name));
  stretch(results, options.shape);
  if (options.show_program || options.show_source) {
    const std::vector<Expr> values = expressions_of(results);
    print((options.show_program ? device.show_program(values) : "") +
          (options.show_source ? device.show_source(values) : ""));
    return kGood;
  }
  if (!options.output.empty()) choose_files(results, options.output);
  (in_parts ? evaluate_in_parts : evaluate_at_once)(device, results);
  // Both read the values that they show from the device, which belongs to the profile.
  const std::string text = options.json ? "" : as_text(results);
  Json json = options.json ? as_json(device, results) : Json();
  const std::optional<ProfileReport> report = finish_profile(profile, device, options.profile);
  if (report && options.json) json["profile"] = profile_json(*report);
  print(options.json ? json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n" : text);
  return kGood;
}

}  // namespace

Run setup_evaluate(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("EXPRESSION", options->text, "one or several, with ';' between them")->required()->type_name("");
  app.add_option("VALUE", options->values, "name=file.npy or name=number for each name in the expression")
      ->type_name("");
  app.add_option("-o,--output", options->output, "write the array to this .npy file instead of printing it")
      ->type_name("FILE");
  app.add_option("-d,--device", options->device, kDeviceHelp)->type_name("DEVICE");
  app.add_option("--shape", options->shape, "stretch the results to this shape, such as 1000 or 20,30")
      ->type_name("SHAPE");
  app.add_option("--memory", options->memory, "the most memory that arrays may take, such as 512MiB")
      ->type_name("BYTES");
  add_profile_options(app, options->profile);
  app.add_flag("--json", options->json, "print JSON");
  app.add_flag("--show-program", options->show_program, "print the fused program instead of running it");
  app.add_flag("--show-source", options->show_source, "print what the device's compiler gets instead of running it");
  app.footer(
      "All results are computed together, reading each file once. Results are the statements without a name "
      "('sum(x)');\n"
      "if each has a name ('r = x + y'), all are. Numbers are printed in the shortest form that reads back to the "
      "same\n"
      "bits, of an axis longer than 10 only both ends. A number adapts to the type it meets, as in NumPy: with x of "
      "f32,\n"
      "'a*x' with a=2.5 is f32. With a type it keeps it: a=2.5f64, n=3u8.\n"
      "--output takes the one array; scalars beside it are printed. For several, put {} where the name or number of "
      "each\n"
      "result belongs: all results are written then. Files appear complete or not at all; an input may be "
      "overwritten.\n"
      "Files larger than half of the device's memory, or of --memory, are read and written part by part, with the "
      "same\n"
      "bits.\n"
      "JSON: device; results[]: name text type shape and either file or value (row-major, up to 1000 elements).\n\n"
      "Examples:\n"
      "  lockstep evaluate 'sum(x*y)' x=a.npy y=b.npy\n"
      "  lockstep evaluate 'sqrt(x*x + y*y); max(x)' x=x.npy y=y.npy --output r.npy\n"
      "  lockstep evaluate 'lo = min(x); hi = max(x)' x=x.npy --json\n"
      "  lockstep evaluate 'index(0)*dx' dx=0.01 --shape 1000 --output grid.npy");
  return [options] { return run(*options); };
}

}  // namespace lockstep::app
