// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_TREEENDTEST_H
#define FORKFD_TREEENDTEST_H

#include "stoppingtest.h"
#include "testwalk.h"

/// Base of the tests of treeEnded() and remainingProcessIds(). For tests with forkfd_tell_portable().
class TreeEndTest : public StoppingTest
{
protected:
    using Scope = Process::SignalScope;

    /// The names of the last signals of an end, in their order.
    class Ends
    {
    public:
        explicit Ends(Process &process)
        {
            connect(&process, &Process::finished, &process, [this] { m_names += "finished "; });
            connect(&process, &Process::ended, &process, [this] { m_names += "ended "; });
            connect(&process, &Process::treeEnded, &process, [this] { m_names += "treeEnded "; });
        }
        const QByteArray &names() const { return m_names; }

    private:
        QByteArray m_names;
    };

    static constexpr char knowsNoNumbers[] =
        "The portable library knows whether the group is empty, and not who is in it.";

    static constexpr char seesItLater[] =
        "The portable library sees an empty group only after the child was reaped, a look later.";

    /// remainingProcessIds().size() when this many processes are left.
    static qsizetype named(qsizetype count) { return FORKFD_TEST_PORTABLE ? 0 : count; }
};

#endif
