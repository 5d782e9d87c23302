#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "lockstep/device.hpp"
#include "memory_pool.hpp"
#include "queue_order.hpp"
#include "recorder.hpp"

namespace lockstep {

/// Memory of arrays: goes back to the pool with the last array.
class Storage {
 public:
  Storage(std::shared_ptr<Device::Impl> device, std::unique_ptr<Buffer> buffer);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  Buffer& buffer() const noexcept { return *buffer_; }
  const std::shared_ptr<Device::Impl>& device() const noexcept { return device_; }

 private:
  std::shared_ptr<Device::Impl> device_;
  std::unique_ptr<Buffer> buffer_;
};

/// Something to evaluate, and where it goes; null: to a new array.
struct Want {
  const Expr* value = nullptr;
  const Array* target = nullptr;
};

/// The same, kept.
struct Request {
  Expr value;
  Array target;
};

class Tape;
class RecipeBook;
class RecipeKey;
struct Leaves;
struct Recipe;
struct Replay;
struct Scratch;

/// What stands behind a Device. `mutex` serialises the backend's hooks and guards all that follows it; the pool has a
/// lock of its own.
class Device::Impl : public std::enable_shared_from_this<Device::Impl> {
 public:
  Impl(std::unique_ptr<BackendDevice> backend, const DeviceOptions& options);

  ~Impl();

  Array allocate(const Shape& shape, DType type);
  std::shared_ptr<Storage> make_storage(std::uint64_t bytes);
  /// Evaluates all, with no call of another thread in between; returns the values that have no target. `replay`, if
  /// there, tells how the same can be done again.
  std::vector<Array> run(BackendQueue& on, std::span<const Want> wants, Replay* replay = nullptr);
  std::vector<Array> run(BackendQueue& on, std::span<const Assignment> assignments, std::span<const Expr> values,
                         Replay* replay = nullptr);
  /// Runs a recipe of this device with leaves that fit it. Nothing, and nothing done, while somebody records.
  std::optional<std::vector<Array>> try_follow(BackendQueue& on, const Recipe& recipe, const Leaves& leaves);
  void launch(BackendQueue& on, const Kernel& kernel, std::span<const Argument> arguments, std::uint64_t n);
  /// A kernel of the engine's own, built at its first use: its name stands for it.
  Kernel own_kernel(const NativeKernel& kernel);
  /// The same for an operation of the device's library; nothing if it has none such.
  std::optional<Kernel> library_kernel(const NativeKernel& kernel);
  /// Bytes of scratch memory for a launch.
  std::uint64_t workspace(const Kernel& kernel, std::uint64_t n);
  /// Transfers of all elements of a contiguous array that has some.
  void write(BackendQueue& on, const Array& to, const void* from);
  Event read(BackendQueue& on, const Array& from, void* to);
  /// The same without a copy in between. Throw `wrong_device` if the host's memory is another device's.
  Event write(BackendQueue& on, const Array& to, const HostMemory& from);
  Event read(BackendQueue& on, const Array& from, const HostMemory& to);
  /// Waits for all of the queue's work, whatever becomes of it; the caller holds `mutex`.
  static void finish(BackendQueue& on) noexcept;
  Event record(BackendQueue& on);
  /// True if the device does not even take an event any more.
  bool is_lost();
  /// The compiled form of a program, from the cache if it was seen before.
  std::shared_ptr<const Executable> compile(const Program& program);
  /// Runs one program over one space; the caller holds `mutex`.
  void run_pass(BackendQueue& on, const std::shared_ptr<const Executable>& executable, const Pass& pass);

  std::unique_ptr<BackendDevice> backend;
  DeviceInfo info;
  DeviceOptions options;
  MemoryPool pool;
  std::mutex mutex;
  std::unique_ptr<BackendQueue> queue;  ///< the device's own
  QueueOrder order;
  Counters counters;
  std::shared_ptr<Recorder> recorder;  ///< of a Profile; null if nobody records
  Tape* tape = nullptr;                ///< of the Recording that is being made; null if none is
  std::once_flag tested;
  BitStatus bits;

 private:
  /// Queues a copy of all elements, `copy(buffer, first byte)`, and tells whom it concerns; the caller holds `mutex`.
  template <class Copy>
  void queue_copy(Work work, BackendQueue& on, const Array& array, const Copy& copy);
  /// Also gives the event of its end. Where that fails, waits: host memory ends with the caller, and a part of the copy
  /// may be under way.
  template <class Copy>
  Event queue_copy_and_record(Work work, BackendQueue& on, const Array& array, const Copy& copy);
  template <class Copy>
  Event copy_pinned(Work work, BackendQueue& on, const Array& array, const HostMemory& host, const Copy& copy);
  std::vector<Array> run_locked(BackendQueue& on, std::span<const Request> requests, const RecipeKey* key);
  std::vector<Array> follow(BackendQueue& on, const Recipe& recipe, const Leaves& leaves);
  std::vector<Array> run_through_copies(BackendQueue& on, std::span<const Request> requests);

  std::unordered_map<std::string, std::shared_ptr<const Executable>> programs_;
  std::unordered_map<std::string, Kernel> kernels_;
  std::set<std::string> absent_;  ///< operations that the device's library lacks
  std::unique_ptr<RecipeBook> recipes_;
  std::unique_ptr<Scratch> scratch_;
};

/// What stands behind a Stream.
class Stream::Impl {
 public:
  explicit Impl(std::shared_ptr<Device::Impl> of);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::shared_ptr<Device::Impl> device;
  std::unique_ptr<BackendQueue> queue;
};

/// Compares a handful of programs with the engine's own arithmetic: see self_test.cpp.
BitStatus self_test(const Device& device);

}  // namespace lockstep
