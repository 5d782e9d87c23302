#include "backends/opencl/queue.hpp"

#include <algorithm>
#include <bit>

#include "backends/opencl/generated_program.hpp"
#include "backends/opencl/native_program.hpp"

namespace lockstep::opencl {
namespace {

// Writes behind other work are copied aside, so that they need not wait for it: in pieces of this size,
constexpr std::uint64_t kPiece = std::uint64_t{16} << 20;
// of which so many bytes may be on their way at once.
constexpr std::uint64_t kMostSent = std::uint64_t{64} << 20;
// Below this a copy aside takes less time than waiting for the driver.
constexpr std::uint64_t kSmallWrite = std::uint64_t{1} << 16;

class Marker : public BackendEvent {
 public:
  /// After the event `commands` commands of the queue that counts in `done` are known to be done.
  Marker(std::shared_ptr<Session> session, EventHandle event, std::shared_ptr<std::atomic<std::uint64_t>> done,
         std::uint64_t commands)
      : session_(std::move(session)), event_(std::move(event)), done_(std::move(done)), commands_(commands) {}

  bool do_is_done() const override { return status() <= CL_COMPLETE; }

  void do_wait() const override {
    const cl_event event = event_.get();
    session_->check(clWaitForEvents(1, &event), "finish its work");
    if (const cl_int result = status(); result < 0) session_->check(result, "finish its work");
    std::uint64_t known = *done_;
    while (known < commands_ && !done_->compare_exchange_weak(known, commands_)) {
    }
  }

  double do_seconds() const override {
    cl_ulong nanoseconds = 0;
    check(clGetEventProfilingInfo(event_.get(), CL_PROFILING_COMMAND_END, sizeof nanoseconds, &nanoseconds, nullptr),
          "tell the time of an event");
    return static_cast<double>(nanoseconds) * 1e-9;
  }

  cl_event get() const noexcept { return event_.get(); }

 private:
  cl_int status() const {
    cl_int status = CL_COMPLETE;
    check(clGetEventInfo(event_.get(), CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status, nullptr),
          "tell the state of an event");
    return status;
  }

  std::shared_ptr<Session> session_;
  EventHandle event_;
  std::shared_ptr<std::atomic<std::uint64_t>> done_;
  std::uint64_t commands_;
};

/// A buffer that lies in host memory and stays mapped: drivers copy from there without a copy of their own.
class MappedBuffer : public PinnedBuffer {
 public:
  MappedBuffer(std::shared_ptr<Session> session, Session::Mapping mapping, std::uint64_t bytes)
      : PinnedBuffer(bytes, mapping.data), session_(std::move(session)), memory_(std::move(mapping.memory)) {}
  // A device that is lost has nothing to unmap.
  ~MappedBuffer() override {
    clEnqueueUnmapMemObject(session_->transfers.get(), memory_.get(), data(), 0, nullptr, nullptr);
    clFinish(session_->transfers.get());
  }

