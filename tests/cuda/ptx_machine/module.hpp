#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::test::ptx {

/// What is wrong with a text, or with what it does.
struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Token {
  std::string_view text;  ///< a word with its dots, or one sign
  unsigned line = 0;
};

enum class Space : std::uint8_t { generic, global, constant, shared, local, param };

struct Variable {
  std::string_view name;
  Space space = Space::generic;
  std::uint64_t align = 1, bytes = 0;
  bool is_open = false;  ///< an array whose size the launch gives
  std::vector<std::byte> initial{};
};

struct Function {
  bool is_entry = false;
  std::vector<Variable> results, parameters;
  std::span<const Token> body;  ///< empty if it is only declared
};

/// Reads tokens one after another.
class Reader {
 public:
  explicit Reader(std::span<const Token> tokens) : tokens_(tokens) {}

  bool is_over() const { return at_ >= tokens_.size(); }
  const Token& peek(std::size_t ahead = 0) const;
  const Token& next();
  bool accept(std::string_view text);
  void expect(std::string_view text);
  /// The tokens up to the one that closes what `open` opened; reads that one too.
  std::span<const Token> until_closed(std::string_view open, std::string_view close);
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  std::span<const Token> tokens_;
  std::size_t at_ = 0;
};

/// A module in PTX. Only what is outside the functions is read at once.
class Module {
 public:
  explicit Module(std::string_view ptx);
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  const Function& function(std::string_view name) const;
  const std::map<std::string_view, Function>& functions() const noexcept { return functions_; }
  const std::vector<Variable>& variables() const noexcept { return variables_; }

 private:
  void read_function(Reader& in, bool is_entry);

  std::string text_;
  std::vector<Token> tokens_;
  std::map<std::string_view, Function> functions_;
  std::vector<Variable> variables_;
};

constexpr std::uint64_t aligned(std::uint64_t at, std::uint64_t align) { return (at + align - 1) / align * align; }

/// The rest of a declaration, behind the name of its space.
Variable read_variable(Reader& in, Space space);
/// True for ".shared" and the like.
bool is_space(std::string_view word, Space& space);
/// Bytes of "b32" and the like; 0 for what is no type; 1 for "pred".
unsigned bytes_of_type(std::string_view name);
/// True for numbers as PTX writes them; those of floats as their bits, in 32 of them if it begins with 0f.
bool is_number(std::string_view word, std::uint64_t& value);

}  // namespace lockstep::test::ptx
