// The operations that C does not define for every value, or that device compilers get wrong: the C text of
// engine/include/lockstep/arithmetic.hpp. The traps are described in docs/same-bits.md.
#include "backends/common/helpers.hpp"

#include <fmt/format.h>

namespace lockstep::text {
namespace {

enum Kind : unsigned { kBool = 1, kSigned = 2, kUnsigned = 4, kFloat = 8, kInteger = kSigned | kUnsigned };

unsigned kind_of(DType type) {
  return type == DType::boolean ? kBool : is_signed(type) ? kSigned : is_unsigned(type) ? kUnsigned : kFloat;
}

// Placeholders, of the operand: $T C type, $N name, $U unsigned C type, $W width-1, $S sign bit, $M bits of the
// mantissa, $Q bits of the quiet NaN, $E mask of the exponent, $I implicit bit, $H how far a remainder may be shifted;
// of the result: $R, $V name, and for saturation $LOW and $HIGH ends as floats, $MIN and $MAX ends as integers.
struct Helper {
  std::string_view name;
  unsigned kinds;
  unsigned results;  ///< of two-type helpers; else 0
  std::string_view text;
};

// The remainder by long division: as many bits of the quotient at a time as fit above the mantissa in 64 bits. Exact,
// as every step is in integers.
constexpr std::string_view kFloatRem = R"($T REM_$N($T x, $T y) {
  const ulong sign = (ulong)as_$U(x) & $S;
  ulong a = (ulong)as_$U(x) & ~$S;
  ulong b = (ulong)as_$U(y) & ~$S;
  if (b == 0 || b > $E || a >= $E) return as_$T(($U)$Q);
  if (a < b) return x;
  int ea = (int)(a >> $M), eb = (int)(b >> $M);
  a = ea == 0 ? a : (a & ($I - 1)) | $I;
  b = eb == 0 ? b : (b & ($I - 1)) | $I;
  ea = ea == 0 ? 1 : ea;
  eb = eb == 0 ? 1 : eb;
  a = a % b;
  for (int left = ea - eb; left > 0 && a != 0; left -= $H) a = (a << (left < $H ? left : $H)) % b;
  if (a == 0) return as_$T(($U)sign);
  while (a < $I && eb > 1) {
    a <<= 1;
    --eb;
  }
  const ulong magnitude = a < $I ? a : (a & ($I - 1)) | ((ulong)eb << $M);
  return as_$T(($U)(magnitude | sign));
}
)";

// Rounding twice is harmless here: f64 has more than twice the bits of f32, and two (Figueroa, 1995).
constexpr Helper kThroughF64[] = {
    {"DIV", kFloat, 0, "$T DIV_$N($T x, $T y) { return ($T)((double)x / (double)y); }\n"},
    {"SQRT", kFloat, 0, "$T SQRT_$N($T x) { return ($T)sqrt((double)x); }\n"},
};

