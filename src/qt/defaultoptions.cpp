// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "qt/defaultoptions.h"

#include <ForkFd/childprocess.h>

#include <atomic>
#include <memory>

namespace ForkFd {

namespace Internal {

namespace {

struct Value
{
    LaunchOptions options;
    const Value *previous; ///< Never freed, because another thread may be copying it.
};

constinit std::atomic<const Value *> newest = nullptr;

} // namespace

// Acquire pairs with the release in set(): the value is complete.
const LaunchOptions *DefaultOptions::current() noexcept
{
    const Value *value = newest.load(std::memory_order_acquire);
    return value ? &value->options : nullptr;
}

void DefaultOptions::set(const LaunchOptions &options)
{
    auto value = std::make_unique<Value>(Value{options, newest.load(std::memory_order_relaxed)});
    while (!newest.compare_exchange_weak(value->previous, value.get(), std::memory_order_release,
                                         std::memory_order_relaxed)) { }
    static_cast<void>(value.release());
}

} // namespace Internal

/// Returns the options that were last passed to setDefaultLaunchOptions().
///
/// Any thread. Never blocks. \since 0.1
LaunchOptions ChildProcess::defaultLaunchOptions()
{
    const LaunchOptions *defaults = Internal::DefaultOptions::current();
    return defaults ? *defaults : LaunchOptions();
}

/// From now on each new ChildProcess and each new RunOptions begins with a copy of `options`. So does
/// each call of execute(), which leaves out `pseudoTerminal`, and of the static startDetached(), which
/// leaves out `pseudoTerminal`, `dieWithParent` and `treeDiesWithParent`. The member startDetached()
/// leaves out nothing: if one of these three is in the defaults, it fails (EINVAL) for every object that
/// has no options of its own. Existing objects keep their options. setLaunchOptions(), and a value for
/// RunOptions::launchOptions, replace all default options. spawn() ignores them.
///
/// \code
/// ForkFd::ChildProcess::setDefaultLaunchOptions({.closeDescriptors = true});
/// \endcode
/// An application should call this function once, before it starts children: libraries in the same
/// process start children with these options, too. A library should set the options of its own objects
/// instead. A plug-in that contains a static copy of this library has its own defaults.
///
/// Any thread, also while other threads start children. Never blocks, and takes no lock that a forked
/// copy could find locked. Each call keeps a copy of the options until the process ends. **Errors:**
/// none here; invalid options make the starts fail. \since 0.1
void ChildProcess::setDefaultLaunchOptions(const LaunchOptions &options)
{
    Internal::DefaultOptions::set(options);
}

} // namespace ForkFd
