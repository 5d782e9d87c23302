#include "interruption.hpp"

#include <csignal>

namespace lockstep::app {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};

// A signal handler can reach nothing else.
volatile std::sig_atomic_t caught = 0;

void set_handler(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

void replace_handler(int signal, void (*handler)(int)) {
  struct sigaction now {};
  sigaction(signal, nullptr, &now);
  if (now.sa_handler != SIG_IGN) set_handler(signal, handler);
}

extern "C" void note_signal(int signal) {
  caught = signal;
  for (const int each : kSignals) replace_handler(each, SIG_DFL);
}

}  // namespace

Interruption::Interruption() {
  caught = 0;
  for (const int signal : kSignals) replace_handler(signal, note_signal);
}

Interruption::~Interruption() {
  for (const int signal : kSignals) replace_handler(signal, SIG_DFL);
}

int Interruption::signal() const noexcept { return caught; }

const char* signal_name(int signal) noexcept { return signal == 0 ? "" : signal == SIGINT ? "SIGINT" : "SIGTERM"; }

}  // namespace lockstep::app
