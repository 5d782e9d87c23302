// The program's frame: help, wrong use, exit codes, its streams.
#include "program.hpp"

#include "lockstep/version.hpp"

using namespace lockstep;
using namespace lockstep::test;

TEST_CASE("help and version go to standard output") {
  const Outcome help = run_program({"--help"});
  CHECK(help.exit == 0);
  CHECK(help.err.empty());
  for (const char* command : {"devices", "evaluate", "compare"}) {
    CAPTURE(command);
    CHECK(help.out.find(command) != std::string::npos);
    const Outcome own = run_program({command, "--help"});
    CHECK(own.exit == 0);
    CHECK(own.out.find(std::string("  lockstep ") + command) != std::string::npos);  // an example
  }
  CHECK(run_program({"--version"}).out == std::string("lockstep ") + version() + "\n");
}

TEST_CASE("without a command the program shows its help and exits with 2") {
  const Outcome outcome = run_program({});
  CHECK(outcome.exit == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.find("evaluate") != std::string::npos);
}

TEST_CASE("an unknown command or option gets the nearest known one") {
  check_refused(2, "there is no command 'evalute'\nDid you mean 'evaluate'?", {"evalute", "1"});
  check_refused(2, "there is no command 'frobnicate'", {"frobnicate"});
  check_refused(2, "`lockstep evaluate` has no option '--devise'\nDid you mean '--device'?",
                {"evaluate", "1", "--devise=cpu"});
  check_refused(2, "`lockstep` has no option '--verson'\nDid you mean '--version'?", {"--verson"});
  check_refused(2, "`lockstep devices` has no option '--zzzzzz'", {"devices", "--zzzzzz"});
  check_refused(2, "goes after ' -- '", {"evaluate", "-x*2", "x=1"});
  check_refused(2, "unexpected argument 'cpu'", {"devices", "cpu"});
  check_refused(2, "EXPRESSION is required", {"evaluate"});
  check_refused(2, "--type", {"compare", "a.npy", "b.npy", "--type", "f16"});
}

TEST_CASE("an option with an empty value is refused, as a variable that was not set") {
  check_refused(2, "--output: the value is empty", {"evaluate", "1", "--output", ""});
  check_refused(2, "--json: the value is empty", {"bench", "triad/f32/2^10", "--json", ""});
  check_refused(2, "--device: the value is empty", {"selftest", "-d", ""});
}

TEST_CASE("an expression that begins with a minus stands after two dashes") {
  CHECK(run_program({"evaluate", "--", "-x*2", "x=1.5"}).out == "-3.0\n");
}

TEST_CASE("a standard output that is full is a failure of the system") {
  const Outcome outcome = run_program({"evaluate", "1+1"}, {.out = "/dev/full"});
  CHECK(outcome.exit == 3);
  CHECK(outcome.err.find("standard output cannot be written: No space left") != std::string::npos);
}

TEST_CASE("a reader that goes away ends the program as other programs end") {
  const Outcome outcome = run({"/bin/bash", "-c",
                               std::string("set -o pipefail; for i in 1 2 3 4 5 6 7 8; do (sleep 0.2; '") +
                                   LOCKSTEP_PROGRAM + "' --help) | true || exit $?; done"});
  CHECK(outcome.exit == 128 + SIGPIPE);
  CHECK(outcome.err.empty());
}

TEST_CASE("messages have no colours where no terminal is") {
  CHECK(run_program({"evaluate", "y"}).err.find('\x1b') == std::string::npos);
}
