/* SPDX-FileCopyrightText: 2026 The ForkFd authors */
/* SPDX-License-Identifier: MIT */

/*
 * Models the chain of SIGCHLD handlers: src/core/watch/sigchld/chain.cpp. Two of our threads install our handler: a start,
 * and the sweeper, which reinstalls it on top. At the same time a foreign library installs its handler, saves ours
 * and chains to it. Later it may restore the saved handler, or install its own again above ours. At the bottom of
 * the chain is Base, a handler that was installed first, or with IGNORED the action SIG_IGN. Two threads handle
 * signals.
 *
 * A chain of calls is one loop here, because the handlers do nothing after their calls return. A walk down the chain
 * is one step. The model omits the handlers' arguments, flags and masks, and handlers that interrupt each other or
 * leave with longjmp(). With FORK, a forked copy, made at any moment, gets a signal too.
 *
 * What must hold:
 *   - After every signal, each handler that was reachable from the kernel's action is called again: the base, the
 *     foreign library and our listener. Two signals may share a call, because the kernel coalesces SIGCHLD.
 *   - No handler is called through a record that is not filled in yet.
 *   - No chain of calls is endless.
 *   - Our installations make no handler unreachable.
 *   - No thread holds the installer's lock while it calls a predecessor.
 *   - A forked copy still calls the base.
 *   - We reap for SIG_IGN only while our handler replaces SIG_IGN, and never after another handler was seen above ours.
 *
 * What need not hold: a handler that the foreign library makes unreachable is not called. Our listener is not called
 * if one of our entries was installed on top after the kernel's call, because the next sweep then notices the end.
 *
 * The variants show why every installation needs a separate record, and why a kept signal has several states: each
 * simpler design loses a signal.
 *
 * Broken on purpose: NAIVE_INSTALL, RECORD_USED_AGAIN, NO_KEEPING, NO_LOOK_AFTER_KEEPING,
 * PUBLISHED_AFTER_CALLS, HELD_WHILE_CALLING, TOLD_BY_TOP_ONLY, CUT_BY_TOP_ALONE, CUT_WHEN_NESTED,
 * NO_LOOP_GUARD; with FORK COPY_WAITS_FOR_INSTALLER; with IGNORED FORGETS_DISPLACEMENT.
 *
 * Holds: S1, S11, S12.
 */

#ifndef Signals
#define Signals 2
#endif
#ifndef Installers
#define Installers 2
#endif
#ifndef Installs
#define Installs 1
#endif
#define Pool 4
#define KeptRoom 1  /* 16 in the code. */
#define MaxRounds 1 /* 8 in the code. */
#define MaxCalls 12

/* Actions. The action of one of our entries is its index. */
#define Foreign 10
#define Base 11
#define Ignore 12
#define Nothing 13
#define isOurs(action) ((action) < Pool)

#ifdef IGNORED
#define AtFirst Ignore
#else
#define AtFirst Base
#endif

byte top = AtFirst; /* The kernel's action for SIGCHLD. */

/* Record */
byte predecessor[Pool] = Nothing;
byte expected[Pool] = Nothing;
bool isPublished[Pool];
byte keptCount[Pool];
mtype = { Empty, Kept, Taken }
mtype kept[Pool] = Empty;
byte actual[Pool] = Nothing; /* Not in the code: the action that this record replaced in sigaction(). */

byte usedRecords;
bool isInstalling; /* `installer` */
bool wasDisplaced;
bool hasForeignBeenSeen; /* Not in the code. */

/* The foreign library's only variable: the action that it saved. */
byte saved = Nothing;

/* The handlers that still must be called after a signal. */
bool owesBase, owesForeign, owesListener;
byte signals;

/* --- The handlers that are reachable from `top`; not in the code. --- */

byte at, calls;
bool reachesBase, reachesForeign, reachesOurs;

inline findReach()
{
    reachesBase = false;
    reachesForeign = false;
    reachesOurs = false;
    at = top;
    calls = 0;
    do
    :: isOurs(at) && calls < MaxCalls -> reachesOurs = true; at = actual[at]; calls++
    :: at == Foreign && calls < MaxCalls -> reachesForeign = true; at = saved; calls++
    :: at == Base && calls < MaxCalls -> reachesBase = true; break
    :: else -> break
    od;
    at = 0;
    calls = 0
}

inline forget()
{
    reachesBase = false;
    reachesForeign = false;
    reachesOurs = false
}

