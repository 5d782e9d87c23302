#include "library/library.hpp"

#include <string>

namespace lockstep {
namespace {

constexpr DType kSorted[] = {DType::i32, DType::i64, DType::u32, DType::u64, DType::f32, DType::f64};
constexpr const char* kSorts[] = {"sort_", "sort_places_", "sort_rows_"};

struct ScanRow {
  ScanOp op;
  DType type;
  const char* name;
};
constexpr ScanRow kScans[] = {
    {ScanOp::sum, DType::u64, "prefix_sum_u64"},           {ScanOp::prod, DType::u64, "prefix_prod_u64"},
    {ScanOp::smallest, DType::u8, "prefix_smallest_u8"},   {ScanOp::smallest, DType::u32, "prefix_smallest_u32"},
    {ScanOp::smallest, DType::u64, "prefix_smallest_u64"},
};

NativeKernel named(std::string name, std::vector<Parameter> parameters) {
  NativeKernel kernel;
  kernel.name = kernel.library = std::move(name);
  kernel.parameters = std::move(parameters);
  kernel.parameters.insert(kernel.parameters.begin(), {"scratch", DType::u8, Access::read_write, Length::any});
  return kernel;
}

NativeKernel sort_kernel(LibrarySort what, DType type) {
  std::vector<Parameter> parameters = {
      {"keys_in", type, Access::read}, {"keys_out", type, Access::write}, {"bits", DType::u32, Access::scalar}};
  if (what != LibrarySort::keys) parameters.push_back({"places_out", DType::u32, Access::write});
  if (what == LibrarySort::rows) parameters.push_back({"row", DType::u64, Access::scalar});
  return named(kSorts[static_cast<std::size_t>(what)] + std::string(to_string(type)), std::move(parameters));
}

std::vector<NativeKernel> make_sorts() {
  std::vector<NativeKernel> all;
  for (const LibrarySort what : {LibrarySort::keys, LibrarySort::places, LibrarySort::rows})
    for (const DType type : kSorted) all.push_back(sort_kernel(what, type));
  return all;
}

std::vector<NativeKernel> make_scans() {
  std::vector<NativeKernel> all;
  for (const ScanRow& row : kScans)
    all.push_back(named(row.name, {{"x", row.type, Access::read},
                                   {"out", row.type, Access::write},
                                   {"order", DType::u32, Access::scalar},
                                   {"exclusive", DType::u32, Access::scalar},
                                   {"empty", DType::i64, Access::scalar}}));
  return all;
}

}  // namespace

const NativeKernel* library_sort(LibrarySort what, DType element) {
  static const std::vector<NativeKernel> all = make_sorts();
  for (std::size_t i = 0; i < std::size(kSorted); ++i)
    if (kSorted[i] == element) return &all[static_cast<std::size_t>(what) * std::size(kSorted) + i];
  return nullptr;
}

const NativeKernel* library_scan(ScanOp op, DType type) {
  static const std::vector<NativeKernel> all = make_scans();
  for (std::size_t i = 0; i < std::size(kScans); ++i)
    if (kScans[i].op == op && kScans[i].type == type) return &all[i];
  return nullptr;
}

}  // namespace lockstep
