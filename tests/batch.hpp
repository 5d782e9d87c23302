#pragma once

#include "cells.hpp"

namespace lockstep::test {

/// Expressions with the elements that they must have, evaluated some at a time: a device whose compiler is slow then
/// compiles one program for many of them. Those of one shape share a program.
class Batch {
 public:
  /// `most`: how many expressions are evaluated together.
  explicit Batch(const Device& device, std::size_t most = 16) : device_(device), most_(most) {}

  void add(std::string name, const Expr& value, Cells expected) {
    values_.push_back(value);
    wanted_.push_back({std::move(name), std::move(expected)});
    if (values_.size() == most_) flush();
  }

  /// Evaluates what has been added.
  void flush() {
    const std::vector<Array> results = device_.evaluate(values_);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const std::string wrong = test::difference(results[i], wanted_[i].expected);
      if (!wrong.empty()) differences_ += wanted_[i].name + ": " + wrong + "\n";
    }
    values_.clear();
    wanted_.clear();
  }

  /// "" if all that was added has the expected types, numbers and bits, else a line for each that has not.
  std::string differences() {
    flush();
    return differences_;
  }

 private:
  struct Wanted {
    std::string name;
    Cells expected;
  };
  Device device_;
  std::size_t most_;
  std::vector<Expr> values_;
  std::vector<Wanted> wanted_;
  std::string differences_;
};

}  // namespace lockstep::test
