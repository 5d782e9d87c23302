#include <numeric>
#include <string>

#include "../support.hpp"
#include "worlds.hpp"

using namespace lockstep;
using test::on_ranks;

namespace {

constexpr std::size_t kSizes[] = {0, 1, 1023, 1025};

/// What rank `rank` has: no two ranks the same.
std::vector<std::int64_t> values_of(int rank, std::size_t count) {
  std::vector<std::int64_t> values(count);
  std::iota(values.begin(), values.end(), std::int64_t{1'000'000} * rank);
  return values;
}

/// Some ranks have none, others more than the next.
std::size_t uneven(int rank, std::size_t count) { return rank % 3 == 1 ? 0 : count + static_cast<std::size_t>(rank); }

template <class T>
std::span<const T> view(const std::vector<T>& values) {
  return values;
}

template <class F>
void check_error(Code code, F f) {
  CHECK(test::failure(code, "", f) == "");
}

}  // namespace

TEST_CASE("ranks are numbered, and a broadcast brings the root's values to all") {
  on_ranks([](const Communicator& ranks) {
    CHECK(ranks.rank() >= 0);
    CHECK(ranks.rank() < ranks.size());
    CHECK(ranks.local_rank() < ranks.local_size());
    for (const std::size_t count : kSizes)
      for (int root = 0; root < ranks.size(); ++root) {
        std::vector<std::int64_t> values = values_of(ranks.rank(), count);
        ranks.broadcast(std::span(values), root);
        CHECK(values == values_of(root, count));
      }
    CHECK(ranks.broadcast_value(ranks.rank() + 5, ranks.size() - 1) == ranks.size() + 4);
    ranks.barrier();
  });
}

TEST_CASE("gather and allgather put uneven parts together in the order of the ranks") {
  on_ranks([](const Communicator& ranks) {
    for (const std::size_t count : kSizes) {
      std::vector<std::int64_t> all;
      for (int r = 0; r < ranks.size(); ++r) {
        const auto part = values_of(r, uneven(r, count));
        all.insert(all.end(), part.begin(), part.end());
      }
      const auto mine = values_of(ranks.rank(), uneven(ranks.rank(), count));
      CHECK(ranks.allgather(view(mine)) == all);
      for (int root = 0; root < ranks.size(); ++root)
        CHECK(ranks.gather(view(mine), root) == (ranks.rank() == root ? all : std::vector<std::int64_t>()));
    }
  });
}

TEST_CASE("scatter gives each rank its run, and gather takes it back") {
  on_ranks([](const Communicator& ranks) {
    for (const std::size_t count : kSizes)
      for (int root = 0; root < ranks.size(); ++root) {
        const auto all = values_of(7, ranks.rank() == root ? count : 0);
        const auto mine = ranks.scatter(view(all), root);
        const auto [begin, end] = ranks.my_share(count);
        CHECK(mine.size() == end - begin);
        CHECK(ranks.gather(view(mine), root) == all);
        std::vector<std::uint64_t> counts(static_cast<std::size_t>(ranks.size()), 0);
        counts.back() = all.size();
        const auto last = ranks.scatter(view(all), counts, root);
        CHECK(last == (ranks.rank() + 1 == ranks.size() ? values_of(7, count) : std::vector<std::int64_t>()));
      }
    const std::vector<int> two{1, 2};
    const std::vector<std::uint64_t> wrong{1};
    check_error(Code::bad_argument, [&] { ranks.scatter(view(two), wrong); });
  });
}

TEST_CASE("alltoall sends each rank its run") {
  on_ranks([](const Communicator& ranks) {
    for (const std::size_t count : kSizes) {
      // Rank a sends rank b, values 1000000 a + b, count + a of them if a + b is even.
      const auto sent = [&](int a, int b) { return (a + b) % 2 == 0 ? count + static_cast<std::size_t>(a) : 0; };
      std::vector<std::int64_t> all, expected;
      std::vector<std::uint64_t> counts, expected_counts, received;
      for (int r = 0; r < ranks.size(); ++r) {
        counts.push_back(sent(ranks.rank(), r));
        expected_counts.push_back(sent(r, ranks.rank()));
        all.insert(all.end(), counts.back(), std::int64_t{1'000'000} * ranks.rank() + r);
        expected.insert(expected.end(), expected_counts.back(), std::int64_t{1'000'000} * r + ranks.rank());
      }
      CHECK(ranks.alltoall(view(all), counts, &received) == expected);
      CHECK(received == expected_counts);
    }
    const std::vector<int> two{1, 2};
    check_error(Code::bad_argument, [&] { ranks.alltoall(view(two), std::vector<std::uint64_t>{}); });
  });
}

