// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_WORKERS_H
#define FORKFD_FAULTS_WORKERS_H

#include <cstddef>
#include <functional>
#include <string>

namespace Faults {

/// Passes one of the results of a task on.
using Send = std::function<void(const std::string &)>;

/// Calls work(0, …) to work(count - 1, …) in forked copies of this process, with `workers` at a time,
/// and `receive` here with each result that they send. Begins no further work once `isOver` is true.
/// Returns how many tasks have ended.
std::size_t runInWorkers(std::size_t count, int workers,
                         const std::function<void(std::size_t, const Send &)> &work,
                         const std::function<void(const std::string &)> &receive,
                         const std::function<bool()> &isOver);

} // namespace Faults

#endif
