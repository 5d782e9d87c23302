#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "lockstep/lockstep.hpp"

namespace lockstep::test {

/// The name of the device under test: LOCKSTEP_TEST_DEVICE, or "cpu".
inline std::string device_name() {
  const char* name = std::getenv("LOCKSTEP_TEST_DEVICE");
  return name && *name ? name : "cpu";
}

/// Holds the device under test open for the whole run; main.cpp lets it go.
inline std::optional<Device>& device_slot() {
  static std::optional<Device> slot;
  return slot;
}

/// The device under test, the same at each call. It never falls back: a device that is not there throws.
inline Device device() {
  std::optional<Device>& slot = device_slot();
  if (!slot) slot = Engine().open(device_name());
  return *slot;
}

/// The element types that a device computes with: all, or all but f64.
inline std::vector<DType> dtypes_of(const Device& device) {
  std::vector<DType> types(all_dtypes().begin(), all_dtypes().end());
  if (!device.info().has_f64) std::erase(types, DType::f64);
  return types;
}

/// `n` shrunk by LOCKSTEP_TEST_SCALE (0.1 to 1), for builds that run slowly; at least 1.
inline std::size_t scaled(std::size_t n) {
  const char* text = std::getenv("LOCKSTEP_TEST_SCALE");
  const double scale = text ? std::clamp(std::atof(text), 0.01, 1.0) : 1.0;
  return std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(n) * scale));
}

/// True if the device did something between two readings of its counters.
inline bool computed(const Counters& before, const Counters& after) {
  return after.passes + after.launches > before.passes + before.launches;
}
inline bool moved_bytes(const Counters& before, const Counters& after) {
  return after.bytes_to_device + after.bytes_to_host > before.bytes_to_device + before.bytes_to_host;
}

/// Fixture of a case that computes on the device under test: the case fails if it ran no kernel there.
class OnDevice {
 public:
  OnDevice() : device(test::device()), before_(device.counters()) {}
  ~OnDevice() { CHECK_MESSAGE(computed(before_, device.counters()), "the case ran nothing on the device under test"); }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;

  Device device;

 private:
  Counters before_;
};

/// Fixture of a case that only moves memory on the device under test: the case fails if it moved none.
class MovesBytes {
 public:
  MovesBytes() : device(test::device()), before_(device.counters()) {}
  ~MovesBytes() {
    CHECK_MESSAGE(moved_bytes(before_, device.counters()), "the case moved nothing on the device under test");
  }
  MovesBytes(const MovesBytes&) = delete;
  MovesBytes& operator=(const MovesBytes&) = delete;

  Device device;

 private:
  Counters before_;
};

/// True if the values have the same bits; any two NaNs count as the same.
template <class T>
bool same_bits(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a || b != b) return a != a && b != b;
  }
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

/// The first place at which two ranges differ in bits or length; nothing if they are the same.
template <class T>
std::optional<std::size_t> first_difference(std::span<const T> a, std::span<const T> b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    if (!same_bits(a[i], b[i])) return i;
  if (a.size() != b.size()) return std::min(a.size(), b.size());
  return std::nullopt;
}
template <class T>
std::optional<std::size_t> first_difference(const std::vector<T>& a, const std::vector<T>& b) {
  return first_difference(std::span<const T>(a), std::span<const T>(b));
}

/// "" if `action` throws an Error with this code whose text contains `word`, else what it did instead.
template <class F>
std::string failure(Code code, std::string_view word, F&& action) {
  try {
    action();
  } catch (const Error& error) {
    const std::string what = error.what();
    if (error.code() != code) return "threw " + std::string(to_string(error.code())) + ": " + what;
    if (what.find(word) == std::string::npos) return "does not say '" + std::string(word) + "': " + what;
    if (error.message().empty()) return "has no message";
    return {};
  }
  return "threw nothing";
}

/// Random values of a type, one in four of them special: zeros of both signs, infinities, NaN, subnormals, ends of the
/// range.
template <class T>
std::vector<T> awkward_values(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<T> values(n);
  for (T& v : values) {
    const std::uint64_t r = random();
    const std::uint64_t kind = random() % 16;
    if constexpr (std::is_floating_point_v<T>) {
      using L = std::numeric_limits<T>;
      const T specials[] = {T(0),           T(-0.0),         L::infinity(),   -L::infinity(),
                            L::quiet_NaN(), -L::quiet_NaN(), L::denorm_min(), -L::denorm_min(),
                            L::min(),       L::max(),        -L::max(),       T(1),
                            T(-1),          T(0.5),          T(1.5),          T(2.5),
                            L::epsilon()};
      if (kind < 4) {
        v = specials[r % std::size(specials)];
      } else if (kind < 6) {  // any bits at all
        std::memcpy(&v, &r, sizeof(T));
      } else {
        v = static_cast<T>(std::ldexp(static_cast<double>(static_cast<std::int64_t>(r)), -60));
      }
    } else {
      using L = std::numeric_limits<T>;
      const T specials[] = {T(0), T(1), static_cast<T>(-1), L::min(), L::max(), static_cast<T>(L::max() - 1),
                            T(2), T(7)};
      if (kind < 4) {
        v = specials[r % std::size(specials)];
      } else if (kind < 8) {
        v = static_cast<T>(static_cast<std::int64_t>(r % 41) - (std::is_signed_v<T> ? 20 : 0));
      } else {
        std::memcpy(&v, &r, sizeof(T));
      }
    }
  }
  return values;
}

/// Sets an environment variable for the length of a scope.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    setenv(name, value, 1);
  }
  ~Environment() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace lockstep::test
