// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "report.h"

#include "harnesserror.h"

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QSaveFile>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

using Writer = std::function<bool(QIODevice &)>;

// The device knows no error if the report cannot be written as XML.
[[noreturn]] void fail(const QString &fileName, const QFileDevice &file)
{
    const bool isKnown = file.error() != QFileDevice::NoError;
    throw HarnessError(fileName + u": "_s
                       + (isKnown ? file.errorString() : u"the report cannot be written"_s));
}

void writeToStandardOutput(const Writer &write)
{
    QFile file;
    const bool isWritten = file.open(stdout, QIODevice::WriteOnly) && write(file) && file.flush();
    if (!isWritten || std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
        throw HarnessError(u"standard output cannot be written"_s);
}

// A device or a pipe, such as /dev/null and /dev/fd/3, must not become a file.
void writeInto(const QString &fileName, const Writer &write)
{
    QFile file(fileName);
    if (!file.open(QIODevice::WriteOnly) || !write(file) || !file.flush())
        fail(fileName, file);
}

void replace(const QString &fileName, const Writer &write)
{
    QSaveFile file(fileName);
    file.setDirectWriteFallback(true); // For a folder that does not allow another file.
    if (!file.open(QIODevice::WriteOnly) || !write(file) || !file.commit())
        fail(fileName, file);
}

} // namespace

void writeReport(const QString &fileName, const Writer &write)
{
    if (fileName.isEmpty())
        return;
    const QFileInfo present(fileName);
    if (fileName == "-"_L1)
        writeToStandardOutput(write);
    else if (present.exists() && !present.isFile())
        writeInto(fileName, write);
    else
        replace(fileName, write);
}
