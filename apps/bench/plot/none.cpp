// Charts where Cairo is missing.
#include "chart.hpp"
#include "lockstep/error.hpp"

namespace lockstep::bench {

bool can_draw() noexcept { return false; }

void check_chart_file(const std::filesystem::path&) {
  throw Error(Code::unsupported, "this build cannot draw: it was made without Cairo",
              "Install libcairo2-dev and configure again, or leave --plot out.");
}

void write_charts(const std::filesystem::path& file, std::span<const Chart>) { check_chart_file(file); }

}  // namespace lockstep::bench