constexpr Helper kHelpers[] = {
    {"DIV", kSigned, 0, R"($T DIV_$N($T x, $T y) {
  const $T q = ($T)(x / (y == 0 || y == -1 ? ($T)1 : y));
  return y == 0 ? ($T)0 : y == -1 ? ($T)(($U)0 - ($U)x) : q;
}
)"},
    {"DIV", kUnsigned, 0, "$T DIV_$N($T x, $T y) { return y == 0 ? ($T)0 : ($T)(x / (y == 0 ? ($T)1 : y)); }\n"},
    {"DIV", kFloat, 0, "$T DIV_$N($T x, $T y) { return x / y; }\n"},
    {"REM", kSigned, 0, R"($T REM_$N($T x, $T y) {
  return y == 0 || y == -1 ? ($T)0 : ($T)(x % (y == 0 || y == -1 ? ($T)1 : y));
}
)"},
    {"REM", kUnsigned, 0, "$T REM_$N($T x, $T y) { return y == 0 ? ($T)0 : ($T)(x % (y == 0 ? ($T)1 : y)); }\n"},
    {"REM", kFloat, 0, kFloatRem},
    {"NEG", kInteger, 0, "$T NEG_$N($T x) { return ($T)(($U)0 - ($U)x); }\n"},
    {"NEG", kFloat, 0, "$T NEG_$N($T x) { return as_$T(as_$U(x) ^ $S); }\n"},
    {"ABS", kSigned, 0, "$T ABS_$N($T x) { return x < 0 ? ($T)(($U)0 - ($U)x) : x; }\n"},
    {"ABS", kUnsigned, 0, "$T ABS_$N($T x) { return x; }\n"},
    {"ABS", kFloat, 0, "$T ABS_$N($T x) { return as_$T(as_$U(x) & ~$S); }\n"},
    {"SQRT", kFloat, 0, "$T SQRT_$N($T x) { return sqrt(x); }\n"},
    {"NOT", kBool, 0, "$T NOT_$N($T x) { return !x; }\n"},
    {"NOT", kInteger, 0, "$T NOT_$N($T x) { return ($T)~x; }\n"},
    {"SHL", kBool | kInteger, 0, "$T SHL_$N($T x, $T y) { return ($T)(($U)x << (($U)y & $W)); }\n"},
    {"SHR", kBool | kInteger, 0, "$T SHR_$N($T x, $T y) { return ($T)(x >> (($U)y & $W)); }\n"},
    {"MIN", kBool | kInteger, 0, "$T MIN_$N($T x, $T y) { return y < x ? y : x; }\n"},
    {"MAX", kBool | kInteger, 0, "$T MAX_$N($T x, $T y) { return x < y ? y : x; }\n"},
    {"MIN", kFloat, 0, R"($T MIN_$N($T x, $T y) {
  const $T same = as_$T(as_$U(x) | as_$U(y));  // of equals only the signs of zeros differ
  const $T less = y < x ? y : x;
  return x != x ? x : y != y ? y : x == y ? same : less;
}
)"},
    {"MAX", kFloat, 0, R"($T MAX_$N($T x, $T y) {
  const $T same = as_$T(as_$U(x) & as_$U(y));  // of equals only the signs of zeros differ
  const $T more = x < y ? y : x;
  return x != x ? x : y != y ? y : x == y ? same : more;
}
)"},
    // Does element x at i come before the best so far, y at j? A NaN comes before all others.
    {"ARGMIN", kBool | kInteger, 0,
     "bool ARGMIN_$N($T x, long i, $T y, long j) { return x < y || (x == y && i < j); }\n"},
    {"ARGMAX", kBool | kInteger, 0,
     "bool ARGMAX_$N($T x, long i, $T y, long j) { return x > y || (x == y && i < j); }\n"},
    {"ARGMIN", kFloat, 0, R"(bool ARGMIN_$N($T x, long i, $T y, long j) {
  const bool tie = x == y || (x != x && y != y);
  return tie ? i < j : x != x ? true : x < y;
}
)"},
    {"ARGMAX", kFloat, 0, R"(bool ARGMAX_$N($T x, long i, $T y, long j) {
  const bool tie = x == y || (x != x && y != y);
  return tie ? i < j : x != x ? true : x > y;
}
)"},
    {"CAST", kBool | kInteger, kBool, "$R CAST_$N_$V($T x) { return x != 0; }\n"},
    {"CAST", kFloat, kBool, "$R CAST_$N_$V($T x) { return x != 0; }\n"},
    {"CAST", kBool | kInteger, kInteger | kFloat, "$R CAST_$N_$V($T x) { return ($R)x; }\n"},
    {"CAST", kFloat, kFloat, "$R CAST_$N_$V($T x) { return ($R)x; }\n"},
    {"CAST", kFloat, kInteger, R"($R CAST_$N_$V($T x) {
  const bool inside = x > $LOW && x < $HIGH;
  const $R whole = ($R)(inside ? x : 0);
  return inside ? whole : x >= $HIGH ? $MAX : x <= $LOW ? $MIN : ($R)0;
}
)"},
    {"BITS", kBool | kInteger, kBool | kInteger, "$R BITS_$N_$V($T x) { return ($R)x; }\n"},
    {"BITS", kInteger, kFloat, "$R BITS_$N_$V($T x) { return as_$R(x); }\n"},
    {"BITS", kFloat, kInteger | kFloat, "$R BITS_$N_$V($T x) { return x != x ? as_$R(($U)$Q) : as_$R(x); }\n"},
};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// The bits of 2^exponent.
std::string power_of_two(const Dialect& d, DType type, int exponent) {
  const bool wide = type == DType::f64;
  const auto biased = static_cast<std::uint64_t>(exponent + (wide ? 1023 : 127));
  return literal(d, type, wide ? biased << 52 : biased << 23);
}

