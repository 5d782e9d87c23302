#pragma once

// Message passing between the processes that mpirun starts. docs/mpi.md has examples.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lockstep/array.hpp"
#include "lockstep/comm/rank_op.hpp"
#include "lockstep/error.hpp"

namespace lockstep {

class Transport;

/// What messages consist of: plain bytes. All ranks must have the same representation of them.
template <class T>
concept Sendable = std::is_trivially_copyable_v<T>;
/// The same, for calls that return vectors: std::vector<bool> has no elements to copy to.
template <class T>
concept SendableVector = Sendable<T> && !std::same_as<T, bool>;

/// An error that every rank throws, so that all can go on or end together: rank 0 may tell of it for all.
class CollectiveError : public Error {
 public:
  explicit CollectiveError(Error error) : Error(std::move(error)) {}
};

/// The ranks of a parallel program, numbered from 0. A handle; copies are the same ranks.
/// All calls but `send`, `receive` and `exchange` are collective: every rank makes them, in the same order, and they
/// return when this rank's part is done. Use it from one thread at a time. A message longer than 2^31 bytes is sent in
/// pieces. What MPI refuses is an `Error` with Code::device. When the last handle of `world()` goes, MPI is finalised,
/// unless an exception is on its way: then the launcher sees the process fail and ends the other ranks.
class Communicator {
 public:
  /// One rank: this process alone. Costs nothing, needs no MPI.
  Communicator();
  /// The ranks that a launcher (mpirun, mpiexec, srun) started, or one rank if this process was started without. Starts
  /// MPI at the first call. Throws `unsupported` if a launcher started several ranks and this build has no message
  /// passing, or the MPI of another launcher.
  static Communicator world();
  /// Why `world()` could have no more than one rank here; empty if nothing is known to be in the way. Starts nothing.
  static std::string missing();
  /// The rank that a launcher gave this process, 0 without one: for what happens before `world()`. Starts nothing.
  static int launched_rank() noexcept;
  /// For tests and extensions: ranks over some other way to pass messages.
  explicit Communicator(std::shared_ptr<Transport> transport);

  int rank() const noexcept;
  int size() const noexcept;
  /// The same among the ranks on this machine, to share out its devices.
  int local_rank() const noexcept;
  int local_size() const noexcept;

  /// Waits until every rank is here.
  void barrier() const;

  /// `values` of `root` on every rank. Throws `bad_argument` on all ranks if the sizes differ.
  template <Sendable T>
  void broadcast(std::span<T> values, int root = 0) const {
    broadcast_bytes(values.data(), values.size_bytes(), root);
  }
  template <Sendable T>
  T broadcast_value(T value, int root = 0) const {
    broadcast(std::span<T>(&value, 1), root);
    return value;
  }

  /// The values of all ranks one after another, in the order of the ranks, on `root`; nothing elsewhere. Each rank may
  /// give another number of them, or none.
  template <SendableVector T>
  std::vector<T> gather(std::span<const T> mine, int root = 0) const {
    check_rank(root, "root");
    const Counts bytes = bytes_of_all(mine.size_bytes());
    std::vector<T> all(rank() == root ? total(bytes) / sizeof(T) : 0);
    gather_bytes(mine.data(), all.data(), bytes, root);
    return all;
  }
  /// The same on every rank.
  template <SendableVector T>
  std::vector<T> allgather(std::span<const T> mine) const {
    const Counts bytes = bytes_of_all(mine.size_bytes());
    std::vector<T> all(total(bytes) / sizeof(T));
    allgather_bytes(mine.data(), all.data(), bytes);
    return all;
  }
  /// One value of each rank, on every rank.
  template <SendableVector T>
  std::vector<T> allgather_value(const T& mine) const {
    std::vector<T> all(static_cast<std::size_t>(size()));
    allgather_bytes(&mine, all.data(), Counts(all.size(), sizeof(T)));
    return all;
  }

  /// Gives each rank its run of `all`: rank r gets `counts[r]` values, after those of the ranks before it. `all` and
  /// `counts` count on `root` alone. Throws `bad_argument` on all ranks if `counts` does not add up.
  template <SendableVector T>
  std::vector<T> scatter(std::span<const T> all, std::span<const std::uint64_t> counts, int root = 0) const {
    const Counts bytes = bytes_from_root(all.size(), counts, sizeof(T), root);
    std::vector<T> mine(static_cast<std::size_t>(bytes[static_cast<std::size_t>(rank())]) / sizeof(T));
    scatter_bytes(all.data(), mine.data(), bytes, root);
    return mine;
  }
  /// The same with runs as even as can be: see `share_of`.
  template <SendableVector T>
  std::vector<T> scatter(std::span<const T> all, int root = 0) const {
    return scatter(all, even_counts(all.size()), root);
  }

  /// Sends `counts[r]` of the values to each rank r, run after run, and returns what came, in the order of the ranks;
  /// `received`, if given, becomes how many came from each.
  template <SendableVector T>
  std::vector<T> alltoall(std::span<const T> all, std::span<const std::uint64_t> counts,
                          std::vector<std::uint64_t>* received = nullptr) const {
    const Counts sent = bytes_to_send(all.size(), counts, sizeof(T)), came = transposed(sent);
    std::vector<T> values(total(came) / sizeof(T));
    alltoall_bytes(all.data(), sent, values.data(), came);
    if (received) *received = came;
    if (received)
      for (std::uint64_t& count : *received) count /= sizeof(T);
    return values;
  }

