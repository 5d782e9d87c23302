#include "backends/cuda/arguments.hpp"

namespace lockstep::cuda {

std::vector<std::uint64_t> Arguments::of_run(const Program& program, const text::Layout& layout, const Pass& pass,
                                             AddressOf address, std::uint64_t scratch,
                                             const std::vector<std::uint64_t>& numbers) {
  std::vector<std::uint64_t> words;
  words.reserve(pass.arrays.size() + pass.outputs.size() + program.scalars.size() + numbers.size() + 1);
  for (const Operand& a : pass.arrays) words.push_back(address(*a.buffer));
  for (std::size_t o = 0; o < pass.outputs.size(); ++o)
    if (layout.same_as[o] < 0) words.push_back(address(*pass.outputs[o].buffer));
  if (text::is_fold(layout.family)) words.push_back(scratch);
  for (std::size_t s = 0; s < program.scalars.size(); ++s) words.push_back(pass.scalars[s]);
  words.insert(words.end(), numbers.begin(), numbers.end());
  return words;
}

std::vector<std::uint64_t> Arguments::of_finish(const Program& program, const text::Layout& layout, const Pass& pass,
                                                const text::Work& work, AddressOf address, std::uint64_t scratch) {
  std::vector<std::uint64_t> words;
  for (std::size_t o = 0; o < pass.outputs.size(); ++o)
    if (program.outputs[o].fold != Fold::store) words.push_back(address(*pass.outputs[o].buffer));
  words.push_back(scratch);
  const auto numbers = text::geometry_values(program, layout, text::Stage::finish, pass, work);
  words.insert(words.end(), numbers.begin(), numbers.end());
  return words;
}

std::vector<void*> places_of(std::vector<std::uint64_t>& words) {
  std::vector<void*> places;
  places.reserve(words.size());
  for (std::uint64_t& word : words) places.push_back(&word);
  return places;
}

}  // namespace lockstep::cuda
