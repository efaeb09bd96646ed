/* SPDX-FileCopyrightText: 2026 The ForkFd authors */
/* SPDX-License-Identifier: MIT */

/*
 * The life of one slot: src/core/childslot.cpp, and what childtable.cpp, exitwatch_sigchld.cpp and sweeper.cpp
 * do with it. Its owner starts one child after the other, so that late handlers meet a slot that is in use
 * again. Signals come in two threads, the sweeper's thread helps, a thief waits for every child there is. The
 * owner may go at any time: before the end, while somebody brings the slot to it, or after.
 *
 * A step of the model is one atomic operation or one system call of the code. Plain data that one party alone
 * can reach at the time is written in the step before the operation that publishes it. Left out: memory that
 * is not sequentially consistent; more than one slot (table.pml); the handler's way here (chain.pml); the end
 * of the event that a user polls, which nobody writes to; an event that cannot be set (Unheard); a leader that
 * stays a zombie until its owner collects it; filters that refuse waitid(), where the claim comes before the
 * look and may be taken back; more than eight children at once, from which on
 * not every signal asks for a sweep.
 *
 * Built without SILENT: signals are delivered, and the sweeper looks only when it is asked to. Every end is
 * found without waiting for its timer. Built with SILENT: no signal is delivered (all threads block it, or
 * somebody has replaced the handler), there is only the timer.
 *
 * What must hold: each child is reaped once, by us or the thief, and nobody else's ever; an answer comes
 * once, before its event, and is the child's own, or Unknown where the thief was there; the event is written
 * to only while it is the slot's, and closed once; a slot comes back to the list of free ones once; nobody
 * waits for ever, which spin calls an invalid end state; no zombie is left.
 *
 * A reader learns why there are so many phases: each variant leaves one of them out, or takes two steps the
 * other way round, and is caught.
 *
 * Broken on purpose: CLAIM_BEFORE_PEEK, REAP_BEFORE_CLAIM, NO_GENERATION, NO_CHECK_AFTER_PUBLISH,
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
#define EarlyTicks 2 /* Of the timer, at any time. One more for each child comes only when all else is at rest. */
#define IdleSweeps 1

/* --- The kernel: a child is the number of its start, from 1; 0 is nobody. --- */

#define Nobody 0

/* A slot's state word. */
#define phaseOf(word) ((word) % 16)
#define generationOf(word) ((word) / 16)
#define withPhase(word, phase) ((word) - phaseOf(word) + (phase))

byte holder[Numbers + 1];     /* The child that has a process number. */
bool isZombie[Numbers + 1];
bool isStolen[Children + 1];
byte openEvent;               /* Whose event is behind the descriptor's number; after a close, anybody's. */
bool isReadable;
bool isSignalPending;
byte signalledNumber;

mtype = { Running, Over, Gone }
mtype = { Original, Copy }

/* waitid(P_PID, WNOHANG | WNOWAIT) */
inline peek(number)
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
            assert(reapedStatus == generationOf(word)); /* Only ours, and only this one. */
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
    :: else /* Coalesced: nobody hears this number. */
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
    :: d_step { strays < Strays && holder[1] != Nobody -> strays++; raise(1) } /* It was stopped. */
    :: d_step { strays < Strays -> strays++; raise(Somebodys) }
#endif
    od
}

/* Somebody else's waitpid(-1). */
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

/* --- ChildSlot. Its generation is the number of the start, and with it the child that it is for. --- */

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
byte result = Nothing; /* m_result; written by who moved the slot to Ending, alone. */
byte cell = 0;         /* Of the hash: the number, when the slot is entered. */
bool isInFreeList = true;

/* What each thread has in its registers and on its stack. */
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
        /* Never after the close: the number may be anybody's then. Never before there is an answer. */
        assert(openEvent == generationOf(word) && result != Nothing);
        isReadable = true
    }
}

inline makeFree()
{
    d_step {
        assert(openEvent != 0); /* ExitEvent::close(), once. */
        openEvent = 0
    }
    d_step { number_ = 0; state = withPhase(word, Free) }
    d_step { /* ChildTable::recycle(), once. */
        assert(!isInFreeList);
        cell = 0;
        isInFreeList = true
    }
}

/* hasMoved: there is an owner to tell. */
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

/* ChildSlot::endIfOver(), and ChildTable's of a slot */
inline endIfOver()
{
    word = state;
    if
    :: !isLivePhase(phaseOf(word))
    :: else ->
        child = number_;
#if defined(CLAIM_BEFORE_PEEK)
        claim();
        if
        :: !hasMoved -> sight = Running
        :: else ->
            peek(child);
            if
            :: sight == Running -> state = word
            :: else -> reap(child)
            fi
        fi;
        hasMoved = (sight != Running);
#elif defined(REAP_BEFORE_CLAIM)
        peek(child);
        if
        :: sight == Over -> reap(child)
        :: else -> reapedStatus = Nobody
        fi;
        if
        :: sight == Running -> hasMoved = false
        :: else -> claim()
        fi;
#else
        peek(child);
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
                assert(result == Nothing); /* Once. */
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
bool isWokenUp; /* Its event. */
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
end_period: /* No timer, so that it is the same whether it is idle; only that nobody has to wake it then. */
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

/* The handler in a child of vfork(), which shares our memory; after fork() it would share the event only.
   It has no part in our children. */
#ifdef FORK
active proctype CopysHandler()
{
    Locals;
    bool wasSet;
    d_step { process = Copy; isSignalPending = isSignalPending }
    onChildSignal(1)
}

#endif

/* --- The owner: SigChldWatch and who uses it --- */

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
            peek(number_);
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
                /* Whoever saw the end meanwhile has found a slot that was just moved. */
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
            if /* An owner that asks unasked would hide that nobody tells it. */
            :: hasPolled = true
            :: hasPolled = false
            fi;
            if
            :: hasSignalled = true
            :: start == 1 -> hasSignalled = false
            fi;
            if /* Its destructor, or forkfd_close(). */
            :: goesEarly = true
            :: goesEarly = false
            fi;
            answer = Nothing;
            word = 0;
            hasMoved = false
        }
        d_step { openEvent = start; isReadable = false; result = Nothing; state = start * 16 + Reserved }

        /* fork(), with any number that is free */
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
            assert(answer != Nothing); /* Readable means that there is an answer. */
            break
        od;
        release()
    :: else -> break
    od;
    isInFreeList; /* Whoever set the last event frees the slot, if it was abandoned. */
    assert(phaseOf(state) == Free && openEvent == 0 && cell == 0);
    assert(holder[1] == Nobody && holder[2] == Nobody) /* No zombie. */
}
