#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace lockstep {

/// What kind of failure an Error is. The first group is the caller's to mend, the second the machine's.
enum class Code {
  bad_argument,   ///< a value outside what the call accepts
  bad_shape,      ///< shapes that do not broadcast, or an axis that is not there
  bad_type,       ///< an operation that the element type does not have
  bad_text,       ///< an expression or a file that does not parse
  wrong_device,   ///< arrays or kernels of different devices in one call
  unsupported,    ///< something this device or build cannot do
  file,           ///< a file that cannot be read or written
  disk,           ///< a disk that is full, over its quota, or fails
  no_device,      ///< the device asked for is not there
  out_of_memory,  ///< more memory than the device or its budget has
  compile,        ///< a device compiler refused a program; the log is in `details()`
  device,         ///< the device failed while it worked
};

/// The name of a code as it is written in the enumeration, for example "bad_shape".
std::string_view to_string(Code code) noexcept;

/// True for the codes that say "the caller asked for something wrong", false for failures of the machine.
bool is_usage_error(Code code) noexcept;

/// The one exception type of the library.
/// The engine stays usable after any of them; nothing that the failed call was to write is half written,
/// except the target of an `assign` whose device failed while it worked.
class Error : public std::exception {
 public:
  /// `message` says what is wrong, with the argument's name and value; `advice` what to do about it;
  /// `details` holds a device's own code or log. The last two may be empty.
  Error(Code code, std::string message, std::string advice = {}, std::string details = {});

  Code code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& advice() const noexcept { return advice_; }
  const std::string& details() const noexcept { return details_; }

  /// Message, advice and details, each on lines of its own.
  const char* what() const noexcept override { return what_.c_str(); }

 private:
  Code code_;
  std::string message_;
  std::string advice_;
  std::string details_;
  std::string what_;
};

}  // namespace lockstep
