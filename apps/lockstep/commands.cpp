#include "commands.hpp"

namespace lockstep::app {
namespace {

constexpr Command kCommands[] = {
    {"devices", "list the devices, their limits and whether their bits are exact", setup_devices},
    {"simulate", "run a scenario of particles, and write what it leaves", setup_simulate},
    {"evaluate", "compute expressions over NumPy files in one fused pass", setup_evaluate},
    {"selftest", "check that a device's bits are the engine's own, for everything that can be computed",
     setup_selftest},
    {"compare", "say whether two arrays, tables or runs have equal bits, or where they differ first", setup_compare},
    {"bench", "measure the device beside hand-written loops, or judge two measurements", setup_bench},
    {"scaling", "say how a scenario speeds up on more threads, and what the laws predict", setup_scaling},
};

}  // namespace

std::span<const Command> all_commands() noexcept { return kCommands; }

}  // namespace lockstep::app
