#include "ptx_snippet.hpp"

#include <cstring>

namespace lockstep::test::ptx {

std::string snippet(const std::string& body, const std::string& outside) {
  return ".version 9.0\n.target sm_75\n.address_size 64\n" + outside +
         ".visible .entry k(.param .u64 k_0, .param .u64 k_1)\n{\n"
         ".reg .pred %p<9>;\n.reg .b16 %rs<19>;\n.reg .b32 %r<19>;\n.reg .b64 %rd<19>;\n.reg .f32 %f<19>;\n"
         ".reg .f64 %fd<19>;\n.reg .b64 in, out;\nld.param.u64 in, [k_0];\nld.param.u64 out, [k_1];\n" +
         body + "\nret;\n}\n";
}

std::vector<std::uint64_t> run_snippet(const std::string& ptx, std::vector<std::uint64_t> in, unsigned threads,
                                       unsigned blocks, Settings settings) {
  std::vector<std::uint64_t> out(std::size_t{threads} * blocks, 0);
  Machine machine(ptx);
  Launch launch;
  launch.grid[0] = blocks;
  launch.block[0] = threads;
  launch.parameters.resize(16);
  const std::uint64_t places[] = {reinterpret_cast<std::uintptr_t>(in.data()),
                                  reinterpret_cast<std::uintptr_t>(out.data())};
  std::memcpy(launch.parameters.data(), places, sizeof places);
  settings.memory = {{places[0], 8 * in.size()}, {places[1], 8 * out.size()}};
  machine.run("k", launch, settings);
  return out;
}

std::string fault_of(const std::string& ptx, unsigned threads, unsigned blocks, Settings settings) {
  try {
    run_snippet(ptx, {1, 2, 3}, threads, blocks, std::move(settings));
  } catch (const Fault& fault) {
    return fault.what();
  }
  return "";
}

}  // namespace lockstep::test::ptx
