#include "algorithms/gather.hpp"

#include "algorithms/rows.hpp"
#include "device_impl.hpp"
#include "gather/gather.hpp"

namespace lockstep::algorithms {

Array gather(const Array& x, const Expr& places) {
  const Array indices = dense(as_type(places, DType::i64));
  const Array out = x.device().empty(indices.shape(), x.dtype());
  const DType bits = unsigned_type(x.dtype());
  launch_elements(x.device(), gather_kernel(bits),
                  {reinterpret(x, bits), indices, reinterpret(out, bits), whole(x.size()), whole(out.size()), whole(1),
                   whole(GatherMode::none)},
                  out.size());
  return out;
}

}  // namespace lockstep::algorithms
