#pragma once

#include <memory>

#include "comm/transport.hpp"

namespace lockstep {

/// One rank, whose messages to itself are copies.
std::shared_ptr<Transport> single_rank();

}  // namespace lockstep
