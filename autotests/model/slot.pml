/* SPDX-FileCopyrightText: 2026 The ForkFd authors */
/* SPDX-License-Identifier: MIT */

/*
 * Models the life of one slot: src/core/watch/sigchld/slot.cpp, and the functions of table.cpp, watch.cpp
 * and sweeper.cpp that use a slot. The owner starts one child after the other, so that late handlers see a reused
 * slot. Two threads handle signals, the sweeper's thread looks at the child too, and a thief reaps any child. The
 * owner may release the slot at any time: before the child's end, while a thread moves the slot to its end, or later.
 *
 * A step of the model is one atomic operation or one system call of the code. If only one thread can access plain
 * data at that time, the model writes the data in the step before the operation that publishes them. The model
 * omits: memory that is not sequentially consistent; more than one slot (table.pml); how the handler is called
 * (chain.pml); the end of the event that the user polls, which no code writes to; and more than eight living
 * children, where not every signal requests a sweep.
 *
 * Without SILENT, signals are delivered, and the sweeper looks only on request. Every end must be noticed without
 * the sweeper's timer. With SILENT, no signal is delivered, because all threads block it or other code has replaced
 * the handler. Only the timer remains.
 *
 * With KEPT, each child leads a group: it stays a zombie until its owner collects it or goes, and another thread
 * signals its group, before and after its end. With SILENT UNHEARD, one event cannot be set at first. With SILENT
 * REFUSED, filters refuse waitid(): the claim comes before the look, which is wait4(), and may be undone.
 *
 * What must hold:
 *   - Each of our children is reaped once, by us or by the thief. We never reap other children.
 *   - A child gets one answer, and gets it before its event is set. The answer is its wait status, or Unknown if the
 *     thief reaped it.
 *   - The event is written to only while it belongs to the slot, and closed once.
 *   - A slot returns to the free list once.
 *   - No thread waits forever (spin: "invalid end state"), and no zombie remains.
 *
 * The variants show why a slot has so many phases: each omits a phase or swaps two steps, and the search finds the
 * error.
 *
 * Broken on purpose: CLAIM_BEFORE_LOOK, REAP_BEFORE_CLAIM, NO_GENERATION, NO_CHECK_AFTER_PUBLISH,
 * NO_RECHECK_AFTER_PIN, NO_CHECK_AFTER_RELEASE, CLOSE_BY_OWNER, NO_ORPHANS, EVENT_BEFORE_RESULT,
 * SWEEP_BEFORE_CLEAR (with two Strays); with FORK NO_OWNER_CHECK; with SILENT PINNED_NOT_COUNTED,
 * ORPHAN_NOT_COUNTED, IDLE_WITHOUT_LOOK; with KEPT NO_PIN_OF_KEPT, KEPT_FOR_EVER; with SILENT UNHEARD
 * UNTOLD_NOT_COUNTED; with SILENT REFUSED UNCLAIMED_TO_LIVE, CLAIMED_NOT_COUNTED.
 *
 * Holds: S3, S5, S6, S7, S9, S12.
 */

#ifndef Children
#define Children 2
#endif
#ifndef Handlers
#define Handlers 2
#endif
#define Numbers 2
#ifndef Strays
#define Strays 1
#endif
#define Somebodys 9 /* The number of a child that is not ours. */
#define EarlyTicks 2 /* Timer ticks at any time. Each child adds one tick that comes when nothing else can run. */
#define IdleSweeps 1
#ifdef UNHEARD
#define Failures 1 /* How often an event cannot be set. */
#else
#define Failures 0
#endif

/* --- The kernel. Children are numbered by their starts, from 1; 0 means none. --- */

#define Nobody 0

/* A slot's state word. */
#define phaseOf(word) ((word) % 16)
#define generationOf(word) ((word) / 16)
#define withPhase(word, phase) ((word) - phaseOf(word) + (phase))

byte holder[Numbers + 1];     /* The child that has a process number. */
bool isZombie[Numbers + 1];
bool isStolen[Children + 1];
byte openEvent;               /* The child whose event the descriptor refers to; 0 after the close. */
bool isReadable;
bool isSignalPending;
byte signalledNumber;

mtype = { Running, Over, Gone, Refused }
mtype = { Original, Copy }

/* waitid(P_PID, WNOHANG | WNOWAIT) */
inline look(number)
{
    d_step {
        if
#ifdef REFUSED
        :: true -> sight = Refused
#else
        :: holder[number] == Nobody || process == Copy -> sight = Gone
        :: else ->
            if
            :: isZombie[number] -> sight = Over; seenStatus = holder[number]
            :: else -> sight = Running
            fi
#endif
        fi
    }
}

