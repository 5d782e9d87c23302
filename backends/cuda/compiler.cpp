#include "backends/cuda/compiler.hpp"

#include <fmt/format.h>

#include "lockstep/version.hpp"

namespace lockstep::cuda {

Compiler::Compiler(const Found& found, const Platform& platform, DiskCache cache)
    : nvrtc_(platform.nvrtc), target_(nvrtc_->target_for(found.architecture)), cache_(std::move(cache)) {
  identity_ =
      fmt::format("cuda\n{}\n{}\nnvrtc {}\ndriver {}", version(), target_.name(), nvrtc_->version(), platform.driver);
  for (const std::string& option : Nvrtc::exact_options()) identity_ += '\n' + option;
}

std::string Compiler::key_of(const Source& source) const {
  std::string key = identity_;
  for (const std::string& option : source.options) key += '\n' + option;
  return key + "\n\n" + source.text;
}

std::vector<std::byte> Compiler::cached(const std::string& key) const {
  return cache_.get(key).value_or(std::vector<std::byte>());
}

std::vector<std::byte> Compiler::compile(const Source& source, const std::string& key) const {
  auto code = nvrtc_->compile(source.text, source.name, target_, source.options, source.what);
  cache_.put(key, code);
  return code;
}

}  // namespace lockstep::cuda