 private:
  std::shared_ptr<Session> session_;
  Memory memory_;
};

}  // namespace

Queue::~Queue() { clFinish(queue_.get()); }

const Allocation& Queue::scratch_for(std::uint64_t bytes) {
  if (bytes > scratch_bytes_ || !scratch_.memory) {
    // Work that is queued keeps the old one alive.
    const std::uint64_t larger = std::bit_ceil(std::max<std::uint64_t>(bytes, 4096));
    scratch_ = session_->allocate(larger);
    scratch_bytes_ = larger;
  }
  return scratch_;
}

void Queue::begin() {
  session_->require_alive();
  ++queued_;
}

void Queue::start(cl_kernel kernel, std::uint64_t groups, std::uint64_t group_size) {
  begin();
  const std::size_t global = groups * group_size, local = group_size;
  session_->check(clEnqueueNDRangeKernel(queue_.get(), kernel, 1, nullptr, &global, &local, 0, nullptr, nullptr),
                  "run a kernel");
  session_->check(clFlush(queue_.get()), "start its queue");
}

void Queue::forget_sent(std::uint64_t next) {
  const auto done = [](const Sent& sent) {
    cl_int status = CL_COMPLETE;
    clGetEventInfo(sent.event.get(), CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status, nullptr);
    return status <= CL_COMPLETE;
  };
  while (!sent_.empty()) {
    const cl_event oldest = sent_.front().event.get();
    if (sent_bytes_ + next > kMostSent)
      session_->check(clWaitForEvents(1, &oldest), "copy to the device");
    else if (!done(sent_.front()))
      return;
    sent_bytes_ -= sent_.front().bytes.size();
    sent_.pop_front();
  }
}

void Queue::write_piece(cl_mem to, std::uint64_t offset, const std::byte* from, std::uint64_t bytes) {
  forget_sent(bytes);
  std::vector<std::byte> copy(from, from + bytes);
  cl_event event = nullptr;
  session_->check(clEnqueueWriteBuffer(queue_.get(), to, CL_FALSE, offset, bytes, copy.data(), 0, nullptr, &event),
                  "copy to the device");
  sent_.push_back({EventHandle(event), std::move(copy)});
  sent_bytes_ += bytes;
}

void Queue::do_write(Buffer& to, std::uint64_t offset, const void* from, std::uint64_t bytes) {
  const bool idle = *done_ == queued_;
  begin();
  if (idle && bytes > kSmallWrite) {
    session_->check(
        clEnqueueWriteBuffer(queue_.get(), memory_of(to), CL_TRUE, offset, bytes, from, 0, nullptr, nullptr),
        "copy to the device");
    *done_ = queued_;
    return;
  }
  const auto* source = static_cast<const std::byte*>(from);
  for (std::uint64_t at = 0; at < bytes; at += kPiece)
    write_piece(memory_of(to), offset + at, source + at, std::min(kPiece, bytes - at));
  session_->check(clFlush(queue_.get()), "start its queue");
}

void Queue::do_read(const Buffer& from, std::uint64_t offset, void* to, std::uint64_t bytes) {
  begin();
  session_->check(clEnqueueReadBuffer(queue_.get(), memory_of(from), CL_FALSE, offset, bytes, to, 0, nullptr, nullptr),
                  "copy to the host");
}

void Queue::do_copy(const Buffer& from, std::uint64_t from_offset, Buffer& to, std::uint64_t to_offset,
                    std::uint64_t bytes) {
  begin();
  session_->check(clEnqueueCopyBuffer(queue_.get(), memory_of(from), memory_of(to), from_offset, to_offset, bytes, 0,
                                      nullptr, nullptr),
                  "copy on the device");
}

void Queue::do_run(const Executable& executable, const Pass& pass) {
  static_cast<const GeneratedProgram&>(executable).run(*this, pass);
}

void Queue::do_launch(const Executable& executable, std::span<const NativeArgument> arguments, std::uint64_t n) {
  static_cast<const NativeProgram&>(executable).launch(*this, arguments, n);
}

std::unique_ptr<BackendEvent> Queue::do_record() {
  session_->require_alive();
  cl_event event = nullptr;
  session_->check(clEnqueueMarkerWithWaitList(queue_.get(), 0, nullptr, &event), "record an event");
  auto marker = std::make_unique<Marker>(session_, EventHandle(event), done_, queued_);
  session_->check(clFlush(queue_.get()), "start its queue");
  return marker;
}

std::unique_ptr<PinnedBuffer> Queue::do_allocate_pinned(std::uint64_t bytes) {
  return std::make_unique<MappedBuffer>(session_, session_->map_host_memory(bytes), bytes);
}

void Queue::do_write_pinned(Buffer& to, std::uint64_t offset, const PinnedBuffer& from, std::uint64_t bytes) {
  begin();
  session_->check(
      clEnqueueWriteBuffer(queue_.get(), memory_of(to), CL_FALSE, offset, bytes, from.data(), 0, nullptr, nullptr),
      "copy to the device");
}

void Queue::do_read_pinned(const Buffer& from, std::uint64_t offset, PinnedBuffer& to, std::uint64_t bytes) {
  do_read(from, offset, to.data(), bytes);
}

void Queue::do_wait_for(const BackendEvent& event) {
  begin();
  const cl_event other = static_cast<const Marker&>(event).get();
  session_->check(clEnqueueBarrierWithWaitList(queue_.get(), 1, &other, nullptr), "wait for another queue");
}

}  // namespace lockstep::opencl
