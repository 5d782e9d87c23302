#include "selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "host_run.hpp"
#include "lockstep/nearest.hpp"

namespace lockstep::bench {
namespace {

constexpr std::uint64_t power(int exponent) { return std::uint64_t{1} << exponent; }
const std::vector<std::uint64_t> kSizes = {power(10), power(14), power(18), power(22), power(26)};
constexpr std::uint64_t kLargest = power(28);
const std::vector<DType> kQuickTypes = {DType::f32, DType::f64};

template <class T>
bool contains(const std::vector<T>& all, const T& value) {
  return std::find(all.begin(), all.end(), value) != all.end();
}
template <class T>
bool allows(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || contains(wanted, value);
}

/// A part of the name, or a regular expression. Text such as "(" that is no expression may still be a part.
class Filter {
 public:
  explicit Filter(const std::string& text) : text_(text) {
    try {
      pattern_ = std::regex(text);
    } catch (const std::regex_error&) {
    }
  }
  bool is_expression() const { return pattern_.has_value(); }
  bool matches(const std::string& name) const {
    return name.find(text_) != std::string::npos || (pattern_ && std::regex_search(name, *pattern_));
  }

 private:
  std::string text_;
  std::optional<std::regex> pattern_;
};

/// For a table within a minute: arrays of 64 MiB stand for all that lie beyond the caches.
std::vector<std::uint64_t> quick_sizes(DType type) { return {power(14), power(18), power(26) / size_of(type)}; }

std::vector<std::uint64_t> sizes_of(const Case& row, DType type, const Selection& selection) {
  if (row.sizes.empty() && !selection.sizes.empty()) return selection.sizes;
  if (row.sizes.empty() && selection.quick) return quick_sizes(type);
  std::vector<std::uint64_t> sizes = row.sizes.empty() ? kSizes : row.sizes;
  if (selection.quick && selection.sizes.empty() && !row.quick_sizes.empty()) return row.quick_sizes;
  if (row.large) sizes.push_back(kLargest);
  std::erase_if(sizes, [&](std::uint64_t n) { return !allows(selection.sizes, n); });
  return sizes;
}

std::vector<Job> jobs_of(const Case& row, const Selection& selection) {
  std::vector<Job> jobs;
  if (selection.quick && !row.quick) return jobs;
  for (const DType type : row.types) {
    if (!allows(selection.types, type) || (selection.quick && !contains(kQuickTypes, type))) continue;
    for (const std::uint64_t n : sizes_of(row, type, selection)) jobs.push_back({&row, type, n});
  }
  return jobs;
}

/// A filter meets no row of the whole table: what may have been meant.
Error no_such_row(const std::vector<Case>& cases, const std::string& filter) {
  std::vector<std::string_view> names;
  for (const Case& row : cases) names.push_back(row.name);
  const std::string_view near = detail::nearest(filter, names);
  return {Code::bad_argument, fmt::format("no row has a name like '{}'", filter),
          (near.empty() ? "" : fmt::format("Did you mean '{}'? ", near)) +
              "`lockstep bench --list` shows the rows there are."};
}

/// Types, sizes or --quick left none of the rows `named`, which the filters meet: what those have.
Error none_left(const std::vector<Job>& named, const Selection& selection) {
  const auto list = [](std::vector<std::string> words) {
    std::vector<std::string> once;
    for (std::string& word : words)
      if (!contains(once, word)) once.push_back(std::move(word));
    return fmt::format("{}", fmt::join(once, ", "));
  };
  std::vector<std::string> types, sizes, wanted_types, wanted_sizes;
  for (const Job& job : named) types.emplace_back(to_string(job.type)), sizes.push_back(size_text(job.n));
  for (const DType type : selection.types) wanted_types.emplace_back(to_string(type));
  for (const std::uint64_t n : selection.sizes) wanted_sizes.push_back(size_text(n));
  std::vector<std::string> reasons;
  if (!wanted_types.empty()) reasons.push_back("--type " + list(wanted_types));
  if (!wanted_sizes.empty()) reasons.push_back("--size " + list(wanted_sizes));
  if (selection.quick) reasons.emplace_back("--quick");
  const std::string name =
      selection.filters.empty() ? "" : fmt::format(" with a name like '{}'", fmt::join(selection.filters, "' or '"));
  return {Code::bad_argument, fmt::format("no row{} is left by {}", name, fmt::join(reasons, " and ")),
          fmt::format("Without that there are the types {} and the sizes {}.", list(types), list(sizes))};
}

}  // namespace

std::string Job::name() const { return fmt::format("{}/{}/{}", row->name, to_string(type), size_text(n)); }

std::vector<Job> select(const std::vector<Case>& cases, const Selection& selection) {
  const std::vector<Filter> filters(selection.filters.begin(), selection.filters.end());
  const auto named = [&](const Selection& of) {
    std::vector<Job> jobs;
    for (const Case& row : cases)
      for (const Job& job : jobs_of(row, of))
        if (filters.empty() ||
            std::any_of(filters.begin(), filters.end(), [&](auto& f) { return f.matches(job.name()); }))
          jobs.push_back(job);
    return jobs;
  };
  std::vector<Job> jobs = named(selection);
  // Of the whole table, and with the sizes asked for, which most rows take whatever they are.
  std::vector<Job> all = named({});
  all.insert(all.end(), jobs.begin(), jobs.end());
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (std::any_of(all.begin(), all.end(), [&](const Job& job) { return filters[i].matches(job.name()); })) continue;
    if (filters[i].is_expression()) throw no_such_row(cases, selection.filters[i]);
    throw Error(Code::bad_argument,
                fmt::format("the filter '{}' is part of no name and no regular expression", selection.filters[i]),
                "Give a part of a name, such as triad/f32, or an expression, such as '^(add|triad)/'.");
  }
  if (jobs.empty()) throw none_left(all, selection);
  return jobs;
}

