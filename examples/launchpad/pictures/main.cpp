// SPDX-FileCopyrightText: 2026 The ForkFd authors
// SPDX-License-Identifier: MIT

// launchpad-pictures FOLDER [--all]
//
// Writes pictures of the launchpad with running helpers, in light and dark colours: for ./dev pictures.
// With --all also of the other pages and of the dialog.

#include "helperdialog.h"
#include "helperstore.h"
#include "launchpadwindow.h"

#include <QtCore/QDir>
#include <QtCore/QEventLoop>
#include <QtCore/QLocale>
#include <QtCore/QTemporaryDir>
#include <QtCore/QTimer>
#include <QtWidgets/QApplication>
#include <QtWidgets/QListView>
#include <QtWidgets/QTabWidget>

#include <chrono>
#include <cstdio>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QPalette darkPalette()
{
    const QColor window(0x2a, 0x2e, 0x32);
    const QColor base(0x1b, 0x1e, 0x20);
    const QColor text(0xfc, 0xfc, 0xfc);
    const QColor dim(0xa1, 0xa9, 0xb1);
    QPalette palette(text, QColor(0x31, 0x36, 0x3b), QColor(0x4a, 0x50, 0x55), QColor(0x18, 0x1b, 0x1d),
                     QColor(0x2d, 0x31, 0x35), text, Qt::white, base, window);
    palette.setColor(QPalette::Highlight, QColor(0x3d, 0xae, 0xe9));
    palette.setColor(QPalette::HighlightedText, QColor(0x10, 0x12, 0x14));
    palette.setColor(QPalette::AlternateBase, window);
    palette.setColor(QPalette::PlaceholderText, dim);
    palette.setColor(QPalette::ToolTipBase, window);
    palette.setColor(QPalette::ToolTipText, text);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, QColor(0x6e, 0x74, 0x7a));
    return palette;
}

QPalette lightPalette()
{
    const QColor window(0xef, 0xf0, 0xf1);
    const QColor text(0x23, 0x26, 0x29);
    QPalette palette(text, QColor(0xf7, 0xf7, 0xf8), Qt::white, QColor(0x88, 0x8d, 0x92),
                     QColor(0xc4, 0xc8, 0xcc), text, Qt::white, Qt::white, window);
    palette.setColor(QPalette::Highlight, QColor(0x2a, 0x7a, 0xc0));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::AlternateBase, window);
    palette.setColor(QPalette::PlaceholderText, QColor(0x70, 0x7d, 0x8a));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, QColor(0xa0, 0xa4, 0xa8));
    return palette;
}

// Answers requests; each takes some processor time, in waves.
constexpr char server[] = R"(n=0
while :; do n=$((n + 1)); wave=$(((n * 7 / 10) % 9)); i=0
while [ $i -lt $((wave * wave * 900)) ]; do i=$((i + 1)); done
t=$(date +%H:%M:%S)
case $((n % 7)) in
0) printf '\033[2m%s\033[0m \033[31mERROR\033[0m GET /api/orders/%d \033[31m500\033[0m database is not reachable\n' $t $n ;;
3) printf '\033[2m%s\033[0m \033[33mWARN\033[0m  GET /old/%d \033[33m301\033[0m moved\n' $t $n ;;
*) printf '\033[2m%s\033[0m \033[32mINFO\033[0m  GET /api/items/%d \033[32m200\033[0m \033[36m%d ms\033[0m\n' $t $n $((n * 13 % 40)) ;;
esac
sleep 0.12
done)";

