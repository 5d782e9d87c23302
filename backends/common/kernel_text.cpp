#include "backends/common/kernel_text.hpp"

#include <algorithm>

#include "backends/common/element.hpp"
#include "backends/common/families.hpp"
#include "backends/common/helpers.hpp"

namespace lockstep::text {
namespace {

// Places and strides may be negative, counts not.
const char* geometry_type(const std::string& name) {
  const bool operand =
      std::string_view("air").find(name[0]) != std::string_view::npos && name[1] >= '0' && name[1] <= '9';
  return operand ? "long" : "ulong";
}

std::string parameters(const KernelParts& k, Stage stage) {
  const Dialect& d = k.dialect;
  const bool run = stage == Stage::run;
  std::string text;
  const auto add = [&](const std::string& parameter) { text += (text.empty() ? "\n    " : ",\n    ") + parameter; };
  const auto pointer = [&](bool constant, DType type, char letter, std::size_t n) {
    add(fmt::format("{}{}{}* {}{}{}", d.global, constant ? "const " : "", d.memory_type(type),
                    k.layout.separate ? d.restrict_ : "", letter, n));
  };
  const auto& same = k.layout.same_as;
  for (std::size_t a = 0; run && a < k.program.arrays.size(); ++a)
    pointer(std::find(same.begin(), same.end(), static_cast<int>(a)) == same.end(), k.program.arrays[a], 'a', a);
  for (std::size_t o = 0; o < k.program.outputs.size(); ++o)
    if (run ? same[o] < 0 : k.program.outputs[o].fold != Fold::store)
      pointer(false, k.program.output_type(k.program.outputs[o]), 'r', o);
  if (is_fold(k.layout.family)) add(fmt::format("{}uchar* {}scratch", d.global, d.restrict_));
  for (std::size_t s = 0; run && s < k.program.scalars.size(); ++s)
    add(fmt::format("const {} s{}", d.memory_type(k.program.scalars[s]), s));
  if (run && k.layout.packed)
    add(fmt::format("{}const ulong* {}geometry", d.global, d.restrict_));
  else if (d.gathers_geometry)
    add("const struct Geometry geometry");
  else
    for (const std::string& name : geometry_names(k.program, k.layout, stage))
      add(fmt::format("const {} {}", geometry_type(name), name));
  return text;
}

void kernel(Writer& w, const KernelParts& k, Stage stage) {
  const bool run = stage == Stage::run;
  const bool packed = run && k.layout.packed, gathered = k.dialect.gathers_geometry && !packed;
  const auto names = geometry_names(k.program, k.layout, stage);
  if (gathered) {
    w.open("struct Geometry");
    for (const std::string& name : names) w.line("{} {};", geometry_type(name), name);
    w.close(";");
  }
  const std::string group =
      fmt::format(fmt::runtime(k.dialect.group_size), run ? group_size_of(k.layout) : finish_size_of(k.layout));
  w.open("{} {} void {}({})", k.dialect.kernel, group, kKernelName, parameters(k, stage));
  for (std::size_t i = 0; i < names.size() && (packed || gathered); ++i)
    w.line("const {} {} = geometry{};", geometry_type(names[i]), names[i],
           packed ? fmt::format("[{}]", i) : "." + names[i]);
  (run ? body_of(k.layout.family) : finish_body)(w, k);
  w.close();
}

// Those vectors that the code uses: "V4_f32".
std::string vector_types(const Layout& layout, const Dialect& dialect, std::string_view code) {
  std::string types;
  for (DType type : all_dtypes()) {
    const std::string name = fmt::format("V{}_{}", layout.vector, to_string(type));
    if (code.find(name + " ") == std::string_view::npos) continue;
    const auto bytes = static_cast<std::size_t>(layout.vector) * size_of(type);
    types += fmt::format("struct {} {} {{ {} v[{}]; }};\n",
                         fmt::format(fmt::runtime(dialect.aligned), std::min<std::size_t>(16, bytes)), name,
                         dialect.memory_type(type), layout.vector);
  }
  return types;
}

}  // namespace

std::string kernel_text(const Program& program, const Layout& layout, Stage stage, const Dialect& dialect) {
  const KernelParts parts{program, layout, dialect, Element(program, layout, dialect), folds_of(program, dialect)};
  Writer w;
  combine_functions(w, program, dialect);
  kernel(w, parts, stage);
  const std::string helpers = helpers_for(dialect, w.text());
  const std::string body = vector_types(layout, dialect, w.text()) + helpers + w.text();
  return fmt::format("{}{}{}{}", dialect.prologue, body.find("double") != std::string::npos ? dialect.f64_prologue : "",
                     body.find("shuffle_") != std::string::npos ? dialect.shuffle_prologue : "", body);
}

}  // namespace lockstep::text