inline forgiveWhatForeignDid()
{
    findReach();
    owesBase = owesBase && reachesBase;
    owesForeign = owesForeign && reachesForeign;
    owesListener = owesListener && reachesOurs;
    forget()
}

/* --- The handlers --- */

#define Locals \
    byte action = Nothing; \
    byte seenTop; \
    byte stranger; \
    bool reachesDirectly; \
    byte recordsBefore; \
    byte position; \
    byte outer = Nothing; \
    byte rounds; \
    bool isNested; \
    bool isKept

/* keepForInstaller() */
inline keepForInstaller()
{
    atomic { position = keptCount[action]; keptCount[action]++ }
    if
    :: position >= KeptRoom -> isKept = !isPublished[action]
    :: else ->
        kept[action] = Kept;
#ifdef NO_LOOK_AFTER_KEEPING
        isKept = true
#else
        if
        :: !isPublished[action] -> isKept = true
        :: else ->
            d_step {
                isKept = (kept[action] != Kept);
                if
                :: !isKept -> kept[action] = Taken
                :: else
                fi
            }
        fi
#endif
    fi;
    position = 0
}

/* callPredecessor(): selects the next handler. A published record never changes. */
inline callPredecessor()
{
    assert(predecessor[action] != Nothing);
    if
#ifdef CUT_BY_TOP_ALONE
    :: !reachesDirectly && stranger == predecessor[action] -> action = Nothing
#elif defined(CUT_WHEN_NESTED)
    :: isNested && !reachesDirectly && stranger == predecessor[action] -> action = Nothing
#else
    :: rounds > 0 && !reachesDirectly && stranger == predecessor[action] -> action = Nothing
#endif
    :: else -> action = predecessor[action]
    fi
}

inline goOn()
{
    if
#ifndef NO_LOOP_GUARD
    :: rounds > MaxRounds -> action = Nothing
    :: rounds <= MaxRounds -> callPredecessor()
#else
    :: true -> callPredecessor()
#endif
    fi
}

/* Chain(action) */
inline walk()
{
    d_step {
        seenTop = top;
        stranger = top;
        reachesDirectly = false;
        do
        :: isOurs(stranger) ->
            if
            :: stranger == action -> reachesDirectly = true
            :: else
            fi;
            if
            :: isPublished[stranger] -> stranger = predecessor[stranger]
            :: else -> stranger = Nothing
            fi
        :: else -> break
        od
    }
}

/* handle() and the other handlers, until the last one in the chain */
inline call()
{
    do
    :: action == Nothing || action == Ignore -> break
    :: action == Base -> atomic { owesBase = false; action = Nothing }
    :: action == Foreign -> atomic { owesForeign = false; action = saved }
    :: isOurs(action) ->
        atomic {
            walk();
#ifdef TOLD_BY_TOP_ONLY
            if
            :: seenTop == action || (isOurs(seenTop) && seenTop >= recordsBefore) -> owesListener = false
            :: else
            fi;
#else
            if
            :: seenTop == action || !isOurs(seenTop) || seenTop >= recordsBefore -> owesListener = false
            :: else
            fi;
#endif
#ifdef IGNORED
            /* standsForAutomaticReaping() */
            assert(!isOurs(seenTop) || stranger != Ignore
#ifndef FORGETS_DISPLACEMENT
                   || wasDisplaced
#endif
                   || !hasForeignBeenSeen);
#endif
            /* LoopGuard */
            isNested = (outer != Nothing);
            if
            :: isNested && action >= outer -> rounds++; assert(rounds <= MaxRounds + 1)
            :: else
            fi;
            outer = action
        }
#ifdef NAIVE_INSTALL
        action = predecessor[action]
#else
        atomic {
            isKept = !isPublished[action];
            if
            :: isKept
            :: else -> goOn()
            fi
        }
        if
        :: !isKept
        :: else ->
#ifndef NO_KEEPING
            keepForInstaller();
#endif
            atomic {
                if
                :: isKept -> action = Nothing; isKept = false
                :: else -> goOn()
                fi
            }
        fi
#endif
    od;
    atomic {
        action = Nothing;
        seenTop = 0;
        stranger = 0;
        reachesDirectly = false;
        isNested = false;
        recordsBefore = 0;
        outer = Nothing;
        rounds = 0
    }
}

/* A thread that signals interrupt. */
active [2] proctype Thread()
{
    Locals;
end:
    do
    :: d_step {
            signals < Signals ->
            signals++;
            action = top;
            recordsBefore = usedRecords;
            findReach();
            owesBase = owesBase || reachesBase;
            owesForeign = owesForeign || reachesForeign;
            owesListener = owesListener || reachesOurs;
            forget()
        }
        call()
    od
}