/* wait4(WNOHANG) */
inline reap(number)
{
    d_step {
        reapedStatus = Nobody;
        if
        :: holder[number] != Nobody && isZombie[number] && process == Original ->
            reapedStatus = holder[number];
            assert(reapedStatus == generationOf(word)); /* Reap only the slot's own child. */
            holder[number] = Nobody;
            isZombie[number] = false
        :: else
#ifdef REFUSED
            ->
            if
            :: holder[number] == generationOf(word) && process == Original -> sight = Running
            :: else -> sight = Gone
            fi
#endif
        fi
    }
}

inline raise(number)
{
    if
    :: !isSignalPending -> isSignalPending = true; signalledNumber = number
    :: else /* Coalesced: no handler sees this number. */
    fi
}

inline endChild(number)
{
    isZombie[number] = true
#ifndef SILENT
    ;
    raise(number)
#endif
}

active proctype Endings()
{
    byte strays = 0;
end:
    do
    :: d_step { holder[1] != Nobody && !isZombie[1] -> endChild(1) }
    :: d_step { holder[2] != Nobody && !isZombie[2] -> endChild(2) }
#ifndef SILENT
    :: d_step { strays < Strays && holder[1] != Nobody -> strays++; raise(1) } /* The child was stopped. */
    :: d_step { strays < Strays -> strays++; raise(Somebodys) }
#endif
    od
}

/* Other code calls waitpid(-1). */
inline stealChild(number)
{
    isStolen[holder[number]] = true;
    holder[number] = Nobody;
    isZombie[number] = false
}

active proctype Thief()
{
end:
    do
    :: d_step { isZombie[1] -> stealChild(1) }
    :: d_step { isZombie[2] -> stealChild(2) }
    od
}

/* --- ChildSlot. Its generation is the number of the start, and so identifies its child. --- */

#define Free 0
#define Reserved 1
#define Live 2
#define Pinned 3
#define Orphaned 4
#define Ending 5
#define EndedUntold 6
#define Ended 7
#define Abandoned 8
#define Unheard 9

#define isLivePhase(phase) ((phase) == Live || (phase) == Orphaned)

#define Nothing 0
#define Unknown 99

byte state = Free;     /* m_state */
byte number_ = 0;      /* m_pid */
byte result = Nothing; /* m_result; written only by the thread that moved the slot to Ending. */
byte cell = 0;         /* The cell of the hash: the process number while the slot is in the hash. */
bool isInFreeList = true;
byte zombie = 0;       /* m_zombie without its sign */
bool isKeptPinned;     /* its sign */
byte failures = 0;

/* The local variables of each thread. */
#define Locals \
    mtype process = Original; \
    mtype sight; \
    byte word; \
    byte child; \
    byte seenStatus; \
    byte reapedStatus; \
    byte kept; \
    bool isSet; \
    bool hasMoved

inline moveFrom(old, phase)
{
    d_step {
#ifdef NO_GENERATION
        hasMoved = (phaseOf(state) == phaseOf(old));
#else
        hasMoved = (state == (old));
#endif
        if
        :: hasMoved -> state = withPhase(state, phase)
        :: else
        fi
    }
}

/* ExitEvent::setForGood(): write() to an eventfd */
inline setEvent()
{
    if
    ::  d_step {
            /* Never after the close, because the descriptor may be reused. Never before the answer is there. */
            assert(openEvent == generationOf(word) && result != Nothing);
            isReadable = true;
            isSet = true
        }
    :: d_step { failures < Failures -> failures++; isSet = false }
    fi
}

/* ChildSlot::takeKept(), and the wait for the child */
inline reapKept()
{
#ifdef KEPT
    d_step { !isKeptPinned -> kept = zombie; zombie = 0 }
    if
    :: kept != 0 -> reap(kept)
    :: else
    fi;
    kept = 0
#else
    skip
#endif
}

inline makeFree()
{
    d_step {
        assert(openEvent != 0); /* ExitEvent::close(), only once. */
        openEvent = 0
    }
#ifndef KEPT_FOR_EVER
    reapKept();
#endif
    d_step { number_ = 0; state = withPhase(word, Free) }
    d_step { /* ChildTable::recycle(), only once. */
        assert(!isInFreeList);
        cell = 0;
        isInFreeList = true
    }
}

