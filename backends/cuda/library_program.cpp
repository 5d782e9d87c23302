#include "backends/cuda/library_program.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lockstep/error.hpp"

namespace lockstep::cuda {
namespace {

bool is_taken(const Session& session, const LibraryOperations& library) {
  session.use();
  const cudaError_t status = library.loads();
  if (is_sticky(status)) session.check(status, "load the library");
  if (status != cudaSuccess) static_cast<void>(cudaGetLastError());
  return status == cudaSuccess;
}

}  // namespace

LibraryProgram::LibraryProgram(std::shared_ptr<const Session> session, const LibraryOperations& library,
                               const std::string& name)
    : session_(std::move(session)) {
  const auto found =
      std::find_if(library.all.begin(), library.all.end(), [&](const LibraryOperation& o) { return o.name == name; });
  if (found == library.all.end() || !is_taken(*session_, library))
    throw Error(Code::unsupported, fmt::format("{} has no library operation '{}'", session_->info.name, name));
  operation_ = &*found;
}

std::uint64_t LibraryProgram::workspace(std::uint64_t n) const {
  session_->use();
  static_cast<void>(cudaGetLastError());  // of an earlier query
  std::size_t bytes = 0;
  session_->check(operation_->run(nullptr, bytes, nullptr, n, nullptr), fmt::format("prepare {}", operation_->name));
  return bytes;
}

void LibraryProgram::launch(Queue& queue, std::span<const NativeArgument> arguments, std::uint64_t n) const {
  const NativeArgument& scratch = arguments.front();
  queue.start(*operation_, address_of(*scratch.buffer) + scratch.offset, scratch.buffer->bytes() - scratch.offset,
              words_of(arguments.subspan(1)), n);
}

}  // namespace lockstep::cuda
