#pragma once

#include <barrier>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "comm/transport.hpp"
#include "lockstep/comm/communicator.hpp"

namespace lockstep::test {

/// Ranks that are threads of this process: what is built on a Transport runs without MPI, under any sanitizer.
class ThreadRanks {
 public:
  explicit ThreadRanks(int size) : size_(size), sources_(static_cast<std::size_t>(size)), barrier_(size) {}

  /// Runs `body` on every rank. An exception that leaves it on one must leave it on all, or the others wait for ever.
  void run(const std::function<void(const Communicator&)>& body) {
    std::vector<std::exception_ptr> errors(static_cast<std::size_t>(size_));
    std::vector<std::thread> threads;
    for (int r = 0; r < size_; ++r)
      threads.emplace_back([&, r] {
        try {
          body(Communicator(std::make_shared<Rank>(*this, r)));
        } catch (...) {
          errors[static_cast<std::size_t>(r)] = std::current_exception();
        }
      });
    for (std::thread& thread : threads) thread.join();
    for (const std::exception_ptr& error : errors)
      if (error) std::rethrow_exception(error);
  }

 private:
  using Bytes = std::vector<char>;
  struct Source {
    const char* data = nullptr;
    std::span<const std::uint64_t> counts;
  };

  class Rank : public Transport {
   public:
    Rank(ThreadRanks& all, int rank) : all_(all), rank_(rank) {}

    int do_rank() const noexcept override { return rank_; }
    int do_size() const noexcept override { return all_.size_; }
    int do_local_rank() const noexcept override { return rank_; }
    int do_local_size() const noexcept override { return all_.size_; }
    void do_barrier() override { all_.barrier_.arrive_and_wait(); }
    void do_broadcast(void* values, std::uint64_t bytes, int root) override {
      meet(values, {}, [&] {
        if (rank_ != root) copy(values, source(root).data, bytes);
      });
    }
    void do_gather(const void* mine, void* all, std::span<const std::uint64_t> bytes, int root) override {
      meet(mine, {}, [&] {
        if (rank_ == root) collect(all, bytes);
      });
    }
    void do_allgather(const void* mine, void* all, std::span<const std::uint64_t> bytes) override {
      meet(mine, {}, [&] { collect(all, bytes); });
    }
    void do_scatter(const void* all, void* mine, std::span<const std::uint64_t> bytes, int root) override {
      meet(all, {}, [&] { copy(mine, source(root).data + sum(bytes, rank_), bytes[index(rank_)]); });
    }
    void do_alltoall(const void* all, std::span<const std::uint64_t> sent, void* values,
                     std::span<const std::uint64_t> came) override {
      meet(all, sent, [&] {
        auto* to = static_cast<char*>(values);
        for (int r = 0; r < all_.size_; to += came[index(r++)])
          copy(to, source(r).data + sum(source(r).counts, rank_), came[index(r)]);
      });
    }
    void do_exchange(const void* sent, std::uint64_t bytes, int to, void* received, std::uint64_t room,
                     int from) override {
      if (to >= 0) {
        const std::lock_guard lock(all_.mutex_);
        const auto* data = static_cast<const char*>(sent);
        all_.messages_[{rank_, to}].emplace_back(data, data + bytes);
        all_.arrived_.notify_all();
      }
      if (from < 0) return;
      std::unique_lock lock(all_.mutex_);
      auto& box = all_.messages_[{from, rank_}];
      all_.arrived_.wait(lock, [&] { return !box.empty(); });
      const Bytes message = std::move(box.front());
      box.pop_front();
      if (message.size() != room) throw Error(Code::bad_argument, "a message was received as one of another size");
      copy(received, message.data(), room);
    }

   private:
    static std::size_t index(int rank) { return static_cast<std::size_t>(rank); }
    static std::uint64_t sum(std::span<const std::uint64_t> list, int end) {
      std::uint64_t total = 0;
      for (int r = 0; r < end; ++r) total += list[index(r)];
      return total;
    }
    static void copy(void* to, const void* from, std::uint64_t bytes) {
      if (bytes != 0) std::memcpy(to, from, bytes);
    }
    const Source& source(int rank) const { return all_.sources_[index(rank)]; }
    void collect(void* all, std::span<const std::uint64_t> bytes) const {
      for (int r = 0; r < all_.size_; ++r)
        copy(static_cast<char*>(all) + sum(bytes, r), source(r).data, bytes[index(r)]);
    }
    /// Everybody shows where its data is, takes what it needs, and waits until all have.
    template <class F>
    void meet(const void* data, std::span<const std::uint64_t> counts, F take) {
      all_.sources_[index(rank_)] = {static_cast<const char*>(data), counts};
      do_barrier();
      take();
      do_barrier();
    }

    ThreadRanks& all_;
    int rank_;
  };

  int size_;
  std::vector<Source> sources_;
  std::barrier<> barrier_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<std::pair<int, int>, std::deque<Bytes>> messages_;
};

}  // namespace lockstep::test
