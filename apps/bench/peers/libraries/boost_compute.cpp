// Boost.Compute: algorithms in the manner of the standard's on OpenCL devices.
#include <cstring>
#include <functional>
#include <stdexcept>
#include <utility>

#include <boost/compute/algorithm/accumulate.hpp>
#include <boost/compute/algorithm/copy.hpp>
#include <boost/compute/algorithm/fill.hpp>
#include <boost/compute/algorithm/inclusive_scan.hpp>
#include <boost/compute/algorithm/inner_product.hpp>
#include <boost/compute/algorithm/sort.hpp>
#include <boost/compute/algorithm/transform.hpp>
#include <boost/compute/container/vector.hpp>
#include <boost/compute/lambda.hpp>
#include <boost/compute/system.hpp>

#include "libraries.hpp"

namespace lockstep::bench {
namespace {

namespace compute = boost::compute;

compute::device find_device(const std::string& name) {
  for (const compute::device& device : compute::system::devices())
    if (device.name() == name) return device;
  throw std::runtime_error("no OpenCL device is called " + name);
}

template <class T>
class Peer : public DevicePeer {
 public:
  struct Set {
    compute::vector<T> x, y, out;
  };
  /// Does the work on a set; leaves a single value in `value` if it folds.
  using Work = std::function<void(Set&, T& value, compute::command_queue&)>;

  Peer(const DevicePeerJob& job, Work work, bool folds)
      : queue_(compute::context(find_device(job.device)), find_device(job.device)),
        work_(std::move(work)),
        folds_(folds) {
    for (std::uint64_t s = 0; s < job.sets; ++s) {
      const auto array = [&](std::size_t slot) {
        const T* values = reinterpret_cast<const T*>(job.inputs[slot].data());
        return compute::vector<T>(values, values + job.n, queue_);
      };
      sets_.push_back({array(0), array(1), compute::vector<T>(folds ? 0 : job.n, queue_.get_context())});
    }
  }
  void run() override { work_(sets_[next_ = (next_ + 1) % sets_.size()], value_, queue_); }
  void wait() override { queue_.finish(); }
  std::vector<std::byte> result() override {
    next_ = sets_.size() - 1;  // the first set is next
    run();
    std::vector<T> host(1, value_);
    if (!folds_) {
      host.resize(sets_.front().out.size());
      compute::copy(sets_.front().out.begin(), sets_.front().out.end(), host.begin(), queue_);
    }
    queue_.finish();
    std::vector<std::byte> bytes(host.size() * sizeof(T));
    std::memcpy(bytes.data(), host.data(), bytes.size());
    return bytes;
  }

 private:
  compute::command_queue queue_;
  Work work_;
  bool folds_;
  std::vector<Set> sets_;
  std::size_t next_ = 0;
  T value_{};
};

template <class T>
struct Row {
  std::string_view name;
  bool folds;
  typename Peer<T>::Work work;
};

template <class T>
std::vector<Row<T>> rows() {
  using Set = typename Peer<T>::Set;
  using Queue = compute::command_queue;
  using compute::lambda::_1;
  using compute::lambda::_2;
  return {
      {"copy", false, [](Set& s, T&, Queue& q) { compute::copy(s.x.begin(), s.x.end(), s.out.begin(), q); }},
      {"fill", false, [](Set& s, T&, Queue& q) { compute::fill(s.out.begin(), s.out.end(), T(3), q); }},
      {"triad", false,
       [](Set& s, T&, Queue& q) {
         compute::transform(s.x.begin(), s.x.end(), s.y.begin(), s.out.begin(), _1 + T(3) * _2, q);
       }},
      {"norm", false,
       [](Set& s, T&, Queue& q) {
         compute::transform(s.x.begin(), s.x.end(), s.y.begin(), s.out.begin(),
                            compute::lambda::sqrt(_1 * _1 + _2 * _2), q);
       }},
      {"exp", false,
       [](Set& s, T&, Queue& q) {
         compute::transform(s.x.begin(), s.x.end(), s.out.begin(), compute::lambda::exp(_1), q);
       }},
      {"sum", true,
       [](Set& s, T& value, Queue& q) {
         value = compute::accumulate(s.x.begin(), s.x.end(), T(0), compute::plus<T>(), q);
       }},
      {"dot", true,
       [](Set& s, T& value, Queue& q) {
         value = compute::inner_product(s.x.begin(), s.x.end(), s.y.begin(), T(0), q);
       }},
      // Sorts in place: the copy is part of it, as a new array is of the engine's.
      {"sort", false,
       [](Set& s, T&, Queue& q) {
         compute::copy(s.x.begin(), s.x.end(), s.out.begin(), q);
         compute::sort(s.out.begin(), s.out.end(), q);
       }},
  };
}

template <class T>
std::unique_ptr<DevicePeer> find(const DevicePeerJob& job) {
  for (const Row<T>& row : rows<T>())
    if (row.name == job.name) return std::make_unique<Peer<T>>(job, row.work, row.folds);
  return nullptr;
}

}  // namespace

std::unique_ptr<DevicePeer> boost_compute_peer(const DevicePeerJob& job) {
  return job.type == DType::f32 ? find<float>(job) : job.type == DType::f64 ? find<double>(job) : nullptr;
}

}  // namespace lockstep::bench
