#include "commands.hpp"

namespace lockstep::app {
namespace {

constexpr Command kCommands[] = {
    {"devices", "list the devices, their limits and whether their bits are exact", setup_devices},
};

}  // namespace

std::span<const Command> all_commands() noexcept { return kCommands; }

}  // namespace lockstep::app
