// CUB's part of the backend on the host: its own text, with fake/cub in the place of CUB.
#include "backends/cuda/library.cu"
