#include "package.hpp"

#include <cstring>

namespace lockstep::test::fake {
namespace {

constexpr std::string_view kMagic = "the text of a CUDA kernel\n";

}  // namespace

std::string pack(const std::string& text, const std::vector<std::string>& options) {
  std::string packed(kMagic);
  for (const std::string& option : options) packed += option + '\n';
  return packed + '\n' + text + '\0';
}

bool unpack(const char* code, KernelText& kernel) {
  if (std::strncmp(code, kMagic.data(), kMagic.size()) != 0) return false;
  std::vector<std::string> options;
  code += kMagic.size();
  for (const char* end = std::strchr(code, '\n'); end != code; end = std::strchr(code = end + 1, '\n'))
    options.emplace_back(code, end);
  kernel.text = code + 1;
  kernel.defines = defines_of(options);
  return true;
}

std::vector<std::pair<std::string, std::string>> defines_of(const std::vector<std::string>& options) {
  std::vector<std::pair<std::string, std::string>> defines;
  for (const std::string& option : options) {
    if (option.rfind("-D", 0) != 0) continue;
    const auto equals = option.find('=');
    defines.emplace_back(option.substr(2, equals - 2), equals == std::string::npos ? "" : option.substr(equals + 1));
  }
  return defines;
}

}  // namespace lockstep::test::fake
