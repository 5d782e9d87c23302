#pragma once

#include "backends/common/families.hpp"

// What the folds of GPUs have in common. Names: f<n> partial values of fold n, t<n> the value of a task so far.
namespace lockstep::text {

inline std::string name(const FoldText& f) { return fmt::format("f{}", f.number()); }
inline std::string top(const FoldText& f) { return fmt::format("t{}", f.number()); }
/// Memory of the group, shared by all folds of a type one after another.
std::string shared(const FoldText& f);
void declare_shared(Writer& w, const KernelParts& k, std::uint64_t count);
/// Declares t<n>, with the value that changes nothing.
void declare_tops(Writer& w, const KernelParts& k);
/// The element number `e` of the output's folded elements, if it is before `end`, folded into the slot `prefix` +
/// number
/// + `place` of each fold.
void fold_element(Writer& w, const KernelParts& k, const std::string& prefix, const std::string& place);
/// Declares first_unit and end, in units and elements, of the task's chunk.
void begin_chunk(Writer& w);
/// shared[id] is folded with shared[id + distance] where `condition` holds; then all work-items meet.
void shared_step(Writer& w, const KernelParts& k, const FoldText& f, const std::string& condition,
                 const std::string& distance);

}  // namespace lockstep::text
