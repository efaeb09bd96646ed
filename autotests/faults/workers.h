// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_FAULTS_WORKERS_H
#define FORKFD_FAULTS_WORKERS_H

#include <cstddef>
#include <functional>
#include <string>

namespace Faults {

/// Computes work(0) to work(count - 1) in forked copies of this process, with `workers` at a time, and
/// passes each result to `receive` here. Begins no further work once `isOver` is true.
void runInWorkers(std::size_t count, int workers, const std::function<std::string(std::size_t)> &work,
                  const std::function<void(std::size_t, const std::string &)> &receive,
                  const std::function<bool()> &isOver);

} // namespace Faults

#endif
