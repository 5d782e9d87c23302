#include "queue_order.hpp"

#include <algorithm>

namespace lockstep {

void QueueOrder::add(BackendQueue& queue) {
  for (BackendQueue* other : queues_) queue.do_wait_for(*other->do_record());
  queues_.push_back(&queue);
}

void QueueOrder::remove(const BackendQueue& queue) { std::erase(queues_, &queue); }

void QueueOrder::wait_for(BackendQueue& queue, const BackendQueue* earlier) {
  if (earlier == &queue) return;
  // A queue that is gone has done its work.
  const auto found = std::find(queues_.begin(), queues_.end(), earlier);
  if (found != queues_.end()) queue.do_wait_for(*(*found)->do_record());
}

void QueueOrder::use(BackendQueue& queue, Buffer& buffer, bool writes) {
  if (queues_.size() < 2) return;
  wait_for(queue, buffer.writer_);
  if (!writes) {
    if (std::find(buffer.readers_.begin(), buffer.readers_.end(), &queue) == buffer.readers_.end())
      buffer.readers_.push_back(&queue);
    return;
  }
  for (const BackendQueue* reader : buffer.readers_) wait_for(queue, reader);
  buffer.writer_ = &queue;
  buffer.readers_.clear();
}

}  // namespace lockstep
