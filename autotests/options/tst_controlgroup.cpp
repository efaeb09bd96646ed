// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "attributes.h"
#include "forkedcopy.h"
#include "processtest.h"
#include "rungrefusals.h"
#include "testcontrolgroup.h"
#include "testpipe.h"

#include <cerrno>
#include <memory>

#include <unistd.h>

using ForkFd::LaunchOptions;
using ForkFd::StartError;

/// A child starts in its control group, whichever rung creates it.
/// Holds: L13.
class tst_ControlGroup : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void placed_data();
    void placed();
    void overwrittenDirectory();
    void goneGroup();
    void forbiddenGroup();

private:
    std::unique_ptr<TestControlGroup> m_group;
};

void tst_ControlGroup::init()
{
    if (!FORKFD_TEST_HAS_VFORK)
        QSKIP("POSIX knows no control groups.");
    m_group = std::make_unique<TestControlGroup>();
    if (!m_group->isMade())
        QSKIP("No control group (cgroup v2) can be made here.");
    ProcessTest::init();
}

void tst_ControlGroup::cleanup()
{
    ProcessTest::cleanup();
    m_group.reset();
}

void tst_ControlGroup::placed_data()
{
    QTest::addColumn<Refusals>("refusals");
    QTest::newRow("as the system can") << Refusals{};
    QTest::newRow("clone") << Refusals{noClone3};
    QTest::newRow("copy") << Refusals{noClone3, noVFork};
    QTest::newRow("fork") << Refusals{noClone3, noVFork, noPidFd};
}

void tst_ControlGroup::placed()
{
    QFETCH(const Refusals, refusals);
    const QByteArray result = inRefusedCopy(refusals, [&] {
        const QByteArray before = ownAttributes();
        const QByteArray output = outputOf(child({"cgroup"}), {.controlGroup = m_group->path()});
        return output + (ownAttributes() == before ? "" : "the parent has moved");
    });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, m_group->name() + '\n');
}

// In the child another descriptor takes the number of the library's directory descriptor.
void tst_ControlGroup::overwrittenDirectory()
{
    const TestPipe pipe;
    LaunchOptions options = {.controlGroup = m_group->path()};
    for (int fd = 3; fd < 60; ++fd)
        options.fileDescriptors.push_back({fd, pipe.readEnd()});
    const QByteArray result = inForkedCopy([&] {
        return refuse({{SYS_clone3, ENOSYS}}) ? outputOf(child({"cgroup"}), options) : "no filter";
    });
    if (result == "no filter")
        QSKIP("This system has no seccomp filters.");
    QCOMPARE(result, m_group->name() + '\n');
}

void tst_ControlGroup::goneGroup()
{
    const std::string path = m_group->path();
    m_group.reset();
    QCOMPARE(outcomeOf(child({}), {.controlGroup = path}), text(StartError{"controlGroup", ENOENT}));
    QCOMPARE(outcomeOf(child({}), {.controlGroup = "/"}), text(StartError{"controlGroup", ENOTSUP}));
    QCOMPARE(outcomeOf(child({}), {.controlGroup = FORKFD_TEST_CHILD}),
             text(StartError{"controlGroup", ENOTDIR}));
}

void tst_ControlGroup::forbiddenGroup()
{
    const QByteArray result = inForkedCopy([this] {
        becomeOrdinaryUserWhoMayReadAll();
        return outcomeOf(child({}), {.controlGroup = m_group->path()});
    });
    if (geteuid() == 0)
        QCOMPARE(result, text(StartError{"controlGroup", EACCES}));
}

QTEST_GUILESS_MAIN(tst_ControlGroup)
#include "tst_controlgroup.moc"
