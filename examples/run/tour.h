// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_EXAMPLES_RUN_TOUR_H
#define FORKFD_EXAMPLES_RUN_TOUR_H

/// Runs a few children and prints how each ended.
void showTour();

/// Starts a program for a trial, and prints what a bug report needs to say about this system.
void describeSystem();

#endif
