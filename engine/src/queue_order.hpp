#pragma once

#include <vector>

#include "lockstep/backend.hpp"

namespace lockstep {

/// Keeps queues of one device in order where they share memory: before a queue uses a buffer that another one wrote, or
/// writes one that another one used, it waits for that one's work so far. Costs nothing while there is one queue.
/// The caller holds the device's lock.
class QueueOrder {
 public:
  /// A queue from now on; it begins after all that the others were given.
  void add(BackendQueue& queue);
  /// A queue whose work is done and that goes away.
  void remove(const BackendQueue& queue);
  /// Call before `queue` is given work that uses `buffer`.
  void use(BackendQueue& queue, Buffer& buffer, bool writes);

 private:
  void wait_for(BackendQueue& queue, const BackendQueue* earlier);

  std::vector<BackendQueue*> queues_;
};

}  // namespace lockstep
