// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "interposedopen.h"
#include "processtest.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

using ForkFd::StartError;

namespace {

std::string script; // clazy:exclude=non-pod-global-static
std::string fifo; // clazy:exclude=non-pod-global-static

// The owner of the script replaces it when the library has looked at it.
const char *replaceScript(const char *path)
{
    if (path == script && !fifo.empty()) {
        std::rename(fifo.c_str(), script.c_str());
        fifo.clear();
    }
    return path;
}

} // namespace

/// To explain a failed start, the library reads the program, with the parent's rights. It opens nothing
/// but regular files, whatever takes the program's place in between: to open a device may have effects.
/// Holds: L3.
class tst_InterpreterFile : public ProcessTest
{
    Q_OBJECT

private Q_SLOTS:
    void replaced();

private:
    QTemporaryDir m_directory;
};

void tst_InterpreterFile::replaced()
{
    script = m_directory.filePath(QStringLiteral("script")).toStdString();
    fifo = m_directory.filePath(QStringLiteral("fifo")).toStdString();
    QFile file(QString::fromStdString(script));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/no/such/interpreter\n");
    file.close();
    QVERIFY(chmod(script.c_str(), 0755) == 0);
    QVERIFY(mkfifo(fifo.c_str(), 0755) == 0);
    const int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    QVERIFY(inotify_add_watch(watch, fifo.c_str(), IN_OPEN) >= 0);

    beforeOpen = replaceScript;
    StartError error;
    QVERIFY(!ForkFd::spawn({{script}}, {}, &error));
    beforeOpen = nullptr;
    QVERIFY(fifo.empty()); // It was replaced.
    char events[4096];
    QVERIFY(read(watch, events, sizeof events) < 0 && errno == EAGAIN);
    close(watch);
    QCOMPARE(text(error), text(StartError{"exec", ENOENT}));
    QCOMPARE(QByteArray::fromStdString(error.subject), QByteArray::fromStdString(script));
}

QTEST_GUILESS_MAIN(tst_InterpreterFile)
#include "tst_interpreterfile.moc"
