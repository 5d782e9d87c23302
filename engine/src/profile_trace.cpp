// Timelines in the format of Chrome's traces: complete events ("X") with times in microseconds, on one process with a
// thread for each track.
#include <fmt/format.h>

#include <algorithm>

#include "lockstep/profile.hpp"

namespace lockstep {
namespace {

// Tracks: the host's first, then the streams.
constexpr int kHostTrack = 0;
int track_of(const Activity& a) { return a.work == Work::compile ? kHostTrack : a.stream + 1; }

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    else
      out += c;
  }
  return out + "\"";
}

std::string metadata(std::string_view what, int track, std::string_view name) {
  return fmt::format(R"({{"name":"{}","ph":"M","pid":1,"tid":{},"args":{{"name":{}}}}})", what, track,
                     json_string(name));
}

std::string event(const Activity& a) {
  const double seconds = a.end - a.begin;
  std::string arguments;
  if (a.bytes) arguments = fmt::format(R"("bytes":{})", a.bytes);
  if (a.bytes && seconds > 0)
    arguments += fmt::format(R"(,"GB/s":{:.4g})", static_cast<double>(a.bytes) / seconds * 1e-9);
  return fmt::format(R"({{"name":{},"cat":"{}","ph":"X","ts":{:.3f},"dur":{:.3f},"pid":1,"tid":{},"args":{{{}}}}})",
                     json_string(a.name), to_string(a.work), a.begin * 1e6, seconds * 1e6, track_of(a), arguments);
}

}  // namespace

std::string to_trace(std::span<const Activity> activities, std::string_view process) {
  int last = kHostTrack;
  for (const Activity& a : activities) last = std::max(last, track_of(a));
  std::string text = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n" + metadata("process_name", kHostTrack, process);
  for (int track = 0; track <= last; ++track)
    text += ",\n" + metadata("thread_name", track,
                             track == kHostTrack ? "host: compilations" : fmt::format("stream {}", track - 1));
  for (const Activity& a : activities) text += ",\n" + event(a);
  return text + "\n]}\n";
}

}  // namespace lockstep
