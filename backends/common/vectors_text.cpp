// Kernels that store every element, on GPUs with wide accesses: a work-item takes vectors of neighbouring elements. The
// elements of a row that fill no vector are taken one by one, with the same bits.
#include "backends/common/families.hpp"
#include "backends/common/work.hpp"

namespace lockstep::text {
namespace {

// Declares the coordinates of the first element of vector number `number`.
void vector_coordinates(Writer& w, const KernelParts& k, const std::string& number) {
  const int last = k.layout.rank - 1;
  const char* type = k.number();
  if (last == 0) {
    w.line("const {0} c0 = ({0})({1} * {2});", type, number, k.layout.vector);
    return;
  }
  w.line("const {0} row = ({0}){1} / ({0})per_item;", type, number);
  coordinates(w, k, 0, last, "row");
  w.line("const {0} c{1} = (({0}){2} - row * ({0})per_item) * {3};", type, last, number, k.layout.vector);
}

void begin_vector(Writer& w, const KernelParts& k, const std::string& number) {
  vector_coordinates(w, k, number);
  k.element.for_outer(w);
  k.element.for_run(w);
}

void compute_vector(Writer& w, const KernelParts& k, std::string_view which) {
  k.element.declare_written_vectors(w);
  w.line("#pragma unroll");
  w.open("for (uint j = 0; j < {}; ++j)", k.layout.vector);
  k.element.for_each_in_vectors(w, "j", which);
  w.close();
  k.element.write_vectors(w);
}

// All vectors are read before the first is computed, so that they are under way together.
void several_vectors(Writer& w, const KernelParts& k) {
  k.element.declare_read_vectors(w, k.layout.repeats);
  for (const bool reads : {true, false}) {
    w.line("#pragma unroll");
    w.open("for (uint u = 0; u < {}; ++u)", k.layout.repeats);
    begin_vector(w, k, fmt::format("(first + u * {})", kGroupSize));
    if (reads)
      k.element.read_vectors(w, "[u]");
    else
      compute_vector(w, k, "[u]");
    w.close();
  }
}

void single_elements(Writer& w, const KernelParts& k) {
  const int last = k.layout.rank - 1;
  w.line("const uint count = e{0} - c{0} < {1} ? (uint)(e{0} - c{0}) : {1};", last, k.layout.vector);
  w.line("#pragma unroll 1");
  w.open("for (uint j = 0; j < count; ++j)");
  k.element.for_each(w, "j");
  w.close();
}

}  // namespace

void vectors_body(Writer& w, const KernelParts& k) {
  const int last = k.layout.rank - 1, vector = k.layout.vector, repeats = k.layout.repeats;
  k.element.for_pass(w);
  w.line("const ulong first = {} * {} + {};", k.dialect.group_id, kGroupSize * static_cast<unsigned>(repeats),
         k.dialect.local_id);
  if (repeats > 1) {
    w.open("if ((first + {}) * {} <= e0)", static_cast<unsigned>(repeats - 1) * kGroupSize + 1, vector);
    several_vectors(w, k);
    w.line("return;");
    w.close();
  }
  w.line("#pragma unroll 1");
  w.open("for (uint u = 0; u < {}; ++u)", repeats);
  w.line("const ulong at = first + u * {};", kGroupSize);
  w.line("if (at >= total) return;");
  begin_vector(w, k, "at");
  if (repeats == 1) {
    w.open("if (c{0} + {1} <= e{0})", last, vector);
    k.element.declare_read_vectors(w, 1);
    k.element.read_vectors(w, "");
    compute_vector(w, k, "");
    w.line("return;");
    w.close();
  }
  single_elements(w, k);
  w.close();
}

}  // namespace lockstep::text
