#include "backends/cuda/queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "backends/cuda/arguments.hpp"
#include "backends/cuda/generated_program.hpp"
#include "backends/cuda/graph.hpp"
#include "backends/cuda/native_program.hpp"
#include "lockstep/error.hpp"

namespace lockstep::cuda {
namespace {

constexpr std::uint64_t kMostBlocks = 0x7fffffff;
constexpr std::uint64_t kLeastScratch = 4096;

class Marker : public BackendEvent {
 public:
  Marker(std::shared_ptr<Session> session, cudaStream_t stream)
      : session_(std::move(session)), event_(session_->make_event(cudaEventDefault)) {
    session_->check(session_->clock.base_for(stream, base_), "record an event");
    session_->check(cudaEventRecord(event_.get(), stream), "record an event");
  }

  bool do_is_done() const override {
    session_->use();
    const cudaError_t status = cudaEventQuery(event_.get());
    if (status == cudaErrorNotReady) return false;
    session_->check(status, "finish its work");
    return true;
  }

  void do_wait() const override {
    session_->use();
    session_->check(cudaEventSynchronize(event_.get()), "finish its work");
    session_->note_idle();
  }

  double do_seconds() const override {
    session_->use();
    double seconds = 0;
    session_->check(session_->clock.seconds(*base_, event_.get(), seconds), "tell the time of an event");
    return seconds;
  }

  cudaEvent_t get() const noexcept { return event_.get(); }

 private:
  std::shared_ptr<Session> session_;
  EventHandle event_;
  std::shared_ptr<Clock::Base> base_;
};

class PinnedHostBuffer : public PinnedBuffer {
 public:
  PinnedHostBuffer(std::shared_ptr<Session> session, PinnedMemory memory, std::uint64_t bytes)
      : PinnedBuffer(bytes, static_cast<std::byte*>(memory.get())),
        session_(std::move(session)),
        memory_(std::move(memory)) {}

 private:
  std::shared_ptr<Session> session_;
  PinnedMemory memory_;
};

}  // namespace

Queue::Queue(std::shared_ptr<Session> session) : session_(std::move(session)), staging_(session_) {
  session_->use();
  cudaStream_t stream = nullptr;
  session_->check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "open a queue");
  stream_ = StreamHandle(stream);
}

// A device that is lost has nothing more to finish.
Queue::~Queue() {
  if (cudaSetDevice(session_->found.number) == cudaSuccess) static_cast<void>(cudaStreamSynchronize(stream_.get()));
}

std::byte* Queue::scratch_for(std::uint64_t bytes) {
  if (bytes > scratch_bytes_ || !scratch_) {
    const std::uint64_t larger = std::bit_ceil(std::max(bytes, kLeastScratch));
    Memory fresh = session_->allocate(larger);
    if (scratch_) outgrown_.push_back(std::move(scratch_));
    scratch_ = std::move(fresh);
    scratch_bytes_ = larger;
  }
  return static_cast<std::byte*>(scratch_.get());
}

void Queue::write(std::byte* to, const void* from, std::uint64_t bytes) {
  if (!capturing_) {
    staging_.write(stream_.get(), to, from, bytes);
    return;
  }
  // Every replay reads them: they are the graph's own.
  const PinnedMemory& numbers = captured_numbers_.emplace_back(session_->allocate_pinned(bytes));
  std::memcpy(numbers.get(), from, bytes);
  session_->check(cudaMemcpyAsync(to, numbers.get(), bytes, cudaMemcpyHostToDevice, stream_.get()),
                  "copy to the device");
}

void Queue::give(const std::string& name, const auto& queue) {
  if (!capturing_) session_->note_launch(name);
  session_->check(queue(), fmt::format("run {}", name));
  if (session_->synchronous) session_->check(cudaStreamSynchronize(stream_.get()), fmt::format("run {}", name));
}

void Queue::start(const KernelHandle& kernel, std::uint64_t blocks, std::uint64_t block_size,
                  std::vector<std::uint64_t>& arguments) {
  if (blocks > kMostBlocks)
    throw Error(Code::unsupported,
                fmt::format("{} would need {} blocks, and a grid has at most {}", kernel.name, blocks, kMostBlocks),
                "Work on fewer elements at once.");
  auto places = places_of(arguments);
  // A kernel of a library goes in the place of a function's address.
  give(kernel.name, [&] {
    return cudaLaunchKernel(reinterpret_cast<const void*>(kernel.kernel), dim3(static_cast<unsigned>(blocks)),
                            dim3(static_cast<unsigned>(block_size)), places.data(), 0, stream_.get());
  });
}

void Queue::start(const LibraryOperation& operation, void* scratch, std::uint64_t scratch_bytes,
                  const std::vector<std::uint64_t>& arguments, std::uint64_t n) {
  give(operation.name, [&] {
    static_cast<void>(cudaGetLastError());  // CUB would take for its own what an earlier query left there
    std::size_t bytes = scratch_bytes;
    return operation.run(scratch, bytes, arguments.data(), n, stream_.get());
  });
}

