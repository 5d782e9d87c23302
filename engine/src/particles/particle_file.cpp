#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <type_traits>

#include "lockstep/csv.hpp"
#include "lockstep/error.hpp"
#include "lockstep/nearest.hpp"
#include "particles/particle_source.hpp"

namespace lockstep::particles {
namespace {

constexpr std::string_view kColumns[] = {"x", "y", "w", "id"};
constexpr std::size_t kNeeded = 3;  // all but the id

void check_columns(const Npy& table, const std::string& file) {
  for (const NpyField& field : table.fields) {
    if (std::find(std::begin(kColumns), std::end(kColumns), field.name) != std::end(kColumns)) continue;
    const std::string_view near = detail::nearest(field.name, kColumns);
    throw Error(Code::bad_argument, fmt::format("{}: unknown column '{}'", file, field.name),
                fmt::format("{}The columns are x, y, w and, if wanted, id.",
                            near.empty() ? std::string() : fmt::format("Did you mean '{}'? ", near)));
  }
  for (const std::string_view name : std::span(kColumns).first(kNeeded))
    if (!table.find(name))
      throw Error(Code::bad_argument, fmt::format("{}: the column '{}' is missing", file, name),
                  "The columns are x, y, w and, if wanted, id.");
}

// A u64 beyond the end of i64 comes out negative, which is refused with the other negative ones.
std::vector<std::int64_t> integers(const NpyField& field) {
  return visit(field.type, [&]<Element T>() -> std::vector<std::int64_t> {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      const std::vector<T> values = field.values<T>();
      return {values.begin(), values.end()};
    }
    return {};
  });
}

std::vector<double> matrix_column(const std::vector<double>& values, std::size_t column) {
  std::vector<double> out(values.size() / kNeeded);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = values[i * kNeeded + column];
  return out;
}

std::vector<std::int64_t> read_ids(const Npy& table, std::size_t count, const std::string& file) {
  const NpyField* field = table.find("id");
  if (!field) {
    std::vector<std::int64_t> ids(count);
    std::iota(ids.begin(), ids.end(), std::int64_t{0});
    return ids;
  }
  if (!is_integer(field->type) && count > 0)
    throw Error(Code::bad_type,
                fmt::format("{}: the column 'id' must hold integers, not {}", file, to_string(field->type)));
  return integers(*field);
}

Particles from_table(const Npy& table, const std::string& file) {
  if (table.shape.rank() != 1)
    throw Error(Code::bad_shape,
                fmt::format("{}: a table of particles has one axis, not shape {}", file, to_string(table.shape)));
  check_columns(table, file);
  Particles p;
  p.x = table.find("x")->to_f64();
  p.y = table.find("y")->to_f64();
  p.w = table.find("w")->to_f64();
  p.id = read_ids(table, p.x.size(), file);
  return p;
}

Particles from_matrix(const Npy& matrix, const std::string& file) {
  if (matrix.shape.rank() != 2 || matrix.shape[1] != kNeeded)
    throw Error(Code::bad_shape, fmt::format("{}: particles need shape (n, 3), not {}", file, to_string(matrix.shape)),
                "The columns are x, y, w. A structured array with these names works too.");
  Particles p;
  const std::vector<double> values = matrix.fields.front().to_f64();
  p.x = matrix_column(values, 0);
  p.y = matrix_column(values, 1);
  p.w = matrix_column(values, 2);
  p.id.resize(p.x.size());
  std::iota(p.id.begin(), p.id.end(), std::int64_t{0});
  return p;
}

}  // namespace

Particles read_particle_file(const std::filesystem::path& path, DType precision) {
  const std::string file = path.string();
  if (path.extension() == ".csv") return from_table(read_csv(path, precision), file);
  if (path.extension() == ".npy") {
    const Npy npy = read_npy(path);
    return npy.structured ? from_table(npy, file) : from_matrix(npy, file);
  }
  throw Error(Code::bad_argument, fmt::format("'{}' is neither .csv nor .npy", file),
              "The ending of 'particles.file' says how it is read.");
}

}  // namespace lockstep::particles