/* hasMoved: the slot still has an owner, who is notified. */
inline tell()
{
#ifdef EVENT_BEFORE_RESULT
    d_step {
        assert(openEvent == generationOf(word));
        isReadable = true
    }
    moveFrom(withPhase(word, Ending), EndedUntold);
#else
    moveFrom(withPhase(word, Ending), EndedUntold);
    setEvent();
#endif
    if
    :: hasMoved && isSet -> moveFrom(withPhase(word, EndedUntold), Ended)
    :: hasMoved && !isSet -> moveFrom(withPhase(word, EndedUntold), Unheard)
    :: else
    fi;
    if
    :: hasMoved
    :: else -> makeFree()
    fi
}

/* ChildSlot::tellAgain() */
inline tellAgain()
{
    word = state;
    if
    :: phaseOf(word) != Unheard
    :: else ->
        moveFrom(word, EndedUntold);
        if
        :: !hasMoved
        :: else ->
            setEvent();
            if
            :: isSet -> moveFrom(withPhase(word, EndedUntold), Ended)
            :: else -> moveFrom(withPhase(word, EndedUntold), Unheard)
            fi;
            if
            :: hasMoved
            :: else -> makeFree()
            fi
        fi
    fi;
    d_step { word = 0; hasMoved = false; isSet = false }
}

/* ChildSlot::unclaim() */
inline unclaim()
{
    if
    :: phaseOf(word) == Orphaned -> hasMoved = false
    :: else -> moveFrom(withPhase(word, Ending), Live)
    fi;
    if
    :: hasMoved
#ifdef UNCLAIMED_TO_LIVE
    :: else -> state = withPhase(word, Live)
#else
    :: else -> state = withPhase(word, Orphaned)
#endif
    fi
}

inline claim()
{
    if
    :: phaseOf(word) == Orphaned -> moveFrom(word, Abandoned)
    :: else -> moveFrom(word, Ending)
    fi
}

/* ChildSlot::endIfOver(), and the part of ChildTable::endIfOver() for one slot */
inline endIfOver()
{
    word = state;
    if
    :: !isLivePhase(phaseOf(word))
    :: else ->
        child = number_;
#if defined(CLAIM_BEFORE_LOOK)
        claim();
        if
        :: !hasMoved -> sight = Running
        :: else ->
            look(child);
            if
            :: sight == Running -> state = word
            :: else -> reap(child)
            fi
        fi;
        hasMoved = (sight != Running);
#elif defined(REAP_BEFORE_CLAIM)
        look(child);
        if
        :: sight == Over -> reap(child)
        :: else -> reapedStatus = Nobody
        fi;
        if
        :: sight == Running -> hasMoved = false
        :: else -> claim()
        fi;
#else
        look(child);
        if
        :: sight == Running -> hasMoved = false
        :: else ->
            claim();
            if
#ifdef KEPT
            :: hasMoved && sight == Over && phaseOf(word) == Live -> zombie = child; reapedStatus = Nobody
            :: hasMoved && sight == Over && phaseOf(word) != Live -> reap(child)
#else
            :: hasMoved && sight != Gone -> reap(child)
#endif
            :: else -> reapedStatus = Nobody
            fi;
#ifdef REFUSED
            if
            :: hasMoved && sight == Running -> unclaim(); hasMoved = false
            :: else
            fi
#endif
        fi;
#endif
        if
        :: !hasMoved
        :: else ->
            d_step {
                assert(result == Nothing); /* Set the result only once. */
                if
                :: reapedStatus != Nobody -> result = reapedStatus
                :: sight == Over && reapedStatus == Nobody -> result = seenStatus
                :: else -> result = Unknown
                fi
            }
            tell()
        fi
    fi;
    d_step { child = 0; word = 0; seenStatus = 0; reapedStatus = 0; hasMoved = false; isSet = false; sight = 0 }
}

/* --- Sweeper --- */

bool isRequested;
bool isWokenUp; /* The sweeper's event. */
bool isIdle;

/* requestSweep() */
inline requestSweep()
{
    d_step { wasSet = isRequested; isRequested = true }
    if
    :: !wasSet -> isWokenUp = true
    :: else
    fi;
    wasSet = false
}

/* childAdded() */
inline childAdded()
{
    d_step { wasSet = isIdle; isIdle = false }
    if
    :: wasSet -> isWokenUp = true
    :: else
    fi;
    wasSet = false
}

