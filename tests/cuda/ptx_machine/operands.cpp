#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "decoder.hpp"

namespace lockstep::test::ptx {
namespace {

constexpr std::pair<std::string_view, Index> kSpecial[] = {{"%tid.x", kTid},
                                                           {"%tid.y", kTid + 1},
                                                           {"%tid.z", kTid + 2},
                                                           {"%ntid.x", kNtid},
                                                           {"%ntid.y", kNtid + 1},
                                                           {"%ntid.z", kNtid + 2},
                                                           {"%ctaid.x", kCtaid},
                                                           {"%ctaid.y", kCtaid + 1},
                                                           {"%ctaid.z", kCtaid + 2},
                                                           {"%nctaid.x", kNctaid},
                                                           {"%nctaid.y", kNctaid + 1},
                                                           {"%nctaid.z", kNctaid + 2},
                                                           {"%laneid", kLane},
                                                           {"%warpid", kWarp},
                                                           {"%nwarpid", kWarps},
                                                           {"%lanemask_eq", kMaskEqual},
                                                           {"%lanemask_lt", kMaskLess},
                                                           {"%lanemask_le", kMaskLessEqual},
                                                           {"%lanemask_gt", kMaskGreater},
                                                           {"%lanemask_ge", kMaskGreaterEqual},
                                                           {"%smid", kMultiprocessor},
                                                           {"%nsmid", kMultiprocessors},
                                                           {"%gridid", kGrid},
                                                           {"%dynamic_smem_size", kDynamicShared},
                                                           {"%total_smem_size", kTotalShared}};

}  // namespace

unsigned bytes_of(Type type) {
  if (type == Type::pred) return 1;
  if (is_float(type)) return type == Type::f32 ? 4 : 8;
  return 1u << ((static_cast<unsigned>(type) - 1) % 4);
}

Opcode::Opcode(std::string_view text) {
  std::size_t dot = text.find('.');
  name_ = text.substr(0, dot);
  while (dot != std::string_view::npos) {
    const std::size_t next = text.find('.', dot + 1);
    parts_.push_back(text.substr(dot + 1, next - dot - 1));
    dot = next;
  }
}
bool Opcode::take(std::string_view part) {
  const auto found = std::find(parts_.begin(), parts_.end(), part);
  if (found == parts_.end()) return false;
  parts_.erase(found);
  return true;
}
std::optional<std::uint8_t> Opcode::take_any(std::initializer_list<std::string_view> parts) {
  std::uint8_t number = 0;
  for (const std::string_view part : parts) {
    if (take(part)) return number;
    ++number;
  }
  return {};
}
void Opcode::drop(std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) take(part);
}
Type Opcode::type() {
  constexpr std::string_view kNames[] = {"pred", "b8", "b16", "b32", "b64", "u8",  "u16", "u32",
                                         "u64",  "s8", "s16", "s32", "s64", "f32", "f64"};
  for (auto part = parts_.begin(); part != parts_.end(); ++part)
    if (const auto* found = std::find(std::begin(kNames), std::end(kNames), *part); found != std::end(kNames)) {
      parts_.erase(part);
      return static_cast<Type>(found - kNames);
    }
  throw Fault("no type");
}

Operand Decoder::operand(Reader& in) {
  Operand o;
  if (in.accept("{") || in.accept("(")) {
    o.kind = OperandKind::list;
    while (!in.accept("}") && !in.accept(")")) {
      o.parts.push_back(operand(in));
      in.accept(",");
    }
    return o;
  }
  if (in.accept("[")) {
    const std::string_view base = in.next().text;
    if (is_number(base, o.number))
      o.place = constant(o.number);
    else
      o = register_or_symbol(base);
    if (o.kind == OperandKind::name) fail(fmt::format("'{}' is not known", base));
    o.kind = OperandKind::address;
    o.number = 0;
    if (in.accept("+")) {
      const bool negative = in.accept("-");
      if (!is_number(in.next().text, o.number)) in.fail("an offset is missing");
      if (negative) o.number = -o.number;
    }
    in.expect("]");
    return o;
  }
  if (in.accept("!")) {
    o = operand(in);
    Instruction inverse;
    inverse.run = [](Thread& t, const Instruction& i) { set(t, i.d, !get<bool>(t, i.a)); };
    inverse.a = o.place;
    inverse.d = o.place = temporary();
    before(inverse);
    return o;
  }
  const bool negative = in.accept("-");
  const std::string_view word = in.next().text;
  if (is_number(word, o.number)) {
    o.kind = OperandKind::number;
    o.name = word;
    if (negative) o.number = -o.number;
    return o;
  }
  if (word == "_") return o;
  o = register_or_symbol(word);
  if (in.accept("|")) o.second = register_or_symbol(in.next().text).place;
  if (std::uint64_t offset = 0; in.accept("+")) {  // behind a symbol
    if (!is_number(in.next().text, offset)) in.fail("an offset is missing");
    o.place = constant(code_.registers[o.place] + offset);
  }
  return o;
}

