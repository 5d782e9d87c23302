#include "lockstep/error.hpp"

#include <utility>

namespace lockstep {

std::string_view to_string(Code code) noexcept {
  switch (code) {
    case Code::bad_argument:
      return "bad_argument";
    case Code::bad_shape:
      return "bad_shape";
    case Code::bad_type:
      return "bad_type";
    case Code::bad_text:
      return "bad_text";
    case Code::wrong_device:
      return "wrong_device";
    case Code::unsupported:
      return "unsupported";
    case Code::file:
      return "file";
    case Code::disk:
      return "disk";
    case Code::no_device:
      return "no_device";
    case Code::out_of_memory:
      return "out_of_memory";
    case Code::compile:
      return "compile";
    case Code::device:
      return "device";
  }
  return "unknown";
}

bool is_usage_error(Code code) noexcept { return code <= Code::file; }

Error::Error(Code code, std::string message, std::string advice, std::string details)
    : code_(code), message_(std::move(message)), advice_(std::move(advice)), details_(std::move(details)) {
  what_ = message_;
  if (!advice_.empty()) what_ += "\n" + advice_;
  if (!details_.empty()) what_ += "\n" + details_;
}

}  // namespace lockstep
