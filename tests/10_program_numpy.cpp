// Arrays go from NumPy through the program and back with equal bits.
#include "numpy.hpp"

#include "lockstep/decimal.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

struct NumPy {
  TemporaryFolder folder;
  std::string python = numpy_python();

  explicit operator bool() const { return !python.empty(); }
  std::string script(const std::string& text) const { return run_numpy(python, folder, text); }
  std::string evaluate(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "evaluate");
    const Outcome outcome = run_program(arguments, {.folder = folder.path().string()});
    CHECK_MESSAGE(outcome.exit == 0, outcome.err);
    return outcome.out;
  }
};

}  // namespace

TEST_CASE("NumPy's files of every type, order and endianness come back with equal bits") {
  const NumPy numpy;
  if (!numpy) return;
  numpy.script(R"(
rng = np.random.default_rng(7)
for t in ['?', 'i1', 'i4', 'i8', 'u1', 'u4', 'u8', 'f4', 'f8']:
    for shape in [(), (0,), (7,), (3, 4), (2, 0, 3), (2, 3, 4), (1, 2, 1, 3, 1, 2, 1, 2)]:
        a = (rng.integers(0, 2**32, shape) * (2.0**-7 if t[0] == 'f' else 1)).astype(t)
        for order in 'CF':
            for end in '<>':
                name = f"{t.replace('?', 'b')}-{len(shape)}-{'-'.join(map(str, shape))}-{order}-{'l' if end == '<' else 'b'}.npy"
                np.save(name, np.array(a, dtype=np.dtype(t).newbyteorder(end), order=order))
)");
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(numpy.folder.path()))
    names.push_back(entry.path().filename());
  CHECK(names.size() == 9 * 7 * 4);
  for (const std::string& name : names) {
    const Npy npy = read_npy(numpy.folder / name);
    write_npy(numpy.folder / ("back-" + name), npy);
  }
  CHECK(numpy.script(R"(
import os
n = 0
for name in os.listdir('.'):
    if name.startswith('back-'):
        a, b = np.load(name[5:]), np.load(name)
        assert a.shape == b.shape and b.dtype == a.dtype.newbyteorder('='), name
        assert a.astype(b.dtype).tobytes() == b.tobytes(), name
        n += 1
print(n)
)") == "252\n");
}

TEST_CASE("structured arrays go from NumPy and back, aligned or packed") {
  const NumPy numpy;
  if (!numpy) return;
  numpy.script(R"(
t = np.dtype([('id', '<u8'), ('kind', 'i1'), ('x', '>f8'), ('on', '?'), ('v', '<f4')], align=True)
a = np.zeros((3, 4), t)
a['id'] = np.arange(12).reshape(3, 4); a['kind'] = -a['id']; a['x'] = a['id'] / 7; a['on'] = a['id'] % 3 == 0; a['v'] = -a['x']
np.save('a.npy', a); np.save('f.npy', np.asfortranarray(a))
)");
  for (const char* name : {"a.npy", "f.npy"}) write_npy(numpy.folder / "back.npy", read_npy(numpy.folder / name));
  numpy.script(R"(
a, b = np.load('a.npy'), np.load('back.npy')
assert a.dtype.names == b.dtype.names and a.shape == b.shape
for n in a.dtype.names: assert (a[n] == b[n]).all(), n
)");
}

TEST_CASE("a sum of products of NumPy's arrays is computed whatever their order and endianness") {
  const NumPy numpy;
  if (!numpy) return;
  numpy.script(R"(
a = np.arange(60, dtype='f8').reshape(3, 4, 5) / 8
np.save('a.npy', a); np.save('f.npy', np.asfortranarray(a)); np.save('b.npy', a.astype('>f8'))
np.save('fb.npy', np.asfortranarray(a.astype('>f8'))); np.save('s.npy', np.float64(2.5)); np.save('e.npy', np.zeros((0, 3)))
np.save('w.npy', np.arange(60, dtype='f8').reshape(3, 4, 5))
)");
  const std::string expected = numpy.script("print(repr(float(sum((np.load('a.npy') * np.load('w.npy')).ravel()))))");
  for (const char* name : {"a", "f", "b", "fb"})
    CHECK(numpy.evaluate({"sum(x*y)", std::string("x=") + name + ".npy", "y=w.npy"}) == expected);  // exact in f64
  CHECK(numpy.evaluate({"x*2", "x=s.npy"}) == "5.0\n");
  CHECK(numpy.evaluate({"sum(x)", "x=e.npy"}) == "0.0\n");
}