std::vector<std::vector<std::string>> list_rows(const std::vector<Case>& cases, const Selection& selection) {
  std::vector<std::vector<std::string>> rows = {{"CASE", "TYPES", "SIZES", "MOVED", "FLOPS", "LIMIT", "PEER", "WHAT"}};
  const Case* last = nullptr;
  for (const Job& job : select(cases, selection)) {
    const Case& row = *job.row;
    if (last != &row) {
      const bool limit = find_limit(row.name, row.types.front()), peer = find_peer(row.name, row.types.front());
      const std::string flops =
          row.pair_flops > 0 ? fmt::format("{}/pair", row.pair_flops) : fmt::format("{}", row.flops);
      rows.push_back({row.name, "", "", fmt::format("{:.3g}", row.moved), flops, limit ? "yes" : "-",
                      peer ? "yes" : "-", row.what});
      last = &row;
    }
    const auto append = [](std::string& list, const std::string& word) {
      if ((" " + list + " ").find(" " + word + " ") == std::string::npos) list += (list.empty() ? "" : " ") + word;
    };
    append(rows.back()[1], std::string(to_string(job.type)));
    append(rows.back()[2], size_text(job.n));
  }
  return rows;
}

std::string size_text(std::uint64_t n) {
  if (n >= power(10) && std::has_single_bit(n)) return fmt::format("2^{}", std::countr_zero(n));
  return std::to_string(n);
}

std::uint64_t parse_size(const std::string& text) {
  const bool is_power = text.starts_with("2^");
  std::uint64_t n = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + (is_power ? 2 : 0), end, n);
  const std::uint64_t most = is_power ? 40 : power(40);
  if (error != std::errc() || rest != end || n > most || (!is_power && n == 0))
    throw Error(Code::bad_argument, fmt::format("--size: '{}' is no number of elements", text),
                "Write a number from 1 to 2^40, such as 1000 or 2^18.");
  return is_power ? power(static_cast<int>(n)) : n;
}

DType parse_type(const std::string& text) {
  if (const auto type = dtype_from_string(text)) return *type;
  throw Error(Code::bad_argument, fmt::format("--type: there is no element type '{}'", text),
              "The cases have f32, f64, i32 and i64.");
}

}  // namespace lockstep::bench
