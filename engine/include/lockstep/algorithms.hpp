#pragma once

/// Algorithms that move elements or depend on their order: docs/algorithms.md.
#include "lockstep/histogram.hpp"
#include "lockstep/scan.hpp"
#include "lockstep/segments.hpp"
#include "lockstep/select.hpp"
#include "lockstep/shuffle.hpp"
#include "lockstep/sort.hpp"
