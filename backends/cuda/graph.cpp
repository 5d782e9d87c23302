#include "backends/cuda/graph.hpp"

namespace lockstep::cuda {

// What it copies from must stay until the last replay is done.
Graph::~Graph() {
  if (!numbers_.empty() && cudaSetDevice(session_->found.number) == cudaSuccess)
    static_cast<void>(cudaStreamSynchronize(stream_));
}

void Graph::do_replay() {
  session_->use();
  session_->note_launch("a recording");
  session_->check(cudaGraphLaunch(graph_.get(), stream_), "replay a recording");
}

}  // namespace lockstep::cuda