  // Between two ranks. Messages of one rank to another arrive in the order in which they were sent; their sizes must
  // match. A send may wait until it is received.
  template <Sendable T>
  void send(std::span<const T> values, int to) const {
    exchange(values, to, std::span<T>(), kNobody);
  }
  template <Sendable T>
  void receive(std::span<T> values, int from) const {
    exchange(std::span<const T>(), kNobody, values, from);
  }
  /// Both at once, so that ranks in a ring do not wait for each other. `kNobody` for a neighbour that is not there.
  template <Sendable T>
  void exchange(std::span<const T> values, int to, std::span<T> received, int from) const {
    exchange_bytes(values.data(), values.size_bytes(), to, received.data(), received.size_bytes(), from);
  }
  static constexpr int kNobody = -1;

  /// MPI's reduction: the arrays of all ranks are combined element by element, and `root` has the result; `out` is left
  /// alone elsewhere. Floats are combined in the order of a binary tree over the ranks (0 with 1, 2 with 3, the two
  /// results, ...; one without a partner passes through), whatever MPI does. min and max follow the engine's rule for
  /// NaN and zeros. The fold of one array that is spread over the ranks is another thing: lockstep/comm/fold.hpp.
  /// Throws `bad_argument` on all ranks if sizes, types or operations differ, `bad_type` for bits of floats.
  template <Element T>
  void reduce(RankOp op, std::span<const T> in, std::span<T> out, int root = 0) const {
    check_rank(root, "root");
    reduce_any(op, dtype_of<T>, in.data(), out.data(), in.size(), out.size(), root);
  }
  /// The same for every rank.
  template <Element T>
  void allreduce(RankOp op, std::span<const T> in, std::span<T> out) const {
    reduce_any(op, dtype_of<T>, in.data(), out.data(), in.size(), out.size(), kNobody);
  }
  template <Element T>
  T allreduce_value(RankOp op, T value) const {
    T result{};
    allreduce(op, std::span<const T>(&value, 1), std::span<T>(&result, 1));
    return result;
  }
  /// minloc and maxloc: the value that comes first, and its place; of equal values that with the lowest place.
  template <Element T>
  void reduce(RankOp op, std::span<const Placed<T>> in, std::span<Placed<T>> out, int root = 0) const {
    check_rank(root, "root");
    reduce_placed(op, dtype_of<T>, in.data(), out.data(), in.size(), out.size(), root);
  }
  template <Element T>
  void allreduce(RankOp op, std::span<const Placed<T>> in, std::span<Placed<T>> out) const {
    reduce_placed(op, dtype_of<T>, in.data(), out.data(), in.size(), out.size(), kNobody);
  }

  // The same with arrays of this rank's device, by way of host memory. Blocks.

  /// Overwrites the elements of `values` with those of `root`.
  void broadcast(const Array& values, int root = 0) const;
  /// A new array on `root`; no array elsewhere.
  Array reduce(RankOp op, const Array& values, int root = 0) const;
  Array allreduce(RankOp op, const Array& values) const;
  /// minloc and maxloc: values, and their places as i64.
  std::pair<Array, Array> allreduce(RankOp op, const Array& values, const Array& places) const;

  /// Runs `work`, which must not communicate, on every rank. If it throws on some, all throw a CollectiveError with
  /// what the first of them threw and, unless all did, its rank.
  template <class F>
  void together(F&& work) const {
    share_error(outcome(std::forward<F>(work)), true);
  }
  /// Runs `work`, which must not communicate, on rank 0. What it throws, all throw as a CollectiveError.
  template <class F>
  void on_first(F&& work) const {
    share_error(rank() == 0 ? outcome(std::forward<F>(work)) : nullptr, false);
  }

  /// The run of `count` elements that belongs to a rank, as even as can be: [begin, end). With `multiple` the runs
  /// begin at multiples of it.
  std::pair<std::uint64_t, std::uint64_t> share_of(int rank, std::uint64_t count, std::uint64_t multiple = 1) const;
  std::pair<std::uint64_t, std::uint64_t> my_share(std::uint64_t count, std::uint64_t multiple = 1) const {
    return share_of(rank(), count, multiple);
  }

 private:
  using Counts = std::vector<std::uint64_t>;

  template <class F>
  static std::exception_ptr outcome(F&& work) {
    try {
      std::forward<F>(work)();
    } catch (...) {
      return std::current_exception();
    }
    return nullptr;
  }
  void share_error(const std::exception_ptr& mine, bool says_whose) const;
  static std::size_t total(std::span<const std::uint64_t> counts);
  void check_rank(int rank, const char* name) const;
  Counts even_counts(std::uint64_t count) const;
  Counts bytes_of_all(std::uint64_t mine) const;
  Counts bytes_from_root(std::uint64_t size, std::span<const std::uint64_t> counts, std::size_t element,
                         int root) const;
  Counts bytes_to_send(std::uint64_t size, std::span<const std::uint64_t> counts, std::size_t element) const;
  Counts transposed(const Counts& sent) const;
  void broadcast_bytes(void* values, std::uint64_t bytes, int root) const;
  void gather_bytes(const void* mine, void* all, const Counts& bytes, int root) const;
  void allgather_bytes(const void* mine, void* all, const Counts& bytes) const;
  void scatter_bytes(const void* all, void* mine, const Counts& bytes, int root) const;
  void alltoall_bytes(const void* all, const Counts& sent, void* values, const Counts& came) const;
  void exchange_bytes(const void* sent, std::uint64_t bytes, int to, void* received, std::uint64_t room,
                      int from) const;
  void reduce_any(RankOp op, DType type, const void* in, void* out, std::uint64_t count, std::uint64_t room,
                  int root) const;
  void reduce_placed(RankOp op, DType type, const void* in, void* out, std::uint64_t count, std::uint64_t room,
                     int root) const;

  std::shared_ptr<Transport> transport_;
};

}  // namespace lockstep