/* ChildTable::sweep() */
inline sweep()
{
    if
    :: isLivePhase(phaseOf(state)) -> endIfOver()
#ifdef UNHEARD
    :: phaseOf(state) == Unheard -> tellAgain()
#endif
    :: else
    fi;
    /* ChildSlot::needsSweeper() */
    d_step {
        hasLiving = (phaseOf(state) != Free && phaseOf(state) != Reserved && phaseOf(state) != Ended);
#if defined(PINNED_NOT_COUNTED)
        hasLiving = hasLiving && phaseOf(state) != Pinned
#elif defined(ORPHAN_NOT_COUNTED)
        hasLiving = hasLiving && phaseOf(state) != Orphaned
#elif defined(CLAIMED_NOT_COUNTED)
        hasLiving = hasLiving && phaseOf(state) != Ending && phaseOf(state) != Abandoned
#elif defined(UNTOLD_NOT_COUNTED)
        hasLiving = hasLiving && phaseOf(state) != EndedUntold
#endif
    }
}

active proctype SweeperThread()
{
    Locals;
    bool hasLiving;
#ifdef SILENT
    byte sweepsWithoutChild;
    byte earlyTicks, lateTicks;
#endif

    do
    ::  hasLiving = false;
        /* waitForWork() */
#ifdef SILENT
        if
        :: sweepsWithoutChild < IdleSweeps ->
end_period:
            if
            :: isWokenUp
            :: earlyTicks < EarlyTicks -> earlyTicks++
            :: timeout && lateTicks < Children + Failures -> lateTicks++
            fi
        :: else ->
            isIdle = true;
#ifdef IDLE_WITHOUT_LOOK
            hasLiving = false;
#else
            sweep();
#endif
            if
            :: hasLiving
            :: else ->
end_idle:
                isWokenUp
            fi;
            isIdle = false
        fi;
#else
end_period: /* There is no timer, so an idle sweeper behaves the same. It may wait here when all others have ended. */
        isWokenUp;
#endif
        /* run() */
#ifdef SWEEP_BEFORE_CLEAR
        sweep();
        isWokenUp = false;
        isRequested = false;
#else
        isWokenUp = false;
        isRequested = false;
        sweep();
#endif
#ifdef SILENT
        d_step {
            if
            :: hasLiving -> sweepsWithoutChild = 0
            :: !hasLiving && sweepsWithoutChild < IdleSweeps -> sweepsWithoutChild++
            :: else
            fi
        }
#endif
    od
}

/* --- The handler: onChildSignal() --- */

inline onChildSignal(number)
{
#ifndef NO_OWNER_CHECK
    if
    :: process == Copy /* ChildTable::ofThisProcess() is null. */
    :: else ->
#endif
        /* ChildTable::endIfOver(pid) */
        if
        :: cell == number ->
            if
            :: number_ == number ->
                if
                :: isLivePhase(phaseOf(state)) -> endIfOver()
                :: else
                fi
            :: else
            fi
        :: else
        fi;
        requestSweep()
#ifndef NO_OWNER_CHECK
    fi
#endif
}

#ifndef SILENT
active [Handlers] proctype Handler()
{
    Locals;
    bool wasSet;
    byte number;
end:
    do
    :: atomic {
            isSignalPending ->
            isSignalPending = false;
            number = signalledNumber;
            signalledNumber = 0
        }
        onChildSignal(number);
        number = 0
    od
}

#endif

/* The handler in a child of vfork(), which shares our memory; after fork() it would share only the event. It must
   not touch our children. */
#ifdef FORK
active proctype CopysHandler()
{
    Locals;
    bool wasSet;
    d_step { process = Copy; isSignalPending = isSignalPending }
    onChildSignal(1)
}

#endif

/* --- The owner: SigChldWatch and its user --- */

/* SigChldWatch::tryCollect() */
inline tryCollect()
{
    endIfOver();
    /* ChildSlot::result() */
    d_step {
        if
        :: phaseOf(state) == EndedUntold || phaseOf(state) == Unheard || phaseOf(state) == Ended ->
            answer = result;
            assert(answer == start || (answer == Unknown && isStolen[start]))
        :: else -> answer = Nothing
        fi
    }
#ifdef KEPT
    /* ChildSlot::collect() */
    if
    :: answer != Nothing -> word = state; reapKept(); d_step { word = 0; reapedStatus = 0 }
    :: else
    fi
#endif
}

/* ChildSlot::signalKept() */
inline signalKept()
{
#ifdef KEPT
    d_step {
        hasMoved = (zombie != 0 && !isKeptPinned);
        if
        :: hasMoved -> kept = zombie
#ifndef NO_PIN_OF_KEPT
            ;
            isKeptPinned = true
#endif
        :: else
        fi
    }
    if
    :: hasMoved ->
        look(kept);
        if
        :: sight == Gone
        :: else -> /* kill() of the group */
            d_step { assert(holder[kept] == start || isStolen[start]) }
        fi;
        d_step { isKeptPinned = false; kept = 0 }
    :: else
    fi
#else
    skip
#endif
}

