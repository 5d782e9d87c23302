#include "backends/common/element.hpp"

#include <algorithm>
#include <cctype>

namespace lockstep::text {
namespace {

// Compilers for processors make vectors of a loop that has no branches.
bool has_branches(Family family) {
  return family != Family::blocks && family != Family::along && family != Family::across;
}

bool is_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Integers are computed unsigned, where they wrap; 8-bit ones in int, where they cannot overflow.
std::string wrapping(const Dialect& d, DType type, std::string_view x, std::string_view y, char sign) {
  if (type == DType::boolean) return fmt::format("({} {} {})", x, sign == '*' ? '&' : '|', y);
  if (size_of(type) == 1) return fmt::format("({})({} {} {})", d.type(type), x, sign, y);
  if (!is_signed(type)) return fmt::format("{} {} {}", x, sign, y);
  const auto u = d.type(unsigned_of(type));
  return fmt::format("({})(({}){} {} ({}){})", d.type(type), u, x, sign, u, y);
}

}  // namespace

std::string apply(const Dialect& dialect, Op op, DType type, DType result, std::string_view x, std::string_view y,
                  std::string_view z) {
  const std::string_view text = info(op).text;
  if (text.starts_with("{w}")) return wrapping(dialect, type, x, y, text[6]);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool alone = (i == 0 || !is_letter(text[i - 1])) && (i + 1 == text.size() || !is_letter(text[i + 1]));
    if (text.substr(i, 3) == "{T}" || text.substr(i, 3) == "{R}") {
      out += to_string(text[i + 1] == 'T' ? type : result);
      i += 2;
    } else if (alone && text[i] >= 'x' && text[i] <= 'z') {
      out += text[i] == 'x' ? x : text[i] == 'y' ? y : z;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string operation_text(const Dialect& dialect, const std::vector<Node>& nodes, std::uint32_t n,
                           const std::function<std::string(std::uint32_t)>& name) {
  const Node& node = nodes[n];
  const int arity = info(node.op).arity;
  // A comparison with -0 is one with +0; some compilers get the former wrong.
  const bool compares = node.op == Op::eq || node.op == Op::lt || node.op == Op::le;
  const auto operand = [&](std::size_t i) {
    const Node& from = nodes[node.args[i]];
    const std::uint64_t minus_zero = from.type == DType::f32 ? 0x80000000u : std::uint64_t{1} << 63;
    if (compares && from.op == Op::constant && is_floating(from.type) && from.bits == minus_zero)
      return literal(dialect, from.type, 0);
    return name(node.args[i]);
  };
  return apply(dialect, node.op, nodes[node.args[0]].type, node.type, operand(0), arity > 1 ? operand(1) : "",
               arity > 2 ? operand(2) : "");
}

Element::Element(const Program& program, const Layout& layout, const Dialect& dialect)
    : program_(program), layout_(layout), dialect_(dialect) {
  std::vector<std::uint32_t> kept;
  for (const Output& output : program.outputs) kept.push_back(output.node);
  const std::size_t fewest = has_branches(layout.family) ? kFewestGuarded : program.nodes.size() + 1;
  schedule_ = make_schedule(program, std::vector<bool>(program.nodes.size(), true), kept, fewest);
}

std::string Element::value(std::uint32_t node) const {
  const Node& n = program_.nodes[node];
  return n.op == Op::scalar && n.type != DType::boolean ? fmt::format("s{}", n.bits) : fmt::format("v{}", node);
}

std::string Element::output_name(std::size_t o) const {
  const int same = layout_.same_as[o];
  return same < 0 ? fmt::format("r{}", o) : fmt::format("a{}", same);
}

Element::When Element::when(const Node& node) const {
  if (node.op == Op::constant || node.op == Op::scalar) return When::pass;
  if (node.op != Op::load && node.op != Op::index) return When::each;
  const Walk walk = (node.op == Op::load ? layout_.arrays : layout_.indices)[static_cast<std::size_t>(node.bits)];
  return walk == Walk::hold ? When::pass : walk == Walk::repeat ? When::run : When::each;
}

void Element::load(Writer& w, std::uint32_t n, std::string_view place) const {
  const Node& node = program_.nodes[n];
  const auto type = dialect_.type(node.type);
  if (node.op == Op::index)
    w.line("const {} v{} = {};", type, n, place);
  else if (node.type == DType::boolean)
    w.line("const {} v{} = {} != 0;", type, n, place);
  else
    w.line("const {} v{} = {};", type, n, place);
}

void Element::for_pass(Writer& w) const {
  for (std::uint32_t n = 0; n < program_.nodes.size(); ++n) {
    const Node& node = program_.nodes[n];
    if (when(node) != When::pass) continue;
    if (node.op == Op::constant)
      w.line("const {} v{} = {};  // {}", dialect_.type(node.type), n, literal(dialect_, node.type, node.bits),
             readable(node.type, node.bits));
    else if (node.op == Op::scalar && node.type == DType::boolean)
      w.line("const bool v{} = s{} != 0;", n, node.bits);
    else if (node.op == Op::load)
      load(w, n, fmt::format("a{}[a{}_o]", node.bits, node.bits));
    else if (node.op == Op::index)
      load(w, n, fmt::format("i{}_o", node.bits));
  }
}

// " + c1 * a0_s1 + ..." for the dimensions from .. to-1. Along the run the stride may be known.
std::string Element::terms(std::string_view name, Walk walk, int from, int to) const {
  std::string text;
  for (int d = from; d < to; ++d) {
    if (d == layout_.run_dimension() && walk == Walk::repeat) continue;
    if (d == layout_.run_dimension() && walk == Walk::step)
      text += fmt::format(" + (long)c{}", d);
    else
      text += fmt::format(" + (long)c{} * {}_s{}", d, name, d);
  }
  return text;
}

void Element::for_outer(Writer& w) const {
  const auto begin = [&](std::string_view name, Walk walk) {
    if (walk != Walk::hold) w.line("const long {}_at = {}_o{};", name, name, terms(name, walk, 0, layout_.outer_rank));
  };
  for (std::size_t a = 0; a < layout_.arrays.size(); ++a) begin(fmt::format("a{}", a), layout_.arrays[a]);
  for (std::size_t i = 0; i < layout_.indices.size(); ++i) begin(fmt::format("i{}", i), layout_.indices[i]);
  for (std::size_t o = 0; o < layout_.outputs.size(); ++o)
    if (program_.outputs[o].fold == Fold::store && layout_.same_as[o] < 0)
      begin(fmt::format("r{}", o), layout_.outputs[o]);
}

void Element::for_run(Writer& w) const {
  const int from = layout_.outer_rank, to = layout_.rank;
  const auto row = [&](std::string_view name, DType type, Walk walk, std::string_view qualifier) {
    w.line("{}{}{}* {}_row = {} + ({}_at{});", dialect_.global, qualifier, dialect_.memory_type(type), name, name, name,
           terms(name, walk, from, to));
  };
  for (std::size_t a = 0; a < layout_.arrays.size(); ++a) {
    const bool written =
        std::find(layout_.same_as.begin(), layout_.same_as.end(), static_cast<int>(a)) != layout_.same_as.end();
    if (layout_.arrays[a] != Walk::hold || written)
      row(fmt::format("a{}", a), program_.arrays[a], layout_.arrays[a], written ? "" : "const ");
  }
  for (std::size_t i = 0; i < layout_.indices.size(); ++i)
    if (layout_.indices[i] != Walk::hold)
      w.line("const long i{}_row = i{}_at{};", i, i, terms(fmt::format("i{}", i), layout_.indices[i], from, to));
  for (std::size_t o = 0; o < layout_.outputs.size(); ++o)
    if (program_.outputs[o].fold == Fold::store && layout_.same_as[o] < 0)
      row(fmt::format("r{}", o), program_.output_type(program_.outputs[o]), layout_.outputs[o], "");
  for (std::uint32_t n = 0; n < program_.nodes.size(); ++n) {
    const Node& node = program_.nodes[n];
    if (when(node) == When::run)
      load(w, n, node.op == Op::load ? fmt::format("a{}_row[0]", node.bits) : fmt::format("i{}_row", node.bits));
  }
}

std::string Element::element_address(std::string_view name, Walk walk, std::string_view j) const {
  if (walk == Walk::hold || walk == Walk::repeat) return "0";
  return walk == Walk::step || j == "0" ? std::string(j)
                                        : fmt::format("(long){} * {}_s{}", j, name, layout_.run_dimension());
}

std::string Element::operation(std::uint32_t n) const {
  return operation_text(dialect_, program_.nodes, n, [this](std::uint32_t of) { return value(of); });
}

void Element::compute(Writer& w, std::uint32_t n, const Place& at) const {
  const Node& node = program_.nodes[n];
  if (when(node) != When::each) return;
  if (node.op == Op::load) {
    const std::string name = fmt::format("a{}", node.bits);
    const auto a = static_cast<std::size_t>(node.bits);
    if (at.which && layout_.array_vectors[a]) {
      const std::string place = fmt::format("{}_in{}.v[{}]", name, *at.which, at.j);
      const bool lone = size_of(node.type) == 1 && !dialect_.lone_byte.empty();
      load(w, n, lone ? fmt::format("{}({})", dialect_.lone_byte, place) : place);
    } else
      load(w, n, fmt::format("{}_row[{}]", name, element_address(name, layout_.arrays[a], at.j)));
  } else if (node.op == Op::index) {
    const std::string name = fmt::format("i{}", node.bits);
    load(w, n,
         fmt::format("{}_row + (long){}", name,
                     element_address(name, layout_.indices[static_cast<std::size_t>(node.bits)], at.j)));
  } else {
    w.line("const {} v{} = {};", dialect_.type(node.type), n, operation(n));
  }
}

void Element::guard(Writer& w, const Guard& guard, const Place& at, Declared declared) const {
  for (const std::uint32_t n : guard.results) w.line("{} v{} = 0;", dialect_.type(program_.nodes[n].type), n);
  w.open("if ({}{})", guard.when ? "" : "!", value(guard.condition));
  steps(w, guard.steps, at, guard.results);
  w.close();
  // They may be results of the guard around this one.
  for (const std::uint32_t n : guard.selects) step(w, n, at, declared);
}

void Element::step(Writer& w, std::uint32_t n, const Place& at, Declared declared) const {
  if (std::find(declared.begin(), declared.end(), n) != declared.end())
    w.line("v{} = {};", n, operation(n));
  else
    compute(w, n, at);
}

void Element::steps(Writer& w, const Schedule& schedule, const Place& at, Declared declared) const {
  for (const Step& one : schedule) {
    if (one.guard)
      guard(w, *one.guard, at, declared);
    else
      step(w, one.node, at, declared);
  }
}

void Element::for_each(Writer& w, std::string_view j, std::optional<std::string_view> which) const {
  steps(w, schedule_, {j, which}, {});
  for (std::size_t o = 0; o < layout_.outputs.size(); ++o) {
    if (program_.outputs[o].fold != Fold::store) continue;
    const std::string name = output_name(o);
    if (which && layout_.output_vectors[o])
      w.line("r{}_out.v[{}] = {};", o, j, value(program_.outputs[o].node));
    else
      w.line("{}_row[{}] = {};", name, element_address(name, layout_.outputs[o], j), value(program_.outputs[o].node));
  }
}

std::string Element::vector_type(DType type) const { return fmt::format("V{}_{}", layout_.vector, to_string(type)); }

void Element::declare_read_vectors(Writer& w, int count) const {
  for (std::size_t a = 0; a < layout_.arrays.size(); ++a)
    if (layout_.array_vectors[a])
      w.line("{} a{}_in{};", vector_type(program_.arrays[a]), a, count > 1 ? fmt::format("[{}]", count) : "");
}

void Element::read_vectors(Writer& w, std::string_view which) const {
  for (std::size_t a = 0; a < layout_.arrays.size(); ++a)
    if (layout_.array_vectors[a])
      w.line("a{0}_in{1} = *(const {2} *)a{0}_row;", a, which, vector_type(program_.arrays[a]));
}

void Element::declare_written_vectors(Writer& w) const {
  for (std::size_t o = 0; o < layout_.outputs.size(); ++o)
    if (layout_.output_vectors[o]) w.line("{} r{}_out;", vector_type(program_.output_type(program_.outputs[o])), o);
}

void Element::write_vectors(Writer& w) const {
  for (std::size_t o = 0; o < layout_.outputs.size(); ++o)
    if (layout_.output_vectors[o])
      w.line("*({} *){}_row = r{}_out;", vector_type(program_.output_type(program_.outputs[o])), output_name(o), o);
}

std::string Element::folded_place(std::size_t o) const {
  std::string text = fmt::format("r{}_o", o);
  for (int d = 0; d < layout_.outer_rank; ++d) text += fmt::format(" + (long)c{} * r{}_s{}", d, o, d);
  return text;
}

}  // namespace lockstep::text
