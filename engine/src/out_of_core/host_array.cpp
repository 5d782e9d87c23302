// Operands in host memory, and files written in parts.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "atomic_file.hpp"
#include "expr_node.hpp"
#include "input_file.hpp"
#include "lockstep/out_of_core.hpp"
#include "npy_header.hpp"
#include "require.hpp"

namespace lockstep {
namespace {

/// A file mapped for reading.
class Mapping {
 public:
  Mapping(const std::filesystem::path& path, std::uint64_t bytes) : bytes_(bytes) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0) memory_ = ::mmap(nullptr, bytes_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    const int error = errno;
    if (descriptor >= 0) ::close(descriptor);
    require(descriptor >= 0 && memory_ != MAP_FAILED, Code::file, "'{}' cannot be mapped: {}", path.string(),
            std::generic_category().message(error));
    ::madvise(memory_, bytes_, MADV_SEQUENTIAL);
  }
  ~Mapping() { ::munmap(memory_, bytes_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  const std::byte* data() const { return static_cast<const std::byte*>(memory_); }

 private:
  void* memory_ = MAP_FAILED;
  std::size_t bytes_;
};

}  // namespace

HostArray::HostArray(const void* data, std::uint64_t count, DType type, const Shape& shape)
    : dtype_(type), shape_(shape), data_(static_cast<const std::byte*>(data)) {
  require(count == shape.size(), Code::bad_shape, "{} values do not fill shape {}, which has {}", count, shape,
          shape.size());
}

HostArray HostArray::map_npy(const std::filesystem::path& path) {
  const std::string name = path.string();
  detail::InputFile file(path);
  require(file.is_regular(), Code::unsupported, "'{}' is no regular file, so that it cannot be mapped", name);
  const detail::NpyHeader header = detail::read_npy_header(file, name);
  const detail::NpyColumn& column = header.columns.front();
  require(header.is_plain_row_major() && !column.swapped && column.type != DType::boolean, Code::unsupported,
          "'{}' cannot be used in place: its elements are {}\nLoad it, or write it anew with np.ascontiguousarray.",
          name,
          header.structured ? "structured"
          : column.swapped  ? "of the other byte order"
          : header.fortran  ? "in Fortran order"
                            : "bools, whose bytes must be checked");
  HostArray array;
  array.dtype_ = column.type;
  array.shape_ = header.shape;
  const auto mapping = std::make_shared<const Mapping>(path, header.begin + header.data_bytes());
  array.data_ = mapping->data() + header.begin;
  array.owner_ = mapping;
  return array;
}

HostArray::operator Expr() const {
  ExprNode node;
  node.kind = ExprNode::Kind::host;
  node.dtype = dtype_;
  node.shape = shape_;
  node.host = std::make_shared<const HostArray>(*this);
  return Expr(std::make_shared<const ExprNode>(std::move(node)));
}

struct NpyWriter::Impl {
  Impl(const std::filesystem::path& path, std::uint64_t bytes) : file(path), name(path.string()), left(bytes) {}

  detail::AtomicFile file;
  std::string name;
  std::uint64_t left;
};

NpyWriter::NpyWriter(const std::filesystem::path& path, DType type, const Shape& shape)
    : impl_(std::make_unique<Impl>(path, shape.size() * size_of(type))) {
  const detail::NpyColumn column{.name = {}, .type = type, .offset = 0, .swapped = false};
  const std::string header = detail::format_npy_header({&column, 1}, shape, false);
  impl_->file.write(std::as_bytes(std::span<const char>(header)));
}

NpyWriter::~NpyWriter() = default;

void NpyWriter::write(std::span<const std::byte> elements) {
  require(elements.size() <= impl_->left, Code::bad_argument, "'{}' has room for {} bytes more, not for {}",
          impl_->name, impl_->left, elements.size());
  impl_->file.write(elements);
  impl_->left -= elements.size();
}

void NpyWriter::commit() {
  require(impl_->left == 0, Code::bad_argument, "'{}' lacks {} bytes of its elements", impl_->name, impl_->left);
  impl_->file.commit();
}

}  // namespace lockstep
