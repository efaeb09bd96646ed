// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#ifndef FORKFD_HARNESSTEST_H
#define FORKFD_HARNESSTEST_H

#include "childprocesstest.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QRegularExpression>
#include <QtCore/QTemporaryDir>

/// Base of the tests of forkfd-harness. Each test function has a folder for its files.
class HarnessTest : public ChildProcessTest
{
protected:
    void init()
    {
        ChildProcessTest::init();
        m_folder.emplace();
        QVERIFY(m_folder->isValid());
    }
    void cleanup()
    {
        m_folder.reset();
        ChildProcessTest::cleanup();
    }

    QString path(const char *name) const { return m_folder->filePath(QString::fromLatin1(name)); }

    /// Writes a file into the folder, and returns its path.
    QString write(const char *name, const QByteArray &content) const
    {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qWarning("%s: %s", qPrintable(file.fileName()), qPrintable(file.errorString()));
        return file.fileName();
    }
    /// Writes a list file in which CHILD is the helper program and FOLDER the folder.
    QString writeList(QByteArray lines) const
    {
        lines.replace("CHILD", '"' + childProgram().toUtf8() + '"');
        lines.replace("FOLDER", m_folder->path().toUtf8());
        return write("list", lines);
    }
    QByteArray read(const char *name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    /// Prepares forkfd-harness, whose output is read in one channel.
    void prepare(Process &harness, const QStringList &arguments) const
    {
        harness.setProgram(QStringLiteral(FORKFD_TEST_HARNESS));
        harness.setArguments(arguments);
        harness.setWorkingDirectory(m_folder->path());
        harness.setProcessChannelMode(Process::MergedChannels);
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"PATH"_s, m_folder->path() + u':' + environment.value(u"PATH"_s));
        environment.remove(u"NO_COLOR"_s);
        harness.setProcessEnvironment(environment);
    }
    /// All its output, without the times, and its exit code in a last line.
    QByteArray run(const QStringList &arguments) const
    {
        Process harness;
        prepare(harness, arguments);
        harness.start();
        if (!harness.waitForFinished(-1))
            return harness.errorString().toUtf8();
        return withoutTimes(harness.readAll()) + text(harness.exitInfo());
    }
    /// "    PASS       0.12 s  name" becomes "PASS name".
    static QByteArray withoutTimes(const QByteArray &output)
    {
        static const QRegularExpression time(u"(?m)^ +([A-Z ]+[A-Z]) +[0-9.]+ s +"_s);
        return QString::fromUtf8(output).replace(time, u"\\1 "_s).toUtf8();
    }

private:
    std::optional<QTemporaryDir> m_folder;
};

#endif
