#include "lockstep/recording.hpp"

#include "device_impl.hpp"
#include "require.hpp"
#include "tape.hpp"

namespace lockstep {

class Recording::Impl {
 public:
  explicit Impl(std::shared_ptr<Device::Impl> device)
      : device_(std::move(device)), tape_(std::make_unique<Tape>(*device_->queue, device_->pool)) {}
  ~Impl() {
    const std::lock_guard lock(device_->mutex);
    tape_.reset();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void record(const std::function<void()>& work) {
    {
      const std::lock_guard lock(device_->mutex);
      require(!device_->tape, Code::bad_argument, "{} is being recorded already\nOne recording ends before the next.",
              device_->info.name);
      device_->tape = tape_.get();
    }
    const auto end = [this] {
      const std::lock_guard lock(device_->mutex);
      device_->tape = nullptr;
    };
    try {
      work();
    } catch (...) {
      end();
      throw;
    }
    end();
    const std::lock_guard lock(device_->mutex);
    tape_->finish();
  }

  void replay() const {
    const std::lock_guard lock(device_->mutex);
    require(!device_->tape || !device_->tape->keeps(*device_->queue), Code::bad_argument,
            "a recording cannot hold the replay of another one");
    const auto run = [this] { tape_->replay(device_->order); };
    if (device_->recorder)
      device_->recorder->record(Work::launch, *device_->queue,
                                Label(fmt::format("recording of {} kernels", tape().passes() + tape().launches())), 0,
                                run);
    else
      run();
    device_->counters.passes += tape_->passes();
    device_->counters.launches += tape_->launches();
  }

  const Tape& tape() const noexcept { return *tape_; }

 private:
  std::shared_ptr<Device::Impl> device_;
  std::unique_ptr<Tape> tape_;
};

Recording::Recording(const Device& device, const std::function<void()>& work) {
  const auto impl = std::make_shared<Impl>(device.impl());
  impl->record(work);
  impl_ = impl;
}

void Recording::replay(std::uint64_t times) const {
  for (std::uint64_t i = 0; i < times; ++i) impl_->replay();
}

std::uint64_t Recording::size() const { return impl_->tape().passes() + impl_->tape().launches(); }
bool Recording::is_graph() const { return impl_->tape().is_graph(); }

}  // namespace lockstep
