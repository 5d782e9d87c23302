// The tables of functions and reductions that help texts, the parser and the tests read.
#include <array>

#include "lockstep/expr.hpp"

namespace lockstep {
namespace {

constexpr FunctionInfo kFunctions[] = {
#define LOCKSTEP_FUNCTION(name, arity, rule, syntax, what) {Function::name, #name, arity, syntax, what},
#include "lockstep/functions.def"
#undef LOCKSTEP_FUNCTION
};

constexpr ReductionInfo kReductions[] = {
    {Reduction::sum, "sum", "sum, in the order of the unit tree; integers as i64 or u64"},
    {Reduction::prod, "prod", "product, in the order of the unit tree; integers as i64 or u64"},
    {Reduction::min, "min", "smallest element; NaN if there is one"},
    {Reduction::max, "max", "largest element; NaN if there is one"},
    {Reduction::mean, "mean", "sum divided by the number of elements; integers as f64"},
    {Reduction::var, "var", "mean square of the distances from the mean, less `ddof` elements; integers as f64"},
    {Reduction::stddev, "std", "square root of var"},
    {Reduction::norm, "norm", "root of the sum of squares, or the norm of another `ord`; integers as f64"},
    {Reduction::any, "any", "an element is not 0"},
    {Reduction::all, "all", "every element is not 0"},
    {Reduction::count, "count", "how many elements are not 0"},
    {Reduction::argmin, "argmin",
     "place of the smallest element, the first of equals; of the first NaN if there is one"},
    {Reduction::argmax, "argmax",
     "place of the largest element, the first of equals; of the first NaN if there is one"},
    {Reduction::band, "band", "the bits that all elements have; of integers and bools"},
    {Reduction::bor, "bor", "the bits that one of the elements has; of integers and bools"},
    {Reduction::bxor, "bxor", "the bits that an odd number of elements have; of integers and bools"},
    {Reduction::land, "land", "as all"},
    {Reduction::lor, "lor", "as any"},
    {Reduction::lxor, "lxor", "an odd number of elements is not 0"},
};

}  // namespace

std::span<const FunctionInfo> all_functions() noexcept { return kFunctions; }
std::span<const ReductionInfo> all_reductions() noexcept { return kReductions; }

}  // namespace lockstep
