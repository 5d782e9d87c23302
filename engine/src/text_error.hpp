#pragma once

#include <string>
#include <string_view>

#include "lockstep/error.hpp"

namespace lockstep::text {

/// An error of `code` at the byte `place` of `source`: the message gets line, column, the line itself and a caret.
Error error_at(std::string_view source, std::size_t place, Code code, std::string_view message, std::string advice = {},
               std::string details = {});

/// Throws `bad_text` at `place`.
[[noreturn]] void fail(std::string_view source, std::size_t place, std::string_view message, std::string advice = {});

/// What `f` returns; an Error that it throws gets the place.
template <class F>
auto at_place(std::string_view source, std::size_t place, F&& f) {
  try {
    return f();
  } catch (const Error& error) {
    throw error_at(source, place, error.code(), error.message(), error.advice(), error.details());
  }
}

}  // namespace lockstep::text
