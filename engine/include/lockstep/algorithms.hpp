#pragma once

/// Algorithms that move elements or depend on their order: docs/algorithms.md.
#include "lockstep/scan.hpp"
#include "lockstep/sort.hpp"
