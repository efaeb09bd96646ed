// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// A plug-in whose static initializer has a thread start a child and waits for that thread.

#include <thread>

extern "C" void startFromPlugin();

namespace {

const bool isStarted = [] { // clazy:exclude=non-pod-global-static
    std::thread(startFromPlugin).join();
    return true;
}();

} // namespace
