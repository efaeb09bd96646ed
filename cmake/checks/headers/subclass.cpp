// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include <ForkFd/childprocess.h>

class Subclass : public ForkFd::ChildProcess
{
protected:
#ifdef OVERRIDES_SETUP
    void setupChildProcess();
#endif
};