Operand Decoder::register_or_symbol(std::string_view name) {
  Operand o;
  o.name = name;
  const auto* special =
      std::find_if(std::begin(kSpecial), std::end(kSpecial), [&](auto& s) { return s.first == name; });
  if (special != std::end(kSpecial)) {
    o.place = special->second;
    return o;
  }
  const std::size_t digits = name.find_last_not_of("0123456789") + 1;
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    if (const auto one = scope->registers.find(name); one != scope->registers.end() && one->second.count == 0) {
      o.place = one->second.first;
      o.width = one->second.width;
      return o;
    }
    const auto many = scope->registers.find(name.substr(0, digits));
    if (many != scope->registers.end() && digits < name.size()) {
      const unsigned long number = std::stoul(std::string(name.substr(digits)));
      if (number >= many->second.count) break;
      o.place = many->second.first + static_cast<Index>(number);
      o.width = many->second.width;
      return o;
    }
    if (const auto symbol = scope->symbols.find(name); symbol != scope->symbols.end()) {
      o.place = address_of(symbol->second);
      o.space = symbol->second.variable->space;
      return o;
    }
  }
  if (name == "WARP_SZ") {
    o.place = constant(kWarpSize);
    return o;
  }
  o.kind = OperandKind::name;  // a label, a function, or nothing that is known
  return o;
}

Index Decoder::address_of(Symbol& symbol) {
  if (symbol.place) return *symbol.place;
  const Variable& v = *symbol.variable;
  if (v.space == Space::local) {
    symbol.place = constant(local(v));
  } else if (v.space == Space::shared && v.is_open) {
    code_.shared_align = std::max(code_.shared_align, v.align);
    symbol.place = add_register(0);
    open_.push_back(*symbol.place);
  } else if (v.space == Space::shared) {
    code_.shared_bytes = aligned(code_.shared_bytes, v.align);
    code_.shared_align = std::max(code_.shared_align, v.align);
    symbol.place = constant(kFirstAddress + code_.shared_bytes);
    code_.shared_bytes += v.bytes;
  } else {
    symbol.place = constant(globals_.at(v.name));
  }
  return *symbol.place;
}

Index Decoder::add_register(std::uint64_t value) {
  code_.registers.push_back(value);
  return static_cast<Index>(code_.registers.size() - 1);
}
Index Decoder::temporary() { return add_register(0); }
Index Decoder::constant(std::uint64_t value) {
  const auto [found, is_new] = constants_.try_emplace(value, Index{0});
  if (is_new) found->second = add_register(value);
  return found->second;
}

Index Decoder::source(const Operand& o, Type type) {
  if (o.kind == OperandKind::place) return o.place;
  if (o.kind != OperandKind::number) fail(fmt::format("'{}' is not known", o.name));
  const bool is_float_bits = o.name.starts_with("0f") || o.name.starts_with("0F");
  if (is_float(type) && !is_float_bits && !o.name.starts_with("0d") && !o.name.starts_with("0D"))
    fail("a floating-point number that is not given by its bits");
  if (type == Type::f64 && is_float_bits)
    return constant(
        std::bit_cast<std::uint64_t>(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(o.number)))));
  return constant(o.number);
}

Index Decoder::destination(Instruction& i, const Operand& o) const {
  if (o.kind != OperandKind::place) fail(fmt::format("'{}' is no register", o.name));
  i.width = o.width;
  return o.place;
}

void Decoder::list(Instruction& i, const Operand& o, std::optional<Type> sources) {
  std::vector<Index> places;
  for (const Operand& part : o.parts) places.push_back(sources ? source(part, *sources) : destination(i, part));
  i.target = static_cast<std::uint32_t>(code_.pool.size());
  i.count = static_cast<std::uint8_t>(places.size());
  code_.pool.insert(code_.pool.end(), places.begin(), places.end());
}

void Decoder::jump_to(std::string_view label) {
  jumps_.emplace_back(static_cast<std::uint32_t>(code_.instructions.size()), label);
}
void Decoder::jump_by(std::string_view table) {
  table_jumps_.emplace_back(static_cast<std::uint32_t>(code_.instructions.size()), table);
}

void Decoder::call(std::vector<Operand>& operands) {
  std::vector<Operand> results, parameters;
  if (!operands.empty() && operands[0].kind == OperandKind::list) {
    results = operands[0].parts;
    operands.erase(operands.begin());
  }
  if (operands.empty() || operands[0].kind != OperandKind::name) fail("a call of what is no function's name");
  const std::string_view name = operands[0].name;
  if (operands.size() > 1) parameters = operands[1].parts;
  const Function& f = module_.function(name);
  const Placed& at = placed(name);
  if (results.size() != f.results.size() || parameters.size() != f.parameters.size())
    fail("a call with another number of operands");
  const auto copy = [&](Index to, Index from, std::uint64_t bytes) {
    Instruction i;
    i.run = [](Thread& t, const Instruction& c) {
      for (std::int64_t k = 0; k < c.offset; ++k)
        *place(t, c, Space::local, t.r[c.a] + static_cast<std::uint64_t>(k), 1, 1) =
            *place(t, c, Space::local, t.r[c.b] + static_cast<std::uint64_t>(k), 1, 1);
    };
    i.a = to;
    i.b = from;
    i.offset = static_cast<std::int64_t>(bytes);
    return i;
  };
  for (std::size_t p = 0; p < parameters.size(); ++p)
    before(copy(constant(at.parameters[p]), parameters[p].place, f.parameters[p].bytes));
  calls_.emplace_back(static_cast<std::uint32_t>(code_.instructions.size()), name);
  to_do_.push_back(name);
  // The results are fetched behind the call, which therefore is added at once.
  if (results.empty()) return;
  before(*building_);
  for (std::size_t r = 0; r + 1 < results.size(); ++r)
    before(copy(results[r].place, constant(at.results[r]), f.results[r].bytes));
  const Index guard = building_->guard;
  const bool unless = building_->unless;
  *building_ = copy(results.back().place, constant(at.results.back()), f.results.back().bytes);
  building_->guard = guard;
  building_->unless = unless;
}

}  // namespace lockstep::test::ptx
