#include "decoder.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep::test::ptx {
namespace {

std::uint64_t width_of(unsigned bytes) {
  return bytes == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * bytes)) - 1;
}

}  // namespace

Decoder::Decoder(const Module& module, const std::map<std::string_view, std::uint64_t>& globals, std::string_view entry)
    : module_(module), globals_(globals) {
  for (const auto add :
       {add_arithmetic, add_bits, add_comparisons, add_conversions, add_memory, add_warps, add_control})
    add(builders_);
  code_.name = entry;
  code_.registers.assign(kFixed, 0);
  code_.registers[kTrue] = 1;
}

Code Decoder::decode() {
  scopes_.emplace_back();
  for (const Variable& v : module_.variables()) scopes_[0].symbols[v.name] = {&v};
  to_do_.push_back(code_.name);
  std::set<std::string_view> done;
  while (!to_do_.empty()) {
    const std::string_view name = to_do_.back();
    to_do_.pop_back();
    if (done.insert(name).second) function(name);
  }
  for (const auto& [at, name] : calls_) code_.instructions[at].target = starts_.at(name);
  code_.shared_bytes = aligned(code_.shared_bytes, 16);
  for (const Index place : open_) code_.registers[place] = kFirstAddress + code_.shared_bytes;
  return std::move(code_);
}

void Decoder::function(std::string_view name) {
  const Function& f = module_.function(name);
  function_ = name;
  if (f.body.empty()) throw Fault(fmt::format("the function '{}' is nowhere defined", name));
  starts_[name] = static_cast<std::uint32_t>(code_.instructions.size());
  labels_.clear();
  tables_.clear();
  jumps_.clear();
  table_jumps_.clear();
  scopes_.emplace_back();
  if (f.is_entry) {
    for (const Variable& v : f.parameters) {
      code_.parameter_bytes = aligned(code_.parameter_bytes, v.align);
      code_.parameters.emplace_back(code_.parameter_bytes, static_cast<unsigned>(v.bytes));
      scopes_.back().symbols[v.name] = {&v, constant(kFirstAddress + code_.parameter_bytes)};
      code_.parameter_bytes += v.bytes;
    }
  } else {
    const Placed& at = placed(name);
    const auto add = [&](const std::vector<Variable>& variables, const std::vector<std::uint64_t>& places) {
      for (std::size_t i = 0; i < variables.size(); ++i) {
        variables_.push_back(std::make_unique<Variable>(variables[i]));
        variables_.back()->space = Space::local;
        scopes_.back().symbols[variables[i].name] = {variables_.back().get(), constant(places[i])};
      }
    };
    add(f.results, at.results);
    add(f.parameters, at.parameters);
  }
  Reader in(f.body);
  statements(in);
  scopes_.pop_back();
  current_ = {"ret", current_.line};
  code_.instructions.emplace_back();
  code_.sources.push_back(current_);
  Opcode ret("ret");
  std::vector<Operand> none;
  builders_.at("ret")(*this, ret, none, code_.instructions.back());
  const auto place_of = [&](std::string_view label) {
    const auto found = labels_.find(label);
    if (found == labels_.end()) throw Fault(fmt::format("there is no label '{}' in '{}'", label, function_));
    return found->second;
  };
  for (const auto& [at, label] : jumps_) code_.instructions[at].target = place_of(label);
  for (const auto& [at, table] : table_jumps_) {
    code_.instructions[at].target = static_cast<std::uint32_t>(code_.pool.size());
    const auto& labels = tables_.at(table);
    code_.instructions[at].offset = static_cast<std::int64_t>(labels.size());
    for (const std::string_view label : labels) code_.pool.push_back(place_of(label));
  }
}

const Decoder::Placed& Decoder::placed(std::string_view name) {
  const auto found = placed_.find(name);
  if (found != placed_.end()) return found->second;
  Placed made;
  const Function& f = module_.function(name);
  for (const Variable& v : f.results) made.results.push_back(local(v));
  for (const Variable& v : f.parameters) made.parameters.push_back(local(v));
  return placed_[name] = made;
}