inline sendSignal()
{
    do
    ::  atomic { (phaseOf(state) != Ending && phaseOf(state) != Pinned) -> word = state } /* settledState() */
        if
        :: phaseOf(word) != Live -> signalKept(); break
        :: else ->
            moveFrom(word, Pinned);
            if
            :: !hasMoved
            :: else ->
                look(number_);
                if
                :: sight == Gone
                :: else -> /* kill() */
                    d_step { assert(holder[number_] == start || isStolen[start]) }
                fi;
                state = word;
#ifndef NO_RECHECK_AFTER_PIN
                endIfOver();
#endif
                break
            fi
        fi
    od;
    atomic { word = 0; hasMoved = false; sight = 0 }
}

/* ChildTable::release(), ChildSlot::release() */
inline release()
{
    do
    ::  word = state;
        if
#if defined(CLOSE_BY_OWNER)
        :: phaseOf(word) != Live && phaseOf(word) != Ending ->
#else
        :: phaseOf(word) == Reserved || phaseOf(word) == Ended ->
#endif
            makeFree();
            break
#ifdef NO_ORPHANS
        :: phaseOf(word) == Live -> break
#endif
        :: else ->
            if
            :: phaseOf(word) == Live -> moveFrom(word, Orphaned)
            :: phaseOf(word) == Unheard -> moveFrom(word, Ended); hasMoved = false
            :: else -> moveFrom(word, Abandoned)
            fi;
            if
            :: hasMoved ->
                /* A thread that saw the end before this could not claim the slot, because its phase changed. */
#ifndef NO_CHECK_AFTER_RELEASE
                endIfOver();
#endif
                break
            :: else
            fi
        fi
    od;
    atomic { word = 0; hasMoved = false }
}

#ifdef KEPT
bool isShared, isSignalling;

/* Another thread that may signal the child, as the keeper does, until the owner lets it go. */
active proctype Signaller()
{
    Locals;
    byte start;
    byte signals = 0;
end:
    do
    ::  atomic { isShared && signals < Children -> signals++; isSignalling = true; start = generationOf(state) }
        sendSignal();
        atomic { start = 0; isSignalling = false }
    od
}

#endif

active proctype Owner()
{
    Locals;
    bool wasSet;
    byte start = 0;
    byte number;
    byte answer = Nothing;
    bool hasPolled, hasSignalled, goesEarly;

    do
    :: start < Children ->
        /* SigChldWatch::prepare() */
        atomic {
            isInFreeList -> /* ChildTable::reserve() */
            isInFreeList = false;
            isStolen[start] = false;
            start++;
            if /* Some owners never poll: polling would hide a missing notification. */
            :: hasPolled = true
            :: hasPolled = false
            fi;
            if
            :: hasSignalled = true
#ifndef KEPT
            :: start == 1 -> hasSignalled = false
#endif
            fi;
            if /* The destructor or forkfd_close() runs before the end. */
            :: goesEarly = true
            :: goesEarly = false
            fi;
            answer = Nothing;
            word = 0;
            hasMoved = false
        }
        d_step { openEvent = start; isReadable = false; result = Nothing; state = start * 16 + Reserved }

        /* fork() uses any free number. */
        if
        :: d_step { holder[1] == Nobody -> number = 1; holder[1] = start }
        :: d_step { holder[2] == Nobody -> number = 2; holder[2] = start }
        fi;

        /* SigChldWatch::watch(): ChildTable::publish() */
        atomic { number_ = number; number = 0 }
        state = withPhase(state, Live);
        cell = number_;
#ifndef NO_CHECK_AFTER_PUBLISH
        endIfOver();
#endif
        childAdded();
#ifdef KEPT
        isShared = true;
#endif

        do
        :: !hasPolled ->
            hasPolled = true;
            tryCollect();
            if
            :: answer != Nothing -> break
            :: else
            fi
        :: !hasSignalled ->
            hasSignalled = true;
            sendSignal()
        :: goesEarly -> break
        :: isReadable ->
            tryCollect();
            assert(answer != Nothing); /* A readable event implies an answer. */
            break
        od;
#ifdef KEPT
        isShared = false;
        !isSignalling;
#endif
        release()
    :: else -> break
    od;
    isInFreeList; /* The thread that set the last event frees an abandoned slot. */
    assert(phaseOf(state) == Free && openEvent == 0 && cell == 0);
    assert(holder[1] == Nobody && holder[2] == Nobody) /* No zombie remains. */
}
