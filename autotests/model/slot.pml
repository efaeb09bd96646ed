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
 * (chain.pml); the end of the event that the user polls, which no code writes to; an event that cannot be set
 * (Unheard); a leader that stays a zombie until its owner collects it; filters that refuse waitid(), where the claim
 * comes before the look and may be undone; and more than eight living children, where not every signal requests a
 * sweep.
 *
 * Without SILENT, signals are delivered, and the sweeper looks only on request. Every end must be noticed without
 * the sweeper's timer. With SILENT, no signal is delivered, because all threads block it or other code has replaced
 * the handler. Only the timer remains.
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
 * ORPHAN_NOT_COUNTED, IDLE_WITHOUT_LOOK.
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

mtype = { Running, Over, Gone }
mtype = { Original, Copy }

/* waitid(P_PID, WNOHANG | WNOWAIT) */
inline look(number)
{
    d_step {
        if
        :: holder[number] == Nobody || process == Copy -> sight = Gone
        :: else ->
            if
            :: isZombie[number] -> sight = Over; seenStatus = holder[number]
            :: else -> sight = Running
            fi
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

#define isLivePhase(phase) ((phase) == Live || (phase) == Orphaned)

#define Nothing 0
#define Unknown 99

byte state = Free;     /* m_state */
byte number_ = 0;      /* m_pid */
byte result = Nothing; /* m_result; written only by the thread that moved the slot to Ending. */
byte cell = 0;         /* The cell of the hash: the process number while the slot is in the hash. */
bool isInFreeList = true;

/* The local variables of each thread. */
#define Locals \
    mtype process = Original; \
    mtype sight; \
    byte word; \
    byte child; \
    byte seenStatus; \
    byte reapedStatus; \
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

/* ExitEvent::set(): write() to an eventfd */
inline setEvent()
{
    d_step {
        /* Never after the close, because the descriptor may be reused. Never before the answer is there. */
        assert(openEvent == generationOf(word) && result != Nothing);
        isReadable = true
    }
}

inline makeFree()
{
    d_step {
        assert(openEvent != 0); /* ExitEvent::close(), only once. */
        openEvent = 0
    }
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
    :: hasMoved -> moveFrom(withPhase(word, EndedUntold), Ended)
    :: else
    fi;
    if
    :: hasMoved
    :: else -> makeFree()
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
            :: hasMoved && sight == Over -> reap(child)
            :: else -> reapedStatus = Nobody
            fi
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
    d_step { child = 0; word = 0; seenStatus = 0; reapedStatus = 0; hasMoved = false; sight = 0 }
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
    :: else
    fi;
#if defined(PINNED_NOT_COUNTED)
    hasLiving = isLivePhase(phaseOf(state))
#elif defined(ORPHAN_NOT_COUNTED)
    hasLiving = (phaseOf(state) == Live || phaseOf(state) == Pinned)
#else
    hasLiving = (isLivePhase(phaseOf(state)) || phaseOf(state) == Pinned)
#endif
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
            :: timeout && lateTicks < Children -> lateTicks++
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
        :: phaseOf(state) == EndedUntold || phaseOf(state) == Ended ->
            answer = result;
            assert(answer == start || (answer == Unknown && isStolen[start]))
        :: else -> answer = Nothing
        fi
    }
}

inline sendSignal()
{
    word = state;
    if
    :: phaseOf(word) != Live
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
            endIfOver()
#endif
        fi
    fi
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
            :: start == 1 -> hasSignalled = false
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
        release()
    :: else -> break
    od;
    isInFreeList; /* The thread that set the last event frees an abandoned slot. */
    assert(phaseOf(state) == Free && openEvent == 0 && cell == 0);
    assert(holder[1] == Nobody && holder[2] == Nobody) /* No zombie remains. */
}