std::uint64_t Decoder::local(const Variable& variable) {
  code_.local_bytes = aligned(code_.local_bytes, variable.align);
  const std::uint64_t at = kFirstAddress + code_.local_bytes;
  code_.local_bytes += variable.bytes;
  return at;
}

void Decoder::statements(Reader& in) {
  while (!in.is_over()) statement(in);
}

void Decoder::statement(Reader& in) {
  const Token& first = in.peek();
  current_ = first;
  Space space{};
  if (in.accept("{")) {
    scopes_.emplace_back();
    Reader inner(in.until_closed("{", "}"));
    statements(inner);
    scopes_.pop_back();
  } else if (in.accept(";")) {
    return;
  } else if (in.accept(".reg")) {
    declare_registers(in);
  } else if (is_space(first.text, space)) {
    in.next();
    variables_.push_back(std::make_unique<Variable>(read_variable(in, space)));
    Variable& v = *variables_.back();
    if (v.space == Space::param) v.space = Space::local;  // what is passed to functions
    scopes_.back().symbols[v.name] = {&v};
    in.expect(";");
  } else if (first.text == ".pragma" || first.text == ".loc" || first.text == ".callprototype") {
    while (in.peek().text != ";" && in.peek().line == first.line) in.next();
    in.accept(";");
  } else if (in.peek(1).text == ":") {
    in.next(), in.next();
    if (in.accept(".branchtargets")) {
      do tables_[first.text].push_back(in.next().text);
      while (in.accept(","));
      in.expect(";");
    } else {
      labels_[first.text] = static_cast<std::uint32_t>(code_.instructions.size());
    }
  } else {
    instruction(in);
  }
}

void Decoder::declare_registers(Reader& in) {
  const unsigned bytes = bytes_of_type(in.next().text.substr(1));
  if (bytes == 0) in.fail("registers of an unknown type");
  do {
    const std::string_view name = in.next().text;
    std::uint64_t count = 0;
    if (in.accept("<")) {
      is_number(in.next().text, count);
      in.expect(">");
    }
    const auto first = static_cast<Index>(code_.registers.size());
    scopes_.back().registers[name] = {first, static_cast<std::uint32_t>(count), width_of(bytes)};
    // What was never written is not 0, so that it shows.
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(count, 1); ++i)
      add_register((0xa5a5a5a5a5a5a5a5u + 0x0101010101010101u * i) & width_of(bytes));
  } while (in.accept(","));
  in.expect(";");
}

void Decoder::instruction(Reader& in) {
  Instruction i;
  building_ = &i;
  if (in.accept("@")) {
    i.unless = in.accept("!");
    i.guard = register_or_symbol(in.next().text).place;
  }
  current_ = in.next();
  Opcode opcode(current_.text);
  const auto builder = builders_.find(opcode.name());
  if (builder == builders_.end()) fail("unknown instruction");
  std::vector<Operand> operands;
  while (!in.accept(";")) {
    operands.push_back(operand(in));
    if (in.peek().text != ";") in.expect(",");
  }
  try {
    builder->second(*this, opcode, operands, i);
  } catch (const Fault& problem) {
    fail(problem.what());
  }
  if (!i.run || !opcode.is_used_up()) fail("unknown instruction");
  code_.instructions.push_back(i);
  code_.sources.push_back(current_);
  building_ = nullptr;
}

void Decoder::before(Instruction extra) {
  extra.guard = building_ ? building_->guard : Index{kTrue};
  extra.unless = building_ && building_->unless;
  code_.instructions.push_back(extra);
  code_.sources.push_back(current_);
}

void Decoder::fail(const std::string& problem) const {
  if (problem.starts_with("line ")) throw Fault(problem);
  throw Fault(fmt::format("line {}: {}: {} in '{}'", current_.line, problem, current_.text, function_));
}

}  // namespace lockstep::test::ptx