TEST_CASE("the program's output is read by NumPy with the bits that NumPy computes") {
  const NumPy numpy;
  if (!numpy) return;
  numpy.script(R"(
rng = np.random.default_rng(11)
special = [0.0, -0.0, np.inf, -np.inf, 1e-310, 5e-324, 1.7e308, 1.0]
for t in 'f4', 'f8':
    with np.errstate(all='ignore'):
        x = np.concatenate([np.array(special), rng.standard_normal(4000)]).astype(t)
        y = np.concatenate([np.array(special[::-1]), rng.standard_normal(4000)]).astype(t)
    np.save(f'x-{t}.npy', np.asfortranarray(x.reshape(8, 501))); np.save(f'y-{t}.npy', y.astype('>' + t).reshape(8, 501))
)");
  for (const std::string type : {"f4", "f8"})
    numpy.evaluate({"r = sqrt(x*x + y*y); q = x/y; less = x < y; n = i32(x)", "x=x-" + type + ".npy",
                    "y=y-" + type + ".npy", "--output", "{}-" + type + ".npy"});
  numpy.script(R"(
for t in 'f4', 'f8':
    x, y = np.load(f'x-{t}.npy'), np.load(f'y-{t}.npy').astype(t)
    with np.errstate(all='ignore'):
        want = {'r': np.sqrt(x*x + y*y), 'q': x/y, 'less': x < y}
    for name, w in want.items():
        got = np.load(f'{name}-{t}.npy')
        assert got.dtype == w.dtype and got.shape == w.shape and got.flags.c_contiguous, (name, got.dtype, got.shape)
        same = (got == w) & (np.signbit(got) == np.signbit(w)) | ((got != got) & (w != w)) if w.dtype.kind == 'f' else got == w
        assert same.all(), (name, t, np.argwhere(~same)[:5])
    finite = np.isfinite(x) & (abs(x) < 2**31)
    assert (np.load(f'n-{t}.npy')[finite] == x[finite].astype('i4')).all()
)");
}

TEST_CASE("printed numbers read back in Python to the same bits") {
  const NumPy numpy;
  if (!numpy) return;
  numpy.script("np.save('x.npy', np.random.default_rng(3).standard_normal(200) * 10.0 ** np.arange(-100, 100))");
  const std::string program = numpy.evaluate({"x", "x=x.npy", "--json"});
  write_file(numpy.folder / "x.json", program);
  numpy.script(R"(
import json
got = np.array(json.load(open('x.json'))['results'][0]['value'])
assert got.tobytes() == np.load('x.npy').tobytes()
)");
  CHECK(numpy.evaluate({"x[17]", "x=x.npy"}) == numpy.script("print(repr(float(np.load('x.npy')[17])))"));
}

TEST_CASE("NumPy's arrays of types that are not supported are refused with their name") {
  const NumPy numpy;
  if (!numpy) return;
  numpy.script(R"(
for t in ['i2', 'u2', 'f2', 'c8', 'c16', 'longdouble', 'O', 'U3', 'S3', 'M8[s]', 'm8[s]', 'V5']:
    np.save(t.split('[')[0] + '.npy', np.zeros(3, t))
np.savez('z.npz', a=np.zeros(3))
)");
  for (const auto& [file, name] :
       std::initializer_list<std::pair<const char*, const char*>>{{"i2", "int16"},
                                                                  {"u2", "uint16"},
                                                                  {"f2", "float16"},
                                                                  {"c8", "complex64"},
                                                                  {"c16", "complex128"},
                                                                  {"longdouble", "longdouble"},
                                                                  {"O", "object"},
                                                                  {"U3", "str"},
                                                                  {"S3", "bytes"},
                                                                  {"M8", "datetime64"},
                                                                  {"m8", "timedelta64"},
                                                                  {"V5", "void"}})
    check_refused(2, std::string("of type ") + name, {"evaluate", "sum(x)", std::string("x=") + file + ".npy"},
                  {.folder = numpy.folder.path().string()});
  check_refused(2, "unpacked", {"evaluate", "sum(x)", "x=z.npz"}, {.folder = numpy.folder.path().string()});
}