void Queue::do_write(Buffer& to, std::uint64_t offset, const void* from, std::uint64_t bytes) {
  session_->use();
  write(address_of(to) + offset, from, bytes);
}

void Queue::do_read(const Buffer& from, std::uint64_t offset, void* to, std::uint64_t bytes) {
  session_->use();
  staging_.read(stream_.get(), to, address_of(from) + offset, bytes);
}

void Queue::do_copy(const Buffer& from, std::uint64_t from_offset, Buffer& to, std::uint64_t to_offset,
                    std::uint64_t bytes) {
  session_->use();
  session_->check(cudaMemcpyAsync(address_of(to) + to_offset, address_of(from) + from_offset, bytes,
                                  cudaMemcpyDeviceToDevice, stream_.get()),
                  "copy on the device");
}

void Queue::do_run(const Executable& executable, const Pass& pass) {
  session_->use();
  static_cast<const GeneratedProgram&>(executable).run(*this, pass);
}

void Queue::do_launch(const Executable& executable, std::span<const NativeArgument> arguments, std::uint64_t n) {
  session_->use();
  static_cast<const Launchable&>(executable).launch(*this, arguments, n);
}

std::unique_ptr<BackendEvent> Queue::do_record() {
  session_->use();
  return std::make_unique<Marker>(session_, stream_.get());
}

std::unique_ptr<BackendGraph> Queue::do_make_graph(const std::function<void()>& queue_work) {
  session_->use();
  if (session_->synchronous) return nullptr;  // who looks for a failure wants kernels one by one
  // Relaxed: scratch memory may be allocated meanwhile, and other threads may do what they like.
  session_->check(cudaStreamBeginCapture(stream_.get(), cudaStreamCaptureModeRelaxed), "begin a recording");
  capturing_ = true;
  const auto end = [this] {
    cudaGraph_t graph = nullptr;
    const cudaError_t status = cudaStreamEndCapture(stream_.get(), &graph);
    capturing_ = false;
    return std::pair(status, GraphHandle(graph));
  };
  try {
    queue_work();
  } catch (...) {
    static_cast<void>(end());
    captured_numbers_.clear();
    throw;
  }
  auto [status, graph] = end();
  std::vector<PinnedMemory> numbers = std::move(captured_numbers_);
  captured_numbers_.clear();
  cudaGraphExec_t ready = nullptr;
  if (status == cudaSuccess) status = cudaGraphInstantiate(&ready, graph.get(), 0);
  if (status != cudaSuccess && !is_sticky(status)) {
    static_cast<void>(cudaGetLastError());
    return nullptr;  // then its parts are queued one by one
  }
  session_->check(status, "make a recording ready");
  return std::make_unique<Graph>(session_, stream_.get(), ReadyGraph(ready), std::move(numbers));
}

void Queue::let_wait(const Queue& other) const {
  session_->use();
  const EventHandle event = session_->make_event(cudaEventDisableTiming);
  session_->check(cudaEventRecord(event.get(), stream_.get()), "record an event");
  other.session_->use();
  other.session_->check(cudaStreamWaitEvent(other.stream_.get(), event.get(), 0), "wait for another device");
}

bool Queue::do_copy_from(BackendQueue& other, const Buffer& from, std::uint64_t from_offset, Buffer& to,
                         std::uint64_t to_offset, std::uint64_t bytes) {
  auto* source = dynamic_cast<Queue*>(&other);
  if (!source) return false;
  source->let_wait(*this);
  session_->use();
  session_->reach(source->session_->found.number);
  // Without access to each other's memory the driver takes the way through the host, in the same order.
  const cudaError_t status =
      cudaMemcpyPeerAsync(address_of(to) + to_offset, session_->found.number, address_of(from) + from_offset,
                          source->session_->found.number, bytes, stream_.get());
  if (status != cudaSuccess && !is_sticky(status)) {
    static_cast<void>(cudaGetLastError());
    return false;
  }
  session_->check(status, "copy from another device");
  let_wait(*source);
  return true;
}

std::unique_ptr<PinnedBuffer> Queue::do_allocate_pinned(std::uint64_t bytes) {
  session_->use();
  return std::make_unique<PinnedHostBuffer>(session_, session_->allocate_pinned(bytes), bytes);
}

void Queue::do_write_pinned(Buffer& to, std::uint64_t offset, const PinnedBuffer& from, std::uint64_t bytes) {
  session_->use();
  session_->check(cudaMemcpyAsync(address_of(to) + offset, from.data(), bytes, cudaMemcpyHostToDevice, stream_.get()),
                  "copy to the device");
}

void Queue::do_read_pinned(const Buffer& from, std::uint64_t offset, PinnedBuffer& to, std::uint64_t bytes) {
  session_->use();
  session_->check(cudaMemcpyAsync(to.data(), address_of(from) + offset, bytes, cudaMemcpyDeviceToHost, stream_.get()),
                  "copy to the host");
}

void Queue::do_wait_for(const BackendEvent& event) {
  session_->use();
  session_->check(cudaStreamWaitEvent(stream_.get(), static_cast<const Marker&>(event).get(), 0),
                  "wait for another queue");
}

}  // namespace lockstep::cuda