std::string negative(const Dialect& d, DType type, int exponent) {
  const bool wide = type == DType::f64;
  const auto biased = static_cast<std::uint64_t>(exponent + (wide ? 1023 : 127));
  return literal(d, type, wide ? (biased << 52) | (std::uint64_t{1} << 63) : (biased << 23) | 0x80000000u);
}

void fill_saturation(std::string& text, const Dialect& d, DType from, DType to) {
  const int width = static_cast<int>(size_of(to)) * 8;
  const std::uint64_t ones = width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
  const std::uint64_t top = std::uint64_t{1} << (width - 1);
  replace_all(text, "$LOW", is_signed(to) ? negative(d, from, width - 1) : literal(d, from, 0));
  replace_all(text, "$HIGH", power_of_two(d, from, is_signed(to) ? width - 1 : width));
  replace_all(text, "$MIN", literal(d, to, is_signed(to) ? top : 0));
  replace_all(text, "$MAX", literal(d, to, is_signed(to) ? top - 1 : ones));
}

std::string_view text_of(const Helper& helper, const Dialect& d, DType type) {
  if (d.divide_in_f64 && type == DType::f32)
    for (const Helper& other : kThroughF64)
      if (other.name == helper.name) return other.text;
  return helper.text;
}

std::string fill(const Helper& helper, const Dialect& d, DType type, DType result) {
  std::string text(text_of(helper, d, type));
  const bool wide = size_of(type) == 8;
  if (helper.results != 0) {
    if (is_floating(type) && is_integer(result)) fill_saturation(text, d, type, result);
    replace_all(text, "$R", d.type(result));
    replace_all(text, "$V", to_string(result));
  }
  replace_all(text, "$T", d.type(type));
  replace_all(text, "$N", to_string(type));
  replace_all(text, "$U", d.type(unsigned_of(type)));
  replace_all(text, "$W", std::to_string(size_of(type) * 8 - 1));
  replace_all(text, "$S", wide ? "0x8000000000000000ul" : "0x80000000u");
  replace_all(text, "$Q", wide ? "0x7ff8000000000000ul" : "0x7fc00000u");
  replace_all(text, "$E", wide ? "0x7ff0000000000000ul" : "0x7f800000ul");
  replace_all(text, "$I", wide ? "0x0010000000000000ul" : "0x00800000ul");
  replace_all(text, "$M", wide ? "52" : "23");
  replace_all(text, "$H", wide ? "11" : "40");
  return std::string(d.function) + text;
}

bool calls(std::string_view code, std::string_view name) {
  for (auto at = code.find(name); at != std::string_view::npos; at = code.find(name, at + 1)) {
    const char before = at == 0 ? ' ' : code[at - 1];
    if (before != '_' && (before < 'A' || before > 'Z') && code.substr(at + name.size(), 1) == "(") return true;
  }
  return false;
}

}  // namespace

std::string helpers_for(const Dialect& dialect, std::string_view code) {
  std::string text;
  for (const Helper& helper : kHelpers) {
    for (DType type : all_dtypes()) {
      if ((helper.kinds & kind_of(type)) == 0) continue;
      if (helper.results == 0) {
        if (calls(code, fmt::format("{}_{}", helper.name, to_string(type)))) text += fill(helper, dialect, type, type);
        continue;
      }
      for (DType result : all_dtypes()) {
        if ((helper.results & kind_of(result)) == 0) continue;
        if (calls(code, fmt::format("{}_{}_{}", helper.name, to_string(type), to_string(result))))
          text += fill(helper, dialect, type, result);
      }
    }
  }
  return text;
}

}  // namespace lockstep::text
