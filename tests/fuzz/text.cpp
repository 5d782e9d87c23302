// libFuzzer's way into the text form: build with clang and -DLOCKSTEP_FUZZ=ON, run `lockstep_fuzz_text
// -max_total_time=60`.
#include "text_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lockstep;
  static const Device device = Engine().open("cpu:1");
  static const Names names = test::text_names(device);
  test::fuzz_text(device, names, std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
