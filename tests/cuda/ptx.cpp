#include "ptx.hpp"

#include <algorithm>
#include <sstream>

namespace lockstep::test {
namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
bool is_any_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_inexact(const std::string& instruction, bool fma_allowed) {
  const bool floating = instruction.ends_with(".f32") || instruction.ends_with(".f64");
  const std::string name = instruction.substr(0, instruction.find('.'));
  if (has(instruction, ".approx") || has(instruction, ".ftz") || has(instruction, ".full")) return true;
  if (!floating) return false;
  if (name == "mad" || (name == "fma" && !fma_allowed)) return true;
  return is_any_of(name, {"add", "sub", "mul", "fma", "div", "sqrt", "rcp", "rsqrt"}) && !has(instruction, ".rn");
}

}  // namespace

std::vector<std::string> instructions_of(std::string_view ptx) {
  std::vector<std::string> found;
  std::istringstream lines{std::string(ptx)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word.starts_with("@")) words >> word;  // a predicate
    while (word.starts_with("{") && words >> word) {
    }
    if (!word.empty() && word.back() == ';') word.pop_back();
    if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') found.push_back(word);
  }
  return found;
}

std::vector<std::string> inexact_instructions(std::string_view ptx, bool fma_allowed) {
  auto found = instructions_of(ptx);
  std::erase_if(found, [&](const std::string& i) { return !is_inexact(i, fma_allowed); });
  return found;
}

}  // namespace lockstep::test
