// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

#include "helperstore.h"

#include "helperjson.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonValue>
#include <QtCore/QSaveFile>
#include <QtCore/QStandardPaths>

#include <utility>

using namespace Qt::StringLiterals;

static constexpr int fileVersion = 1;
static constexpr qint64 maximumSize = 16 * 1024 * 1024;

// A symbolic link stays one: its target is replaced.
static QString targetOf(const QString &fileName)
{
    const QString target = QFileInfo(fileName).canonicalFilePath();
    return target.isEmpty() ? fileName : target;
}

HelperStore::HelperStore(QString fileName)
    : m_fileName(std::move(fileName))
{
}

QString HelperStore::defaultFileName()
{
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    return folder + u"/forkfd-launchpad/helpers.json"_s;
}

std::optional<QList<Helper>> HelperStore::fail(const QString &reason)
{
    m_problem = reason;
    return {};
}

std::optional<QList<Helper>> HelperStore::load()
{
    m_problem.clear();
    m_known.clear();
    m_others = {};
    QFile file(m_fileName);
    if (!QFileInfo::exists(m_fileName))
        return QList<Helper>();
    if (!QFileInfo(m_fileName).isFile())
        return fail(tr("It is not a file."));
    if (!file.open(QIODevice::ReadOnly))
        return fail(file.errorString());
    const QByteArray contents = file.read(maximumSize);
    if (file.error() != QFileDevice::NoError)
        return fail(file.errorString());
    if (!file.atEnd())
        return fail(tr("The file is larger than 16 MiB."));
    auto helpers = parse(contents);
    if (helpers)
        m_known = contents;
    return helpers;
}

std::optional<QList<Helper>> HelperStore::parse(const QByteArray &contents)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(contents, &error);
    if (error.error != QJsonParseError::NoError)
        return fail(tr("Line %1: %2.")
                        .arg(contents.left(error.offset).count('\n') + 1)
                        .arg(error.errorString()));
    QJsonObject root = document.object();
    if (root.take("version"_L1).toInt(-1) != fileVersion)
        return fail(tr("\"version\" is not %1, the version that this program knows.").arg(fileVersion));
    const QJsonValue list = root.take("helpers"_L1);
    if (!list.isArray())
        return fail(tr("\"helpers\" is not a list."));
    QList<Helper> helpers;
    const QJsonArray array = list.toArray();
    for (const auto value : array) {
        QString problem;
        const auto helper = helperFromJson(value.toObject(), &problem);
        if (!helper)
            return fail(tr("Helper %1: %2.").arg(helpers.size() + 1).arg(problem));
        helpers += *helper;
    }
    m_others = root;
    return helpers;
}

// Renames a file that this object has neither understood nor written.
bool HelperStore::keepForeignFile()
{
    m_keptName.clear();
    const QString target = targetOf(m_fileName);
    if (!QFileInfo::exists(target))
        return true;
    QFile file(target);
    if (!m_known.isEmpty() && file.open(QIODevice::ReadOnly) && file.read(m_known.size() + 1) == m_known)
        return true;
    for (int i = 1; i < 1000; ++i) {
        const QString name = target + u".kept-"_s + QString::number(i);
        if (QFileInfo::exists(name))
            continue;
        m_keptName = name;
        return QFile::rename(target, name);
    }
    return false;
}

bool HelperStore::save(const QList<Helper> &helpers)
{
    m_problem.clear();
    QJsonArray list;
    for (const Helper &helper : helpers)
        list.append(toJson(helper));
    QJsonObject root = m_others;
    root.insert("version"_L1, fileVersion);
    root.insert("helpers"_L1, list);
    const QByteArray contents = QJsonDocument(root).toJson();

    const QString target = targetOf(m_fileName);
    if (QFileInfo::exists(target) && !QFileInfo(target).isFile()) {
        m_problem = tr("It is not a file.");
        return false;
    }
    QDir().mkpath(QFileInfo(target).path());
    QSaveFile file(target);
    if (!file.open(QIODevice::WriteOnly) || file.write(contents) != contents.size() || !file.flush()) {
        m_problem = file.errorString();
        return false;
    }
    if (!keepForeignFile()) {
        m_problem = tr("The present file could not be renamed to %1.").arg(m_keptName);
        return false;
    }
    if (!file.commit()) {
        m_problem = file.errorString();
        return false;
    }
    m_known = contents;
    return true;
}