/* --- Our installations --- */

/* callKept() */
inline callKept()
{
    d_step {
        hasTaken = (kept[index] == Kept);
        if
        :: hasTaken -> kept[index] = Taken
        :: else
        fi
    }
    if
    :: !hasTaken
    :: else ->
        assert(!isHolding);
        d_step { action = index; recordsBefore = Pool; stranger = Nothing }
        callPredecessor();
        call()
    fi;
    hasTaken = false
}

inline installOnTop()
{
    before = top;
    if
    :: isOurs(before)
    :: else ->
        d_step {
            if
            :: usedRecords > 0 -> wasDisplaced = true; hasForeignBeenSeen = true
            :: else
            fi
        }
        do
        :: usedRecords == Pool -> break
        :: else ->
            d_step {
#if defined(NAIVE_INSTALL) || defined(RECORD_USED_AGAIN)
                index = 0;
                usedRecords = 1;
                isPublished[0] = false;
#else
                index = usedRecords;
                usedRecords++;
#endif
                expected[index] = before;
                /* sigaction() */
                findReach();
                hadBase = reachesBase;
                hadForeign = reachesForeign;
                found = top;
                actual[index] = top;
                top = index;
                findReach();
                assert(reachesBase == hadBase && reachesForeign == hadForeign);
                hadBase = false;
                hadForeign = false;
                forget()
            }
            /* The code sets the new action before it writes the old one into the record. */
            predecessor[index] = found;
#ifdef PUBLISHED_AFTER_CALLS
            callKept();
#endif
            isPublished[index] = true;
#ifdef HELD_WHILE_CALLING
            callKept();
#endif
            if
            :: found == before || isOurs(found) -> break
            :: else -> before = found
            fi
        od
    fi;
    before = 0;
    found = 0
}

inline install()
{
    d_step {
        isHolding = !isInstalling;
        isInstalling = true
    }
    if
    :: !isHolding
    :: else ->
        first = usedRecords;
        installOnTop();
        atomic { last = usedRecords; isInstalling = false; isHolding = false }
#if !defined(HELD_WHILE_CALLING) && !defined(PUBLISHED_AFTER_CALLS) && !defined(NAIVE_INSTALL)
        do
        :: first < last -> atomic { index = first; first++ } callKept()
        :: else -> break
        od
#endif
    fi;
    atomic { first = 0; last = 0; index = 0 }
}

#define InstallersLocals \
    Locals; \
    byte before, index, found, first, last; \
    bool isHolding, hasTaken, hadBase, hadForeign

/* A thread that starts a child, or the sweeper. */
active [Installers] proctype Installer()
{
    InstallersLocals;
    byte installs;
    do
    :: installs < Installs -> atomic { installs++; isHolding = false } install()
    :: else -> break
    od
}

/* --- Other code --- */

#ifndef NO_FOREIGN
active proctype ForeignLibrary()
{
    d_step { saved = top; top = Foreign; forgiveWhatForeignDid() }
    if
    :: true /* The library stays installed. */
    :: true -> /* The library restores the saved action, and may install its handler again. */
        d_step { top = saved; forgiveWhatForeignDid() }
        if
        :: true
        :: true -> d_step { saved = top; top = Foreign; forgiveWhatForeignDid() }
        fi
    :: d_step { /* The library notices that it is not on top, and installs its handler again. */
            top != Foreign ->
            saved = top;
            top = Foreign;
            forgiveWhatForeignDid()
        }
    fi
}

#endif

/* A forked copy gets a SIGCHLD. Its only thread is not a copy of the installing thread. */
#ifdef FORK
active proctype ForkedCopy()
{
    byte action, rounds;
    bool isWrongGuess; /* The action changed between our look at it and sigaction(). */
    d_step {
        findReach();
        action = top;
        do
        :: isOurs(action) && rounds < MaxCalls ->
            rounds++;
            if
            :: isPublished[action] -> action = predecessor[action]
#ifndef COPY_WAITS_FOR_INSTALLER
            :: else -> isWrongGuess = (expected[action] != actual[action]); action = expected[action]
#else
            :: else -> action = Nothing
#endif
            fi
        :: action == Foreign && rounds < MaxCalls -> rounds++; action = saved
        :: else -> break
        od;
        assert(!reachesBase || action == Base || isWrongGuess);
        forget()
    }
}

#endif

active proctype Check()
{
    timeout;
    assert(!owesBase && !owesForeign && !owesListener && !isInstalling)
}
