// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "signalname.h"

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
    SignalName{"ABRT", SIGABRT},
    SignalName{"ALRM", SIGALRM},
    SignalName{"BUS", SIGBUS},
    SignalName{"CHLD", SIGCHLD},
    SignalName{"CONT", SIGCONT},
    SignalName{"FPE", SIGFPE},
    SignalName{"HUP", SIGHUP},
    SignalName{"ILL", SIGILL},
    SignalName{"INT", SIGINT},
    SignalName{"KILL", SIGKILL},
    SignalName{"PIPE", SIGPIPE},
    SignalName{"PROF", SIGPROF},
    SignalName{"QUIT", SIGQUIT},
    SignalName{"SEGV", SIGSEGV},
    SignalName{"STOP", SIGSTOP},
    SignalName{"SYS", SIGSYS},
    SignalName{"TERM", SIGTERM},
    SignalName{"TRAP", SIGTRAP},
    SignalName{"TSTP", SIGTSTP},
    SignalName{"TTIN", SIGTTIN},
    SignalName{"TTOU", SIGTTOU},
    SignalName{"USR1", SIGUSR1},
    SignalName{"USR2", SIGUSR2},
    SignalName{"VTALRM", SIGVTALRM},
    SignalName{"XCPU", SIGXCPU},
    SignalName{"XFSZ", SIGXFSZ},
    SignalName{"URG", SIGURG},
    // The first name of a number is the one that is printed.
    SignalName{"IOT", SIGABRT},
#ifdef SIGPOLL
    SignalName{"POLL", SIGPOLL},
#endif
#ifdef SIGIO
    SignalName{"IO", SIGIO},
#endif
#ifdef SIGPWR
    SignalName{"PWR", SIGPWR},
#endif
#ifdef SIGSTKFLT
    SignalName{"STKFLT", SIGSTKFLT},
#endif
#ifdef SIGWINCH
    SignalName{"WINCH", SIGWINCH},
#endif
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

std::optional<int> wholeNumberOf(std::string_view text)
{
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool isWhole = error == std::errc() && end == text.data() + text.size();
    return isWhole ? std::optional(number) : std::nullopt;
}

// "RTMIN", "RTMIN+1", "RTMAX-1". libc keeps some numbers for itself, so that SIGRTMIN is no constant.
std::optional<int> realTimeSignalOf(std::string_view name)
{
    const bool isFromMin = name.substr(0, 5) == "RTMIN";
    if (!isFromMin && name.substr(0, 5) != "RTMAX")
        return std::nullopt;
    const int base = isFromMin ? SIGRTMIN : SIGRTMAX;
    name.remove_prefix(5);
    if (name.empty())
        return base;
    const bool hasSign = name.front() == (isFromMin ? '+' : '-');
    const std::optional<int> distance = wholeNumberOf(name.substr(1));
    if (!hasSign || !distance || *distance < 0 || *distance > SIGRTMAX - SIGRTMIN)
        return std::nullopt;
    return isFromMin ? base + *distance : base - *distance;
}

} // namespace

std::optional<int> signalNumberOf(std::string_view text)
{
    if (const std::optional<int> number = wholeNumberOf(text))
        return *number > 0 && *number <= SIGRTMAX ? number : std::nullopt;
    std::string name = inCapitals(text);
    if (name.compare(0, 3, "SIG") == 0)
        name.erase(0, 3);
    for (const SignalName &entry : signalNames) {
        if (entry.name == name)
            return entry.number;
    }
    return realTimeSignalOf(name);
}

std::string nameOfSignal(int number)
{
    for (const SignalName &entry : signalNames) {
        if (entry.number == number)
            return "SIG" + std::string(entry.name);
    }
    if (number >= SIGRTMIN && number <= SIGRTMAX)
        return number == SIGRTMIN ? "SIGRTMIN" : "SIGRTMIN+" + std::to_string(number - SIGRTMIN);
    return std::to_string(number);
}
