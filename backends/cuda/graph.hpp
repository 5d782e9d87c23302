#pragma once

#include <memory>
#include <vector>

#include "backends/cuda/session.hpp"
#include "lockstep/backend_extras.hpp"

namespace lockstep::cuda {

using GraphHandle = Owner<cudaGraph_t, cudaGraphDestroy>;
using ReadyGraph = Owner<cudaGraphExec_t, cudaGraphExecDestroy>;

/// Captured work of a stream.
class Graph : public BackendGraph {
 public:
  /// `numbers`: host memory that the graph copies from.
  Graph(std::shared_ptr<Session> session, cudaStream_t stream, ReadyGraph graph, std::vector<PinnedMemory> numbers)
      : session_(std::move(session)), stream_(stream), numbers_(std::move(numbers)), graph_(std::move(graph)) {}
  ~Graph() override;

  void do_replay() override;

 private:
  std::shared_ptr<Session> session_;
  cudaStream_t stream_;
  std::vector<PinnedMemory> numbers_;
  ReadyGraph graph_;
};

}  // namespace lockstep::cuda
