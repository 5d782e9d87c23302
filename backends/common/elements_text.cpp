// Kernels that store every element: a block for each work-item of a processor, an element for each of a GPU.
#include "backends/common/families.hpp"

namespace lockstep::text {

void blocks_body(Writer& w, const KernelParts& k) {
  const int last = k.layout.rank - 1;
  k.element.for_pass(w);
  w.line("ulong at = {} * per_item;", k.dialect.group_id);
  w.line("const ulong end = total - at < per_item ? total : at + per_item;");
  coordinates(w, k, 0, k.layout.rank, "at");
  k.element.for_outer(w);
  if (last == 0) {
    k.element.for_run(w);
    w.line("const uint count = (uint)(end - at);");
    w.open("for (uint j = 0; j < count; ++j)");
    k.element.for_each(w, "j");
    w.close();
    return;
  }
  w.open("while (at < end)");
  w.line("const uint count = e{0} - c{0} < end - at ? (uint)(e{0} - c{0}) : (uint)(end - at);", last);
  k.element.for_run(w);
  w.open("for (uint j = 0; j < count; ++j)");
  k.element.for_each(w, "j");
  w.close();
  w.line("at += count;");
  w.line("c{} = 0;", last);
  next_coordinates(w, 0, last);
  w.close();
}

void elements_body(Writer& w, const KernelParts& k) {
  w.line("const ulong at = {};", k.dialect.global_id);
  w.line("if (at >= total) return;");
  k.element.for_pass(w);
  coordinates(w, k, 0, k.layout.rank, "at");
  k.element.for_outer(w);
  k.element.for_run(w);
  k.element.for_each(w, "0");
}

}  // namespace lockstep::text
