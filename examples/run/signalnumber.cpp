// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "signalnumber.h"

#include <array>
#include <charconv>
#include <csignal>

namespace {

struct SignalName
{
    std::string_view name;
    int number;
};

constexpr std::array signalNames = {
    SignalName{"ABRT", SIGABRT}, SignalName{"ALRM", SIGALRM}, SignalName{"BUS", SIGBUS},
    SignalName{"CHLD", SIGCHLD}, SignalName{"CONT", SIGCONT}, SignalName{"FPE", SIGFPE},
    SignalName{"HUP", SIGHUP},   SignalName{"ILL", SIGILL},   SignalName{"INT", SIGINT},
    SignalName{"KILL", SIGKILL}, SignalName{"PIPE", SIGPIPE}, SignalName{"PROF", SIGPROF},
    SignalName{"QUIT", SIGQUIT}, SignalName{"SEGV", SIGSEGV}, SignalName{"STOP", SIGSTOP},
    SignalName{"SYS", SIGSYS},   SignalName{"TERM", SIGTERM}, SignalName{"TRAP", SIGTRAP},
    SignalName{"TSTP", SIGTSTP}, SignalName{"TTIN", SIGTTIN}, SignalName{"TTOU", SIGTTOU},
    SignalName{"USR1", SIGUSR1}, SignalName{"USR2", SIGUSR2}, SignalName{"VTALRM", SIGVTALRM},
    SignalName{"XCPU", SIGXCPU}, SignalName{"XFSZ", SIGXFSZ}, SignalName{"URG", SIGURG},
};

std::string inCapitals(std::string_view text)
{
    std::string result(text);
    for (char &character : result) {
        if (character >= 'a' && character <= 'z')
            character = static_cast<char>(character - 'a' + 'A');
    }
    return result;
}

} // namespace

std::optional<int> signalNumberOf(std::string_view text)
{
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size())
        return number > 0 && number <= SIGRTMAX ? std::optional(number) : std::nullopt;
    std::string name = inCapitals(text);
    if (name.compare(0, 3, "SIG") == 0)
        name.erase(0, 3);
    for (const SignalName &entry : signalNames) {
        if (entry.name == name)
            return entry.number;
    }
    return std::nullopt;
}

std::string nameOfSignal(int number)
{
    for (const SignalName &entry : signalNames) {
        if (entry.number == number)
            return "SIG" + std::string(entry.name);
    }
    return std::to_string(number);
}