// A program in `folder` that this shell script stands for.
Helper helperFor(const QDir &folder, const QString &name, const QString &command,
                 const QByteArray &script)
{
    Helper helper;
    helper.name = name;
    helper.arguments = command.split(u' ');
    helper.program = helper.arguments.takeFirst();
    QFile file(folder.filePath(helper.program));
    if (file.open(QIODevice::WriteOnly)) {
        file.write("#!/bin/sh\n" + script + '\n');
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
    return helper;
}

QList<Helper> exampleHelpers(const QDir &folder)
{
    Helper tunnel = helperFor(folder, u"Tunnel"_s, u"tunnel db.example.org"_s, "sleep 0.2; exit 255");
    tunnel.restartDelay = 45s;
    Helper worker = helperFor(folder, u"Image worker"_s, u"thumbnails"_s, "ulimit -c 0; kill -SEGV $$");
    worker.restartPolicy = RestartPolicy::Never;
    return {helperFor(folder, u"Web server"_s, u"shop-server --port 8080 --reload"_s, server),
            helperFor(folder, u"File watcher"_s, u"watcher src"_s, "sleep 600 & sleep 600 & wait"),
            tunnel,
            helperFor(folder, u"Migrations"_s, u"migrate"_s, "sleep 0.3"),
            worker,
            helperFor(folder, u"Mail catcher"_s, u"mail-catcher"_s, "sleep 600")};
}

void passTime(std::chrono::milliseconds time)
{
    QEventLoop loop;
    QTimer::singleShot(time, &loop, &QEventLoop::quit);
    loop.exec();
}

class Pictures
{
public:
    Pictures(QString scheme, bool isAll)
        : m_scheme(std::move(scheme))
        , m_isAll(isAll)
        , m_window(storeWithExamples())
    {
    }

    void take()
    {
        m_window.resize(880, 540);
        m_window.show();
        HelperListModel *helpers = m_window.helpers();
        for (int row = 0; row + 1 < helpers->rowCount(); ++row)
            helpers->supervisor(row)->start();
        passTime(3s);
        helpers->supervisor(0)->restart(); // For the history.
        passTime(HelperSupervisor::sampleInterval * UsageHistory::capacity);
        save(u"window"_s, &m_window);
        if (m_isAll)
            takeOthers();
    }

private:
    QString storeWithExamples() const
    {
        QString name = m_directory.filePath(u"helpers.json"_s);
        HelperStore(name).save(exampleHelpers(m_directory.path()));
        qputenv("PATH", m_directory.path().toLocal8Bit() + ":" + m_pathBefore);
        return name;
    }
    void save(const QString &name, QWidget *widget) const
    {
        const QString file = u"launchpad-%1-%2.png"_s.arg(name, m_scheme);
        constexpr int smallest = 0; // The quality of a PNG is its size.
        const QImage image = widget->grab().toImage().convertToFormat(QImage::Format_RGB888);
        if (!image.save(file, "PNG", smallest))
            std::fprintf(stderr, "cannot write %s\n", qPrintable(file));
    }
    void takeOthers()
    {
        m_window.findChild<QTabWidget *>()->setCurrentIndex(1);
        save(u"history"_s, &m_window);
        Helper helper = m_window.helpers()->supervisor(0)->helper();
        helper.program = u"python3"_s;
        helper.arguments = QStringList{u"-m"_s, u"http.server"_s, u"8000"_s};
        helper.environmentChanges = {{u"PYTHONUNBUFFERED"_s, u"1"_s}, {u"DEBUG"_s, {}}};
        HelperDialog dialog(helper, &m_window);
        dialog.show();
        passTime(100ms);
        save(u"dialog"_s, &dialog);
        LaunchpadWindow empty(m_directory.filePath(u"none.json"_s));
        empty.show();
        passTime(100ms);
        save(u"empty"_s, &empty);
        QFile bad(m_directory.filePath(u"bad.json"_s));
        if (bad.open(QIODevice::WriteOnly))
            bad.write("{\n");
        bad.close();
        LaunchpadWindow problem(bad.fileName());
        problem.show();
        passTime(100ms);
        save(u"problem"_s, &problem);
        m_window.close();
        save(u"closing"_s, &m_window);
    }

    const QString m_scheme;
    const bool m_isAll;
    const QByteArray m_pathBefore = qgetenv("PATH");
    const QTemporaryDir m_directory;
    LaunchpadWindow m_window;
};

} // namespace

int main(int argc, char **argv)
{
    const QApplication application(argc, argv);
    const QStringList words = QCoreApplication::arguments();
    if (words.size() < 2 || !QDir::setCurrent(words.at(1))) {
        std::fputs("launchpad-pictures FOLDER [--all]\n", stderr);
        return 2;
    }
    QApplication::setStyle(u"Fusion"_s);
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
    HelperSupervisor::sampleInterval = 200ms;
    const bool isAll = words.contains(u"--all"_s);
    QApplication::setPalette(lightPalette());
    Pictures(u"light"_s, isAll).take();
    QApplication::setPalette(darkPalette());
    Pictures(u"dark"_s, isAll).take();
    ForkFd::ChildProcess::waitForStopped(-1ms);
    return 0;
}
