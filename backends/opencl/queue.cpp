#include "backends/opencl/queue.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "backends/opencl/generated_program.hpp"
#include "backends/opencl/native_program.hpp"

namespace lockstep::opencl {
namespace {

// Writes up to this size are copied aside, so that they need not wait for the work before them.
constexpr std::uint64_t kSmallWrite = std::uint64_t{16} << 20;
// Bytes of such copies that may be on their way at once.
constexpr std::uint64_t kMostSent = std::uint64_t{64} << 20;

class Marker : public BackendEvent {
 public:
  Marker(std::shared_ptr<Session> session, EventHandle event)
      : session_(std::move(session)), event_(std::move(event)) {}

  bool do_is_done() const override { return status() <= CL_COMPLETE; }

  void do_wait() const override {
    const cl_event event = event_.get();
    check(clWaitForEvents(1, &event), "finish its work");
    if (const cl_int result = status(); result < 0) check(result, "finish its work");
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

void Queue::start(cl_kernel kernel, std::uint64_t groups, std::uint64_t group_size) {
  const std::size_t global = groups * group_size, local = group_size;
  check(clEnqueueNDRangeKernel(queue_.get(), kernel, 1, nullptr, &global, &local, 0, nullptr, nullptr), "run a kernel");
  check(clFlush(queue_.get()), "start its queue");
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
      check(clWaitForEvents(1, &oldest), "copy to the device");
    else if (!done(sent_.front()))
      return;
    sent_bytes_ -= sent_.front().bytes.size();
    sent_.pop_front();
  }
}

void Queue::do_write(Buffer& to, std::uint64_t offset, const void* from, std::uint64_t bytes) {
  if (bytes > kSmallWrite) {
    check(clEnqueueWriteBuffer(queue_.get(), memory_of(to), CL_TRUE, offset, bytes, from, 0, nullptr, nullptr),
          "copy to the device");
    return;
  }
  forget_sent(bytes);
  std::vector<std::byte> copy(bytes);
  std::memcpy(copy.data(), from, bytes);
  cl_event event = nullptr;
  check(clEnqueueWriteBuffer(queue_.get(), memory_of(to), CL_FALSE, offset, bytes, copy.data(), 0, nullptr, &event),
        "copy to the device");
  sent_.push_back({EventHandle(event), std::move(copy)});
  sent_bytes_ += bytes;
}

void Queue::do_read(const Buffer& from, std::uint64_t offset, void* to, std::uint64_t bytes) {
  check(clEnqueueReadBuffer(queue_.get(), memory_of(from), CL_FALSE, offset, bytes, to, 0, nullptr, nullptr),
        "copy to the host");
}

void Queue::do_copy(const Buffer& from, std::uint64_t from_offset, Buffer& to, std::uint64_t to_offset,
                    std::uint64_t bytes) {
  check(clEnqueueCopyBuffer(queue_.get(), memory_of(from), memory_of(to), from_offset, to_offset, bytes, 0, nullptr,
                            nullptr),
        "copy on the device");
}

void Queue::do_run(const Executable& executable, const Pass& pass) {
  static_cast<const GeneratedProgram&>(executable).run(*this, pass);
}

void Queue::do_launch(const Executable& executable, std::span<const NativeArgument> arguments, std::uint64_t n) {
  static_cast<const NativeProgram&>(executable).launch(*this, arguments, n);
}

std::unique_ptr<BackendEvent> Queue::do_record() {
  cl_event event = nullptr;
  check(clEnqueueMarkerWithWaitList(queue_.get(), 0, nullptr, &event), "record an event");
  auto marker = std::make_unique<Marker>(session_, EventHandle(event));
  check(clFlush(queue_.get()), "start its queue");
  return marker;
}

void Queue::do_wait_for(const BackendEvent& event) {
  const cl_event other = static_cast<const Marker&>(event).get();
  check(clEnqueueBarrierWithWaitList(queue_.get(), 1, &other, nullptr), "wait for another queue");
}

}  // namespace lockstep::opencl
