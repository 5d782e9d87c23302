#include <algorithm>
#include <memory>
#include <utility>

#include "case_tables.hpp"
#include "expression_case.hpp"

namespace lockstep::bench {
namespace {

/// Memory of the host as any program has it.
template <class T>
class Pageable {
 public:
  Pageable(const Device&, std::uint64_t n) : all_(static_cast<std::size_t>(n)) {}
  std::span<T> values() { return all_; }
  void upload(const Array& to) { to.from_host(std::span<const T>(all_)); }
  void download(const Array& from) { from.to_host(std::span<T>(all_)); }

 private:
  std::vector<T> all_;
};

template <class T>
class Pinned {
 public:
  Pinned(const Device& device, std::uint64_t n) : all_(device.pinned_array<T>(n)) {}
  std::span<T> values() { return all_.values(); }
  void upload(const Array& to) { to.from_host(all_); }
  void download(const Array& from) { from.to_host(all_); }

 private:
  PinnedArray<T> all_;
};

template <class T, class Host>
Prepared upload_once(const Device& device, std::uint64_t n, std::uint64_t sets) {
  const auto host = std::make_shared<Host>(device, n);
  std::ranges::copy(input_values<T>(0, n), host->values().begin());
  std::vector<Array> to;
  for (std::uint64_t s = 0; s < sets; ++s) to.push_back(device.empty({n}, dtype_of<T>));
  const auto run = [host, to, next = std::size_t{0}]() mutable {
    next = (next + 1) % to.size();
    host->upload(to[next]);
  };
  const auto result = [host, to] {
    spoil(to.front());
    host->upload(to.front());
    return read_back(to.front());
  };
  return {run, result};
}

template <class T, class Host>
Prepared download_once(const Device& device, std::uint64_t n, std::uint64_t sets) {
  const auto host = std::make_shared<Host>(device, n);
  std::vector<Array> from;
  for (std::uint64_t s = 0; s < sets; ++s) from.push_back(device.array(input_values<T>(0, n)));
  const auto run = [host, from, next = std::size_t{0}]() mutable {
    next = (next + 1) % from.size();
    host->download(from[next]);
  };
  const auto result = [host, from] {
    std::ranges::fill(host->values(), T(-1));
    host->download(from.front());
    return bytes_of(std::span<const T>(host->values()));
  };
  return {run, result};
}

/// Bytes are those that cross between host and device, once.
Case transfer(const char* name, const char* what, Transfer direction) {
  Case row{name, what, Floats::list(), 1, 0};
  row.transfer = direction;
  row.clock = Clock::host;
  row.expected = [](DType type, std::uint64_t n) { return default_input(type, 0, n); };
  return row;
}

template <template <class> class Host>
Case upload(const char* name, const char* what) {
  Case row = transfer(name, what, Transfer::to_device);
  row.prepare = [](const Device& device, DType type, std::uint64_t n, std::uint64_t sets) {
    return Floats::call(type, [&]<class T>() { return upload_once<T, Host<T>>(device, n, sets); });
  };
  return row;
}

template <template <class> class Host>
Case download(const char* name, const char* what) {
  Case row = transfer(name, what, Transfer::to_host);
  row.prepare = [](const Device& device, DType type, std::uint64_t n, std::uint64_t sets) {
    return Floats::call(type, [&]<class T>() { return download_once<T, Host<T>>(device, n, sets); });
  };
  return row;
}

}  // namespace

std::vector<Case> transfer_cases() {
  return {upload<Pageable>("upload", "host memory to device"), download<Pageable>("download", "device to host memory"),
          upload<Pinned>("upload_pinned", "a pinned array of the host to device"),
          download<Pinned>("download_pinned", "device to a pinned array of the host")};
}

}  // namespace lockstep::bench
