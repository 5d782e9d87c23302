#include "backends/opencl/compiler.hpp"

#include <fmt/format.h>

#include <chrono>
#include <regex>
#include <sstream>

#include "lockstep/error.hpp"
#include "lockstep/version.hpp"

namespace lockstep::opencl {
namespace {

// Closing a device takes about this long at most; what is not on disk by then is compiled anew another time.
constexpr auto kTimeToKeep = std::chrono::seconds(1);
// New programs that are remembered for the disk: one that computes its constants anew each time would fill memory.
constexpr std::size_t kMostFresh = 256;
constexpr int kAttempts = 3;

// IEEE division and square root where the driver can; nothing else may change bits.
std::string common_options(cl_device_id device) {
  const auto config = number_of<cl_device_fp_config>(device, CL_DEVICE_SINGLE_FP_CONFIG);
  std::string options = "-cl-std=CL1.2 -w";  // without -w PoCL writes to stderr
  if ((config & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0) options += " -cl-fp32-correctly-rounded-divide-sqrt";
  return options;
}

std::string build_log(cl_program program, cl_device_id device) {
  std::size_t size = 0;
  clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, nullptr, &size);
  std::string log(size, '\0');
  if (size > 0) clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, size, log.data(), nullptr);
  while (!log.empty() && (log.back() == '\0' || log.back() == '\n')) log.pop_back();
  return log;
}

}  // namespace

std::string line_in_log(const std::string& log, const std::string& source) {
  // "name:12:5: error: ..." (clang), "error: name:12:5: ..." (PoCL), "name(12): error: ..." (others).
  static const std::regex kPlace(R"(:(\d+):\d+: *(?:fatal )?error|error: *[^:\n]*:(\d+):\d+:|\((\d+)\) *: *error)");
  std::smatch match;
  if (!std::regex_search(log, match, kPlace)) return {};
  const auto number = std::stoul(match[1].matched ? match[1] : match[2].matched ? match[2] : match[3]);
  // A text of the caller's own begins after a #line.
  const auto mark = source.find("#line 1 ");
  std::istringstream lines(mark == std::string::npos ? source : source.substr(source.find('\n', mark) + 1));
  std::string line;
  for (unsigned long i = 0; i < number; ++i)
    if (!std::getline(lines, line)) return {};
  return fmt::format("line {}: {}", number, line);
}

Compiler::Compiler(const Found& found, cl_context context, DiskCache cache)
    : device_(found.device), context_(context), cache_(std::move(cache)), options_(common_options(found.device)) {
  identity_ = version();
  for (auto name : {CL_PLATFORM_NAME, CL_PLATFORM_VERSION}) identity_ += '\n' + text_of(found.platform, name);
  for (auto name : {CL_DEVICE_NAME, CL_DEVICE_VENDOR, CL_DEVICE_VERSION, CL_DRIVER_VERSION})
    identity_ += '\n' + text_of(found.device, name);
}

Compiler::~Compiler() {
  const auto end = std::chrono::steady_clock::now() + kTimeToKeep;
  for (const auto& [key, program] : fresh_)
    if (std::chrono::steady_clock::now() < end) keep(key, program.get());
}

ProgramHandle Compiler::build(const std::string& source, const std::string& options, const std::string& what) {
  const std::string all_options = options_ + options;
  const std::string key = fmt::format("opencl\n{}\n{}\n{}", identity_, all_options, source);
  if (ProgramHandle cached = from_cache(key, all_options)) return cached;

  ProgramHandle program = compile(source, all_options, what);
  remember(key, program.get());
  return program;
}

ProgramHandle Compiler::compile(const std::string& source, const std::string& options, const std::string& what) const {
  const char* text = source.data();
  const std::size_t size = source.size();
  for (int attempt = 1;; ++attempt) {
    cl_int status = CL_SUCCESS;
    ProgramHandle program(clCreateProgramWithSource(context_, 1, &text, &size, &status));
    check(status, "take a program");
    status = clBuildProgram(program.get(), 1, &device_, options.c_str(), nullptr, nullptr);
    if (status == CL_SUCCESS) return program;
    // PoCL fails now and then when several processes fill its cache at the same time; its log then names no line.
    const bool may_pass = status == CL_BUILD_PROGRAM_FAILURE && attempt < kAttempts &&
                          line_in_log(build_log(program.get(), device_), source).empty();
    if (!may_pass) refuse(program.get(), status, source, what);
  }
}

void Compiler::remember(std::string key, cl_program program) {
  if (!cache_.enabled() || fresh_.size() >= kMostFresh || clRetainProgram(program) != CL_SUCCESS) return;
  ProgramHandle held(program);
  fresh_.emplace_back(std::move(key), std::move(held));
}

ProgramHandle Compiler::from_cache(const std::string& key, const std::string& options) const {
  const auto bytes = cache_.get(key);
  if (!bytes) return {};
  const auto* data = reinterpret_cast<const unsigned char*>(bytes->data());
  const std::size_t size = bytes->size();
  cl_int status = CL_SUCCESS, taken = CL_SUCCESS;
  ProgramHandle program(clCreateProgramWithBinary(context_, 1, &device_, &size, &data, &taken, &status));
  if (status == CL_SUCCESS && taken == CL_SUCCESS)
    status = clBuildProgram(program.get(), 1, &device_, options.c_str(), nullptr, nullptr);
  if (status == CL_SUCCESS && taken == CL_SUCCESS) return program;
  cache_.remove(key);  // the driver does not want it any more
  return {};
}

void Compiler::keep(const std::string& key, cl_program program) const noexcept try {
  std::size_t size = 0;
  if (clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, nullptr) != CL_SUCCESS || size == 0)
    return;
  std::vector<std::byte> bytes(size);
  auto* data = reinterpret_cast<unsigned char*>(bytes.data());
  if (clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof data, &data, nullptr) != CL_SUCCESS) return;
  cache_.put(key, bytes);
} catch (...) {
  // No memory for a copy of the binary: it stays off the disk.
}

void Compiler::refuse(cl_program program, cl_int status, const std::string& source, const std::string& what) const {
  if (status == CL_OUT_OF_HOST_MEMORY) check(status, "compile a program");
  const std::string log = build_log(program, device_), line = line_in_log(log, source);
  throw Error(Code::compile,
              fmt::format("the OpenCL compiler of '{}' refused {}", text_of(device_, CL_DEVICE_NAME), what),
              line.empty() ? "" : "The compiler stopped at " + line,
              fmt::format("{}\n{}", name_of(status), log.empty() ? "(the compiler left no log)" : log));
}

}  // namespace lockstep::opencl
