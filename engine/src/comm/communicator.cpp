// Checks and the untyped side of the Communicator; what moves the bytes is a Transport.
#include "lockstep/comm/communicator.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <numeric>
#include <string>

#include "comm/single.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

/// What every rank throws: the ranks disagree.
template <class... A>
void require_everywhere(bool condition, fmt::format_string<A...> format, A&&... arguments) {
  if (!condition)
    throw CollectiveError(Error(Code::bad_argument, fmt::format(format, std::forward<A>(arguments)...),
                                "All ranks must make the same call with sizes that fit."));
}

Error error_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    return e;
  } catch (const std::bad_alloc&) {
    return Error(Code::out_of_memory, "out of host memory");
  } catch (const std::exception& e) {
    return Error(Code::device, e.what());
  } catch (...) {
    return Error(Code::device, "an exception of an unknown type");
  }
}

}  // namespace

Communicator::Communicator() : transport_(single_rank()) {}
Communicator::Communicator(std::shared_ptr<Transport> transport) : transport_(std::move(transport)) {
  require(transport_ != nullptr, Code::bad_argument, "a communicator needs a transport");
}

int Communicator::rank() const noexcept { return transport_->do_rank(); }
int Communicator::size() const noexcept { return transport_->do_size(); }
int Communicator::local_rank() const noexcept { return transport_->do_local_rank(); }
int Communicator::local_size() const noexcept { return transport_->do_local_size(); }
void Communicator::barrier() const { transport_->do_barrier(); }

void Communicator::check_rank(int rank, const char* name) const {
  require(rank >= 0 && rank < size(), Code::bad_argument, "{} = {}: the ranks are 0 to {}", name, rank, size() - 1);
}

std::size_t Communicator::total(std::span<const std::uint64_t> counts) {
  return static_cast<std::size_t>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

std::pair<std::uint64_t, std::uint64_t> Communicator::share_of(int rank, std::uint64_t count,
                                                               std::uint64_t multiple) const {
  check_rank(rank, "rank");
  require(multiple > 0, Code::bad_argument, "shares cannot begin at multiples of 0");
  const std::uint64_t blocks = count / multiple + (count % multiple != 0), ranks = static_cast<std::uint64_t>(size());
  const auto begin_of = [&](std::uint64_t r) {  // the first of them have one block more
    return std::min(count, (blocks / ranks * r + std::min(r, blocks % ranks)) * multiple);
  };
  return {begin_of(static_cast<std::uint64_t>(rank)), begin_of(static_cast<std::uint64_t>(rank) + 1)};
}

Communicator::Counts Communicator::even_counts(std::uint64_t count) const {
  Counts counts;
  for (int r = 0; r < size(); ++r) {
    const auto [begin, end] = share_of(r, count);
    counts.push_back(end - begin);
  }
  return counts;
}

Communicator::Counts Communicator::bytes_of_all(std::uint64_t mine) const { return allgather_value(mine); }

Communicator::Counts Communicator::bytes_from_root(std::uint64_t size, std::span<const std::uint64_t> counts,
                                                   std::size_t element, int root) const {
  check_rank(root, "root");
  Counts bytes(static_cast<std::size_t>(this->size()) + 1);
  if (rank() == root) {
    const bool fits = counts.size() + 1 == bytes.size() && total(counts) == size;
    if (fits) std::transform(counts.begin(), counts.end(), bytes.begin(), [&](std::uint64_t n) { return n * element; });
    bytes.back() = !fits;
  }
  transport_->do_broadcast(bytes.data(), bytes.size() * sizeof(bytes[0]), root);
  require_everywhere(bytes.back() == 0, "scatter: the counts on rank {} are not one for each of {} ranks, or not {}",
                     root, this->size(), "as many as there are values");
  bytes.pop_back();
  return bytes;
}

Communicator::Counts Communicator::bytes_to_send(std::uint64_t size, std::span<const std::uint64_t> counts,
                                                 std::size_t element) const {
  const bool fits = counts.size() == static_cast<std::size_t>(this->size()) && total(counts) == size;
  const auto all = allgather_value<std::uint8_t>(fits);
  const auto wrong = std::find(all.begin(), all.end(), 0);
  require_everywhere(wrong == all.end(), "alltoall: the counts on rank {} do not add up to the number of values",
                     wrong - all.begin());
  Counts bytes(counts.begin(), counts.end());
  for (std::uint64_t& n : bytes) n *= element;
  return bytes;
}

Communicator::Counts Communicator::transposed(const Counts& sent) const {
  Counts came(sent.size());
  const Counts one(sent.size(), sizeof(std::uint64_t));
  transport_->do_alltoall(sent.data(), one, came.data(), one);
  return came;
}

void Communicator::broadcast_bytes(void* values, std::uint64_t bytes, int root) const {
  check_rank(root, "root");
  const auto all = allgather_value(std::array<std::uint64_t, 2>{bytes, static_cast<std::uint64_t>(root)});
  for (std::size_t r = 0; r < all.size(); ++r)
    require_everywhere(all[r] == all[0], "broadcast: rank 0 has {} bytes and root {}, rank {} has {} and {}", all[0][0],
                       all[0][1], r, all[r][0], all[r][1]);
  transport_->do_broadcast(values, bytes, root);
}

void Communicator::gather_bytes(const void* mine, void* all, const Counts& bytes, int root) const {
  transport_->do_gather(mine, all, bytes, root);
}
void Communicator::allgather_bytes(const void* mine, void* all, const Counts& bytes) const {
  transport_->do_allgather(mine, all, bytes);
}
void Communicator::scatter_bytes(const void* all, void* mine, const Counts& bytes, int root) const {
  transport_->do_scatter(all, mine, bytes, root);
}
void Communicator::alltoall_bytes(const void* all, const Counts& sent, void* values, const Counts& came) const {
  transport_->do_alltoall(all, sent, values, came);
}

void Communicator::exchange_bytes(const void* sent, std::uint64_t bytes, int to, void* received, std::uint64_t room,
                                  int from) const {
  if (to != kNobody) check_rank(to, "to");
  if (from != kNobody) check_rank(from, "from");
  transport_->do_exchange(sent, bytes, to, received, room, from);
}

void Communicator::share_error(const std::exception_ptr& mine, bool says_whose) const {
  if (size() == 1) {
    if (mine) std::rethrow_exception(mine);
    return;
  }
  const auto failed = allgather_value<std::uint8_t>(mine != nullptr);
  const auto first = std::find(failed.begin(), failed.end(), 1);
  if (first == failed.end()) return;
  const int root = static_cast<int>(first - failed.begin());
  const bool one = says_whose && std::find(failed.begin(), failed.end(), 0) != failed.end();
  const Error error = rank() == root ? error_of(mine) : Error(Code::device, "");
  const auto code = broadcast_value(error.code(), root);
  const auto text = [&](std::string value) {
    value.resize(static_cast<std::size_t>(broadcast_value<std::uint64_t>(value.size(), root)));
    broadcast(std::span<char>(value), root);
    return value;
  };
  const std::string message = text(error.message()), advice = text(error.advice()), details = text(error.details());
  throw CollectiveError(Error(code, one ? fmt::format("rank {}: {}", root, message) : message, advice, details));
}

}  // namespace lockstep
