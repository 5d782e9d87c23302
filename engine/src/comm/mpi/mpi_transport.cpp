// The transport over MPI-3, a module of its own (see comm/transport.hpp). Counts of MPI are ints: what is larger goes
// in pieces, or rank by rank.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

#include <climits>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <numeric>
#include <vector>

#include "comm/transport.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

constexpr std::uint64_t kPiece = std::uint64_t{1} << 30;

void check(int status, const char* call) {
  if (status == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(status, text, &length);
  throw Error(Code::device,
              fmt::format("{} failed: {}", call, std::string_view(text, static_cast<std::size_t>(length))),
              "Do all ranks make the same calls, and do the sizes of messages match?");
}

/// A communicator of MPI, freed with it.
struct Comm {
  MPI_Comm comm = MPI_COMM_NULL;
  int rank = 0, size = 1;

  void learn() {
    check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank");
    check(MPI_Comm_size(comm, &size), "MPI_Comm_size");
  }
  void free() {
    if (comm != MPI_COMM_NULL) MPI_Comm_free(&comm);
  }
};

class MpiTransport : public Transport {
 public:
  MpiTransport() {
    int running = 0;
    check(MPI_Initialized(&running), "MPI_Initialized");
    starts_ = !running;
    int level = MPI_THREAD_SINGLE;
    if (starts_) check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &level), "MPI_Init_thread");
    // Messages of this communicator meet no others of the process.
    check(MPI_Comm_dup(MPI_COMM_WORLD, &world_.comm), "MPI_Comm_dup");
    check(MPI_Comm_set_errhandler(world_.comm, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    world_.learn();
    check(MPI_Comm_split_type(world_.comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine_.comm),
          "MPI_Comm_split_type");
    machine_.learn();
    // Tests set it, to send in pieces what is small.
    if (const char* piece = std::getenv("LOCKSTEP_MPI_PIECE")) piece_ = std::strtoull(piece, nullptr, 10);
    require(piece_ >= 1 && piece_ <= kPiece, Code::bad_argument, "LOCKSTEP_MPI_PIECE must be 1 to {} bytes", kPiece);
  }
  /// While an exception is on its way other ranks may be waiting for this one for ever: they are ended by the launcher,
  /// which sees that this process ended without finalising.
  ~MpiTransport() override {
    int ended = 0;
    if (std::uncaught_exceptions() > 0 || MPI_Finalized(&ended) != MPI_SUCCESS || ended) return;
    machine_.free();
    world_.free();
    if (starts_) MPI_Finalize();
  }

  int do_rank() const noexcept override { return world_.rank; }
  int do_size() const noexcept override { return world_.size; }
  int do_local_rank() const noexcept override { return machine_.rank; }
  int do_local_size() const noexcept override { return machine_.size; }
  void do_barrier() override { check(MPI_Barrier(world_.comm), "MPI_Barrier"); }

  void do_broadcast(void* values, std::uint64_t bytes, int root) override {
    for (std::uint64_t at = 0; at < bytes; at += piece_)
      check(MPI_Bcast(static_cast<char*>(values) + at, static_cast<int>(std::min(piece_, bytes - at)), MPI_BYTE, root,
                      world_.comm),
            "MPI_Bcast");
  }

  void do_gather(const void* mine, void* all, std::span<const std::uint64_t> bytes, int root) override {
    const Runs runs(bytes, piece_);
    if (runs.fit) {
      check(MPI_Gatherv(mine, runs.counts[at(world_.rank)], MPI_BYTE, all, runs.counts.data(), runs.places.data(),
                        MPI_BYTE, root, world_.comm),
            "MPI_Gatherv");
      return;
    }
    if (world_.rank != root) return do_exchange(mine, bytes[at(world_.rank)], root, nullptr, 0, -1);
    auto* to = static_cast<char*>(all);
    for (int r = 0; r < world_.size; to += bytes[at(r++)]) {
      if (r == root)
        copy(to, mine, bytes[at(r)]);
      else
        do_exchange(nullptr, 0, -1, to, bytes[at(r)], r);
    }
  }

  void do_allgather(const void* mine, void* all, std::span<const std::uint64_t> bytes) override {
    const Runs runs(bytes, piece_);
    if (runs.fit) {
      check(MPI_Allgatherv(mine, runs.counts[at(world_.rank)], MPI_BYTE, all, runs.counts.data(), runs.places.data(),
                           MPI_BYTE, world_.comm),
            "MPI_Allgatherv");
      return;
    }
    do_gather(mine, all, bytes, 0);
    do_broadcast(all, std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0}), 0);
  }

  void do_scatter(const void* all, void* mine, std::span<const std::uint64_t> bytes, int root) override {
    const Runs runs(bytes, piece_);
    if (runs.fit) {
      check(MPI_Scatterv(all, runs.counts.data(), runs.places.data(), MPI_BYTE, mine, runs.counts[at(world_.rank)],
                         MPI_BYTE, root, world_.comm),
            "MPI_Scatterv");
      return;
    }
    if (world_.rank != root) return do_exchange(nullptr, 0, -1, mine, bytes[at(world_.rank)], root);
    const auto* from = static_cast<const char*>(all);
    for (int r = 0; r < world_.size; from += bytes[at(r++)]) {
      if (r == root)
        copy(mine, from, bytes[at(r)]);
      else
        do_exchange(from, bytes[at(r)], r, nullptr, 0, -1);
    }
  }

  /// In rounds: in the k-th each rank sends to the one k after it, and receives from the one k before.
  void do_alltoall(const void* all, std::span<const std::uint64_t> sent, void* values,
                   std::span<const std::uint64_t> came) override {
    std::vector<std::uint64_t> from(sent.size()), to(sent.size());
    std::exclusive_scan(sent.begin(), sent.end(), from.begin(), std::uint64_t{0});
    std::exclusive_scan(came.begin(), came.end(), to.begin(), std::uint64_t{0});
    const auto* source = static_cast<const char*>(all);
    auto* target = static_cast<char*>(values);
    const std::size_t self = at(world_.rank);
    copy(target + to[self], source + from[self], sent[self]);
    for (int k = 1; k < world_.size; ++k) {
      const int next = (world_.rank + k) % world_.size, last = (world_.rank - k + world_.size) % world_.size;
      do_exchange(source + from[at(next)], sent[at(next)], next, target + to[at(last)], came[at(last)], last);
    }
  }

  void do_exchange(const void* sent, std::uint64_t bytes, int to, void* received, std::uint64_t room,
                   int from) override {
    std::vector<MPI_Request> requests;
    if (from >= 0)
      for_pieces(room, [&](std::uint64_t begin, int count) {
        check(MPI_Irecv(static_cast<char*>(received) + begin, count, MPI_BYTE, from, 0, world_.comm,
                        &requests.emplace_back()),
              "MPI_Irecv");
      });
    const std::size_t pieces = requests.size();
    if (to >= 0)
      for_pieces(bytes, [&](std::uint64_t begin, int count) {
        check(MPI_Isend(static_cast<const char*>(sent) + begin, count, MPI_BYTE, to, 0, world_.comm,
                        &requests.emplace_back()),
              "MPI_Isend");
      });
    std::vector<MPI_Status> statuses(requests.size());
    if (MPI_Waitall(static_cast<int>(requests.size()), requests.data(), statuses.data()) == MPI_ERR_IN_STATUS)
      for (const MPI_Status& status : statuses) check(status.MPI_ERROR, "the exchange of a message");
    std::uint64_t came = 0;
    for (const MPI_Status& status : std::span(statuses).first(pieces)) {
      int count = 0;
      MPI_Get_count(&status, MPI_BYTE, &count);
      came += static_cast<std::uint64_t>(count);
    }
    require(from < 0 || came == room, Code::bad_argument,
            "a message of {} bytes from rank {} was received as one of {}", came, from, room);
  }

 private:
  /// Runs of bytes as MPI's ints.
  struct Runs {
    Runs(std::span<const std::uint64_t> bytes, std::uint64_t most) {
      std::uint64_t place = 0;
      for (const std::uint64_t run : bytes) {
        counts.push_back(static_cast<int>(run));
        places.push_back(static_cast<int>(place));
        place += run;
      }
      fit = place <= most;
    }
    std::vector<int> counts, places;
    bool fit = false;
  };

  static std::size_t at(int rank) { return static_cast<std::size_t>(rank); }
  static void copy(void* to, const void* from, std::uint64_t bytes) {
    if (bytes != 0) std::memcpy(to, from, static_cast<std::size_t>(bytes));
  }

  /// A message of no bytes is a piece too.
  template <class F>
  void for_pieces(std::uint64_t bytes, F f) const {
    std::uint64_t begin = 0;
    do {
      f(begin, static_cast<int>(std::min(piece_, bytes - begin)));
      begin += piece_;
    } while (begin < bytes);
  }

  bool starts_ = true;  // MPI, and ends it
  Comm world_, machine_;
  std::uint64_t piece_ = kPiece;
};

}  // namespace
}  // namespace lockstep

extern "C" __attribute__((visibility("default"))) lockstep::Transport* lockstep_transport_create(int abi) {
  return abi == lockstep::kTransportAbi ? new lockstep::MpiTransport : nullptr;
}