TEST_CASE("ranks in a ring exchange messages, which arrive in order") {
  on_ranks([](const Communicator& ranks) {
    const int next = (ranks.rank() + 1) % ranks.size(), last = (ranks.rank() + ranks.size() - 1) % ranks.size();
    for (const std::size_t count : kSizes) {
      const auto mine = values_of(ranks.rank(), count);
      std::vector<std::int64_t> came(count);
      ranks.exchange(view(mine), next, std::span(came), last);
      CHECK(came == values_of(last, count));
    }
    if (ranks.size() == 1) return;
    for (std::int64_t i = 0; i < 10; ++i) {
      std::int64_t came = -1;
      if (ranks.rank() == 0) ranks.send(std::span<const std::int64_t>(&i, 1), 1);
      if (ranks.rank() == 1) ranks.receive(std::span(&came, 1), 0);
      if (ranks.rank() == 1) CHECK(came == i);
    }
    check_error(Code::bad_argument, [&] { ranks.send(std::span<const int>(), ranks.size()); });
    check_error(Code::bad_argument, [&] { ranks.receive(std::span<int>(), -2); });
  });
}

TEST_CASE("a message of another size than expected is an error") {
  on_ranks([](const Communicator& ranks) {
    if (ranks.size() == 1) return;
    const std::vector<int> two{1, 2};
    std::vector<int> three(3);
    if (ranks.rank() == 0) ranks.send(view(two), 1);
    if (ranks.rank() == 1) check_error(Code::bad_argument, [&] { ranks.receive(std::span(three), 0); });
    ranks.barrier();
  });
}

TEST_CASE("calls that differ between ranks are refused on all of them") {
  on_ranks([](const Communicator& ranks) {
    if (ranks.size() == 1) return;
    std::vector<int> values(ranks.rank() == 1 ? 2 : 3), out(3);
    CHECK_THROWS_AS(ranks.broadcast(std::span(values)), CollectiveError);
    CHECK_THROWS_AS(ranks.allreduce(RankOp::sum, view(values), std::span(out).first(values.size())), CollectiveError);
    CHECK_THROWS_AS(ranks.allreduce_value(ranks.rank() == 1 ? RankOp::min : RankOp::max, 1), CollectiveError);
    CHECK_THROWS_AS(ranks.reduce(RankOp::sum, view(out), std::span(out).first(2)), CollectiveError);
    CHECK(ranks.allreduce_value(RankOp::sum, 1) == ranks.size());  // and all goes on
  });
}

TEST_CASE("an error of one rank becomes an error of all, which says whose it was") {
  on_ranks([](const Communicator& ranks) {
    ranks.together([] {});
    const int last = ranks.size() - 1;
    const auto fails_on = [&](bool here) {
      try {
        ranks.together([&] {
          if (here) throw Error(Code::file, "no such file " + std::to_string(ranks.rank()), "Look.", "errno 2");
        });
      } catch (const Error& error) {
        CHECK(error.code() == Code::file);
        CHECK(error.advice() == "Look.");
        CHECK(error.details() == "errno 2");
        return error.message();
      }
      return std::string();
    };
    const std::string plain = "no such file " + std::to_string(last);
    CHECK(fails_on(ranks.rank() == last) == (last == 0 ? plain : "rank " + std::to_string(last) + ": " + plain));
    CHECK(fails_on(true) == "no such file 0");  // of all: no rank's own
    CHECK_THROWS_AS(ranks.together([] { throw std::bad_alloc(); }), std::exception);
    int ran = 0;
    ranks.on_first([&] { ++ran; });
    CHECK(ran == (ranks.rank() == 0 ? 1 : 0));
    CHECK(test::failure(Code::file, "gone", [&] { ranks.on_first([] { throw Error(Code::file, "gone"); }); }) == "");
  });
}

TEST_CASE("shares are even, begin at multiples, and cover everything once") {
  on_ranks([](const Communicator& ranks) {
    for (const std::uint64_t count : {0, 1, 5, 1023, 1024, 1025, 100'000})
      for (const std::uint64_t multiple : {1, 7, 1024}) {
        std::uint64_t at = 0, most = 0, least = count;
        for (int r = 0; r < ranks.size(); ++r) {
          const auto [begin, end] = ranks.share_of(r, count, multiple);
          CHECK(begin == at);
          CHECK((begin % multiple == 0 || begin == count));
          most = std::max(most, end - begin);
          least = std::min(least, end - begin);
          at = end;
        }
        CHECK(at == count);
        CHECK(most - least < 2 * multiple);
      }
    check_error(Code::bad_argument, [&] { ranks.my_share(5, 0); });
    check_error(Code::bad_argument, [&] { ranks.share_of(ranks.size(), 5); });
  });
}
