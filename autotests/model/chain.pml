/* SPDX-FileCopyrightText: 2026 The ForkFd authors */
/* SPDX-License-Identifier: MIT */

/*
 * Who handles SIGCHLD, and who hands it on to whom: src/core/sigchldchain.cpp. Two of our threads install (a
 * start, and the sweeper, which goes back on top), while a foreign library installs its own handler, saves
 * ours, chains to it, restores what it saved, or installs itself again above us. At the bottom stands the
 * Base: a handler that was there first, or with IGNORED the action SIG_IGN. Signals come in two threads.
 *
 * A chain of calls is one loop here, since nothing happens after the calls return. A walk down the chain is
 * one step. Left out: what the handlers are called with, flags and masks, handlers that interrupt each other
 * or jump out. With FORK a copy of the process, made at any moment, gets a signal too.
 *
 * What must hold: after every signal, whoever could be reached from the action that the kernel found is
 * called once more (two signals may share a call, as SIGCHLD does anyway): the base, the foreign library, our
 * listener; none is called through a record that is not filled in yet; no chain goes round for ever; our
 * installations cut nobody off; nothing is held while a predecessor is called; a copy still calls the base;
 * and we reap for SIG_IGN only where that is what we stand for, and never again once somebody was seen above
 * us. Not owed any more: whom the foreign library cuts off by itself; and our listener, when an entry of
 * ours has come on top since the kernel made its call, for then the next sweep sees the end.
 *
 * A reader learns why every installation has a record of its own, and what the states of a kept signal are
 * for: each simpler way is a variant that loses a signal.
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

/* Actions: an entry of ours is its index. */
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
byte actual[Pool] = Nothing; /* Not in the code: whom it really stands for, from sigaction() on. */

byte usedRecords;
bool isInstalling; /* `installer` */
bool wasDisplaced;
bool hasForeignBeenSeen; /* Not in the code. */

/* The foreign library's one variable. */
byte saved = Nothing;

/* Who is still to be called after a signal. */
bool owesBase, owesForeign, owesListener;
byte signals;

/* --- Who can be reached from `top`; not in the code. --- */

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

/* callPredecessor(): whom to call next. A published record does not change any more. */
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

/* handle() and those of the others, until nobody calls anybody any more */
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

/* A thread that a signal interrupts. */
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
            /* It writes the old action into the record after it has set the new one. */
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

/* A start, or the sweeper. */
active [Installers] proctype Installer()
{
    InstallersLocals;
    byte installs;
    do
    :: installs < Installs -> atomic { installs++; isHolding = false } install()
    :: else -> break
    od
}

/* --- Others --- */

#ifndef NO_FOREIGN
active proctype ForeignLibrary()
{
    d_step { saved = top; top = Foreign; forgiveWhatForeignDid() }
    if
    :: true /* It stays. */
    :: true -> /* It puts back what it has found, and perhaps comes again. */
        d_step { top = saved; forgiveWhatForeignDid() }
        if
        :: true
        :: true -> d_step { saved = top; top = Foreign; forgiveWhatForeignDid() }
        fi
    :: d_step { /* It finds itself displaced, and installs itself again. */
            top != Foreign ->
            saved = top;
            top = Foreign;
            forgiveWhatForeignDid()
        }
    fi
}

#endif

/* A copy of the process gets a SIGCHLD of its own. Its one thread is not the one that installs. */
#ifdef FORK
active proctype ForkedCopy()
{
    byte action, rounds;
    bool isWrongGuess; /* Somebody came between our look at the action and sigaction(). */
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
