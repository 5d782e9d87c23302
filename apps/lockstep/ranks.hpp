#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lockstep/comm/communicator.hpp"
#include "lockstep/engine.hpp"

namespace lockstep::app {

/// Runs a command on all the ranks that mpirun started, or on this one alone. `body` returns the exit code, the same on
/// all. An error of all ranks is reported once; one of a single rank says whose it is and ends the run.
int on_all_ranks(const std::function<int(const Communicator& ranks)>& body);

/// The device that this rank opens for `--device NAME`: with several ranks on a machine each gets another GPU of the
/// kind, in turns, or its part of the processors. A name with a number is taken as it is.
std::string device_of_rank(const Engine& engine, std::string name, const Communicator& ranks);

/// The texts of all ranks, on rank 0.
std::vector<std::string> gather_texts(const Communicator& ranks, const std::string& mine);

/// Whether the devices of all ranks are exact, and how the first that is not differs. On every rank.
BitStatus bits_of_all(const Communicator& ranks, const Device& device);

}  // namespace lockstep::app
