// Element-wise reductions over ranks. Every rank gets the same slice of all ranks' arrays and combines it itself, in
// the order of the tree, so that MPI's own order has no say; each byte is sent about twice, whatever the number of
// ranks.
#include <cstring>

#include "comm/combine.hpp"
#include "comm/transport.hpp"
#include "lockstep/comm/communicator.hpp"
#include "lockstep/device.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

constexpr std::uint64_t kSmall = 1 << 16;  // bytes of all ranks together that every rank combines whole

std::vector<std::byte> bytes_of(const Array& array) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(array.bytes()));
  array.read_bytes(bytes.data());
  return bytes;
}

/// A call of a reduction on one rank: all ranks must make the same.
struct Signature {
  std::uint64_t count;
  std::int32_t root;
  RankOp op;
  DType type;
  bool placed, has_room;
};

void check_same(const Communicator& ranks, const Signature& mine) {
  const std::vector<Signature> all = ranks.allgather_value(mine);
  for (std::size_t r = 0; r < all.size(); ++r) {
    const Signature &a = all[0], &b = all[r];
    const bool same =
        a.count == b.count && a.root == b.root && a.op == b.op && a.type == b.type && a.placed == b.placed;
    if (!same)
      throw CollectiveError(Error(Code::bad_argument,
                                  fmt::format("reduce: rank 0 combines {} elements of {} by {} for rank {}, rank {} "
                                              "combines {} elements of {} by {} for rank {}",
                                              a.count, to_string(a.type), to_string(a.op), a.root, r, b.count,
                                              to_string(b.type), to_string(b.op), b.root),
                                  "All ranks must make the same call with sizes that fit."));
    if (!b.has_room)
      throw CollectiveError(Error(Code::bad_argument,
                                  fmt::format("reduce: the result on rank {} has no room of {} elements", r, b.count)));
  }
}

/// Combines the arrays of `bytes` bytes each; the result is in `out` on `root`, or everywhere if there is none.
class Reducer {
 public:
  Reducer(Transport& transport, CombineElements combine, std::uint64_t element)
      : transport_(transport), combine_(combine), element_(element), ranks_(transport.do_size()) {}

  void small(const void* in, void* out, std::uint64_t count, int root) {
    const std::uint64_t bytes = count * element_;
    std::vector<std::byte> arrays(static_cast<std::size_t>(bytes * ranks()));
    transport_.do_allgather(in, arrays.data(), std::vector<std::uint64_t>(ranks(), bytes));
    combine_tree(combine_, arrays.data(), ranks(), count, bytes);
    if (is_result_of(root) && bytes != 0) std::memcpy(out, arrays.data(), static_cast<std::size_t>(bytes));
  }

  /// `slices`: how many elements each rank combines.
  void sliced(const void* in, void* out, const std::vector<std::uint64_t>& slices, int root) {
    std::vector<std::uint64_t> sent = slices;
    for (std::uint64_t& n : sent) n *= element_;
    const std::uint64_t mine = sent[static_cast<std::size_t>(transport_.do_rank())];
    std::vector<std::byte> arrays(static_cast<std::size_t>(mine * ranks()));
    transport_.do_alltoall(in, sent, arrays.data(), std::vector<std::uint64_t>(ranks(), mine));
    combine_tree(combine_, arrays.data(), ranks(), mine / element_, mine);
    root < 0 ? transport_.do_allgather(arrays.data(), out, sent) : transport_.do_gather(arrays.data(), out, sent, root);
  }

 private:
  std::size_t ranks() const { return static_cast<std::size_t>(ranks_); }
  bool is_result_of(int root) const { return root < 0 || root == transport_.do_rank(); }

  Transport& transport_;
  CombineElements combine_;
  std::uint64_t element_;
  int ranks_;
};

}  // namespace

void Communicator::reduce_any(RankOp op, DType type, const void* in, void* out, std::uint64_t count, std::uint64_t room,
                              int root) const {
  const bool mine = root < 0 || root == rank();
  check_same(*this, {count, root, op, type, false, !mine || room == count});
  Reducer reducer(*transport_, combine_numbers(op, type), size_of(type));
  const std::uint64_t all = count * size_of(type) * static_cast<std::uint64_t>(size());
  all <= kSmall ? reducer.small(in, out, count, root) : reducer.sliced(in, out, even_counts(count), root);
  if (mine) normalize_logical(op, type, out, count);
}

void Communicator::reduce_placed(RankOp op, DType type, const void* in, void* out, std::uint64_t count,
                                 std::uint64_t room, int root) const {
  check_same(*this, {count, root, op, type, true, (root >= 0 && root != rank()) || room == count});
  const std::uint64_t element = visit(type, []<Element T>() { return std::uint64_t{sizeof(Placed<T>)}; });
  Reducer reducer(*transport_, combine_placed(op, type), element);
  const std::uint64_t all = count * element * static_cast<std::uint64_t>(size());
  all <= kSmall ? reducer.small(in, out, count, root) : reducer.sliced(in, out, even_counts(count), root);
}

void Communicator::broadcast(const Array& values, int root) const {
  std::vector<std::byte> bytes = bytes_of(values);
  broadcast(std::span<std::byte>(bytes), root);
  if (rank() != root) values.write_bytes(bytes.data());
}

Array Communicator::reduce(RankOp op, const Array& values, int root) const {
  check_rank(root, "root");
  const std::vector<std::byte> in = bytes_of(values);
  std::vector<std::byte> out(rank() == root ? in.size() : 0);
  reduce_any(op, values.dtype(), in.data(), out.data(), values.size(), rank() == root ? values.size() : 0, root);
  if (rank() != root) return {};
  return values.device().array_from_bytes(out.data(), values.size(), values.dtype(), values.shape());
}

Array Communicator::allreduce(RankOp op, const Array& values) const {
  const std::vector<std::byte> in = bytes_of(values);
  std::vector<std::byte> out(in.size());
  reduce_any(op, values.dtype(), in.data(), out.data(), values.size(), values.size(), kNobody);
  return values.device().array_from_bytes(out.data(), values.size(), values.dtype(), values.shape());
}

std::pair<Array, Array> Communicator::allreduce(RankOp op, const Array& values, const Array& places) const {
  require(places.dtype() == DType::i64, Code::bad_type, "places are i64, not {}", to_string(places.dtype()));
  require(places.shape() == values.shape(), Code::bad_shape, "values of shape {} with places of shape {}",
          values.shape(), places.shape());
  const std::size_t n = static_cast<std::size_t>(values.size());
  const std::vector<std::byte> bytes = bytes_of(values);
  std::vector<std::int64_t> at = places.to_host<std::int64_t>();
  return visit(values.dtype(), [&]<Element T>() -> std::pair<Array, Array> {
    std::vector<Placed<T>> pairs(n);
    for (std::size_t i = 0; i < n; ++i) {
      std::memcpy(&pairs[i].value, bytes.data() + i * sizeof(T), sizeof(T));
      pairs[i].place = at[i];
    }
    const std::vector<Placed<T>> in = pairs;
    allreduce(op, std::span<const Placed<T>>(in), std::span<Placed<T>>(pairs));
    std::vector<std::byte> out(bytes.size());
    for (std::size_t i = 0; i < n; ++i) {
      std::memcpy(out.data() + i * sizeof(T), &pairs[i].value, sizeof(T));
      at[i] = pairs[i].place;
    }
    const Device device = values.device();
    return {device.array_from_bytes(out.data(), n, values.dtype(), values.shape()), device.array(at, places.shape())};
  });
}

}  // namespace lockstep
