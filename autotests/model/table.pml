/* SPDX-FileCopyrightText: 2026 The ForkFd authors */
/* SPDX-License-Identifier: MIT */

/*
 * Models reused process numbers: src/core/watch/sigchld/table.cpp, and how slot.cpp handles two slots with the same
 * number. There are two numbers, two slots, a hash of two cells, and four children. The first owner starts two
 * children one after the other, which may use the same slot. The second owner starts one child at the same time. A
 * stranger starts the fourth. A thief reaps children with the first number, so that the kernel reuses this number
 * while a slot still waits for it.
 *
 * slot.pml models one slot in more detail. This model has no event and no timer; a look at a child is one step, and
 * so is everything after the reap. One thread handles signals, and sweeps after each. The two owners also look. The
 * full model is too large to search, so each run omits some parts: NO_THIEF, NO_STRANGER, NO_THIRD child, NO_SIGNAL
 * (sendSignal()), NO_EARLY_RELEASE.
 *
 * What must hold:
 *   - Each of our children gets one answer: its wait status, or Unknown if its status was stolen.
 *   - We neither reap nor signal the stranger's child.
 *   - When a number is published again, no older slot with this number is Live.
 *   - Every slot and cell becomes free again.
 *
 * What need not hold (S15): after a theft, the kernel may reuse the number before any thread looks. The older slot,
 * which still waits for the number, may then get the status of our next child with this number, and that child gets
 * Unknown. No other child is affected. In this model, the stranger's child never gets such a number.
 *
 * The variants show what a process number proves, and what only a state word proves: a slot that was found by its
 * number may belong to another child a moment later.
 *
 * Broken on purpose: OLDER_BY_NUMBER_ALONE, NO_CHECK_FOR_OLDER, NO_WAIT_FOR_PIN, SIGNAL_WITHOUT_PIN, CELL_LEFT_BEHIND, and
 * STOP_AT_FIRST_CELL with NO_SWEEP.
 *
 * Holds: S4, S6, S15.
 */

#define Numbers 2
#define Cells 2

#define Nobody 0
#define Strangers 4 /* Ours are 1, 2 and 3. */
#define Room 5

/* --- The kernel --- */

byte holder[Numbers];  /* The child that has the number. */
bool isZombie[Numbers];
bool isStolen[Room];
bool isMisled[Room];   /* S15 affects this child: it is the older child or the newer one. */
bool isSignalPending;
byte signalledNumber;

mtype = { Running, Over, Gone }

#define NoNumber 7

/* --- The slots. A state word contains the child and the phase. --- */

#define Free 0
#define Live 1
#define Pinned 2
#define Orphaned 3
#define Ending 4
#define Ended 5
#define Abandoned 6
#define Reserved 7

#define phaseOf(word) ((word) % 8)
#define childOf(word) ((word) / 8)
#define wordOf(child, phase) ((child) * 8 + (phase))
#define isLivePhase(phase) ((phase) == Live || (phase) == Orphaned)

byte state[2];
byte number_[2] = NoNumber;  /* m_pid */
byte result[Room];
byte cells[Cells];           /* Built by cellFor(); 0: empty. Either cell may contain either number. */
byte cellOf[2] = Cells;      /* ChildSlot::cell */
bool isFree[2] = true;       /* The slot is in the free list. */
byte awaited[2] = NoNumber;  /* Not in the code: the number for which the slot may still ask the kernel. */

#define Nothing 0
#define Unknown 99

inline lookAt(number)
{
    if
    :: holder[number] == Nobody -> sight = Gone
    :: holder[number] != Nobody && isZombie[number] -> sight = Over; seenStatus = holder[number]
    :: else -> sight = Running
    fi
}

inline die(number)
{
    isZombie[number] = true;
    if
    :: !isSignalPending -> isSignalPending = true; signalledNumber = number
    :: else /* Coalesced. */
    fi
}

active proctype Endings()
{
end:
    do
#ifdef NO_SWEEP /* Without sweeps, no signal may be lost. */
    :: d_step { !isSignalPending && holder[0] != Nobody && !isZombie[0] -> die(0) }
    :: d_step { !isSignalPending && holder[1] != Nobody && !isZombie[1] -> die(1) }
#else
    :: d_step { holder[0] != Nobody && !isZombie[0] -> die(0) }
    :: d_step { holder[1] != Nobody && !isZombie[1] -> die(1) }
#endif
    od
}

#ifndef NO_THIEF
active proctype Thief()
{
end:
    do
    :: d_step {
            isZombie[0] && holder[0] != Strangers ->
            isStolen[holder[0]] = true;
            holder[0] = Nobody;
            isZombie[0] = false
        }
    od
}

#endif
#define Locals \
    mtype sight; \
    byte word; \
    byte seenNumber = NoNumber; \
    byte seenStatus; \
    byte status; \
    bool hasMoved

#define forgetLocals() \
    atomic { sight = 0; word = 0; seenNumber = NoNumber; seenStatus = 0; status = 0; hasMoved = false }

/* makeFree() and ChildTable::recycle() */
inline recycle(slot)
{
    d_step {
        number_[slot] = NoNumber;
        state[slot] = wordOf(childOf(state[slot]), Free);
#ifndef CELL_LEFT_BEHIND
        if
        :: cellOf[slot] != Cells -> cells[cellOf[slot]] = 0
        :: else
        fi;
#endif
        cellOf[slot] = Cells;
        assert(!isFree[slot]);
        isFree[slot] = true
    }
}

inline claim(slot)
{
    d_step {
        hasMoved = (state[slot] == word);
        if
        :: !hasMoved
        :: hasMoved && phaseOf(word) == Orphaned -> state[slot] = wordOf(childOf(word), Abandoned)
        :: else -> state[slot] = wordOf(childOf(word), Ending)
        fi
    }
}

inline reap(slot)
{
    d_step {
        status = seenStatus; /* The wait only adds the usage. */
        awaited[slot] = NoNumber;
        if
        :: holder[seenNumber] != Nobody && isZombie[seenNumber] ->
            assert(holder[seenNumber] == childOf(word) || isMisled[childOf(word)]);
            holder[seenNumber] = Nobody;
            isZombie[seenNumber] = false
        :: else
        fi
    }
}

/* Sets the result, then tell() */
inline tell(slot, answer)
{
    d_step {
        assert(result[childOf(word)] == Nothing); /* Set the result only once. */
        result[childOf(word)] = answer;
        awaited[slot] = NoNumber;
        hasMoved = (state[slot] == wordOf(childOf(word), Ending));
        if
        :: hasMoved -> state[slot] = wordOf(childOf(word), Ended)
        :: else -> assert(state[slot] == wordOf(childOf(word), Abandoned))
        fi
    }
    if
    :: hasMoved
    :: else -> recycle(slot)
    fi
}

/* ChildSlot::endIfOver(). Here, the look is one step. */
inline endIfOver(slot)
{
    d_step {
        if
        :: isLivePhase(phaseOf(state[slot])) ->
            word = state[slot];
            seenNumber = number_[slot];
            lookAt(seenNumber);
            if
            :: sight == Running -> word = 0; seenNumber = NoNumber; sight = 0
            :: else
            fi
        :: else
        fi
    }
    if
    :: word == 0
    :: else ->
        claim(slot);
        if
        :: !hasMoved
        :: hasMoved && sight == Gone -> tell(slot, Unknown)
        :: else ->
            reap(slot);
            tell(slot, status)
        fi;
        forgetLocals()
    fi
}

#define isUnsettled(phase) ((phase) == Pinned || (phase) == Ending)

/* ChildSlot::endAsUnknown(), for a slot that was found by its number */
inline endAsUnknown(slot, number)
{
    do
#ifdef OLDER_BY_NUMBER_ALONE
    :: d_step { !isUnsettled(phaseOf(state[slot])) -> seenNumber = number_[slot] }
        word = state[slot];
#else
#ifdef NO_WAIT_FOR_PIN
    :: d_step { true -> word = state[slot] }
#else
    :: d_step { !isUnsettled(phaseOf(state[slot])) -> word = state[slot] }
#endif
        seenNumber = number_[slot];
#endif
        if
        :: seenNumber == number && isLivePhase(phaseOf(word)) ->
            claim(slot);
            if
            :: hasMoved -> tell(slot, Unknown); break
            :: else -> forgetLocals()
            fi
        :: else -> break
        fi
    od;
    forgetLocals()
}

/* ChildSlot::sendSignal() */
inline sendSignal(slot)
{
    d_step {
        word = state[slot];
        seenNumber = number_[slot];
        hasMoved = (phaseOf(word) == Live);
#ifndef SIGNAL_WITHOUT_PIN
        if
        :: hasMoved -> state[slot] = wordOf(childOf(word), Pinned)
        :: else
        fi
#endif
    }
    if
    :: hasMoved ->
        d_step { lookAt(seenNumber) }
        d_step { /* kill() */
            assert(sight == Gone || holder[seenNumber] == Nobody || holder[seenNumber] == childOf(word)
                   || isStolen[childOf(word)]);
#ifndef SIGNAL_WITHOUT_PIN
            state[slot] = word;
#endif
            sight = 0;
            seenStatus = 0;
            word = 0;
            seenNumber = NoNumber
        }
        endIfOver(slot)
    :: else -> forgetLocals()
    fi
}

/* --- The handler, and the sweep that it requests --- */

#define cellFor(slot, number) ((number) * 4 + (slot) + 1)
#define slotIn(entry) (((entry) % 4) - 1)
#define numberIn(entry) ((entry) / 4)

/* ChildTable::endIfOver(pid), for one cell. The cell only says which slot to look at. */
inline lookInto(at)
{
    d_step {
        entry = cells[at];
        if
        :: entry == 0 || isDone || numberIn(entry) != number -> entry = 0
        :: else ->
            if
            :: number_[slotIn(entry)] != number -> entry = 0
#ifdef STOP_AT_FIRST_CELL
            :: else -> isDone = true
#else
            :: else ->
                if
                :: isLivePhase(phaseOf(state[slotIn(entry)])) -> isDone = true
                :: else -> entry = 0
                fi
#endif
            fi
        fi
    }
    if
    :: entry == 0
    :: else -> endIfOver(slotIn(entry)); entry = 0
    fi
}

active proctype Handler()
{
    Locals;
    byte entry;
    byte number;
    bool isDone;
end:
    do
    :: d_step { isSignalPending -> isSignalPending = false; number = signalledNumber; signalledNumber = 0 }
        lookInto(0);
        lookInto(1);
        d_step { isDone = false; number = 0 }
#ifndef NO_SWEEP
        endIfOver(0);
        endIfOver(1)
#endif
    od
}

/* --- Starting children --- */

/* ChildTable::publish(), for one cell */
inline endOlder(at)
{
#ifndef NO_CHECK_FOR_OLDER
    d_step {
        entry = cells[at];
        if
        :: entry != 0 && numberIn(entry) != number -> entry = 0
        :: else
        fi
    }
    if
    :: entry == 0
    :: else -> endAsUnknown(slotIn(entry), number); entry = 0
    fi
#else
    skip
#endif
}

inline tryToEnter()
{
    d_step {
        if
        :: cells[0] == 0 -> cellOf[slot] = 0; cells[0] = cellFor(slot, number)
        :: cells[0] != 0 && cells[1] == 0 -> cellOf[slot] = 1; cells[1] = cellFor(slot, number)
        :: else
        fi
    }
}

/* fork(): the child gets the number. `older` is the child that the table has with this number at that time. A slot
   that still waits for the number is misled now or later. */
inline takeNumber(itsNumber, child)
{
    number = itsNumber;
    if
    :: number_[1 - slot] == itsNumber && cellOf[1 - slot] != Cells -> older = childOf(state[1 - slot])
    :: else -> older = Nobody
    fi;
    if
    :: awaited[0] == itsNumber -> isMisled[childOf(state[0])] = true; isMisled[child] = true
    :: else
    fi;
    if
    :: awaited[1] == itsNumber -> isMisled[childOf(state[1])] = true; isMisled[child] = true
    :: else
    fi;
    awaited[slot] = itsNumber;
    holder[itsNumber] = child
}

inline publish(child)
{
    endOlder(0);
    endOlder(1);
    assert(older == Nobody || state[1 - slot] != wordOf(older, Live)); /* S6 */
    d_step { number_[slot] = number; state[slot] = wordOf(child, Live) }
    tryToEnter();
    endIfOver(slot)
}

inline release(child)
{
    word = state[slot];
    if
    :: phaseOf(word) == Ended -> recycle(slot)
    :: else ->
        d_step {
            hasMoved = (state[slot] == word);
            if
            :: hasMoved && phaseOf(word) == Live -> state[slot] = wordOf(child, Orphaned)
            :: hasMoved && phaseOf(word) != Live -> state[slot] = wordOf(child, Abandoned)
            :: else -> assert(state[slot] == wordOf(child, Ending) || state[slot] == wordOf(child, Ended))
            fi
        }
        if
        :: hasMoved -> endIfOver(slot)
        :: else -> state[slot] == wordOf(child, Ended); recycle(slot)
        fi
    fi;
    forgetLocals()
}

inline takeSlot(child)
{
    if
    :: d_step { isFree[0] -> isFree[0] = false; slot = 0; state[0] = wordOf(child, Reserved) }
    :: d_step { isFree[1] -> isFree[1] = false; slot = 1; state[1] = wordOf(child, Reserved) }
    fi
}

inline fork(child)
{
    if
    :: d_step { holder[0] == Nobody -> takeNumber(0, child) }
    :: d_step { holder[1] == Nobody -> takeNumber(1, child) }
    fi
}

inline check(child)
{
    d_step {
        assert(result[child] == child
               || (result[child] == Unknown && (isStolen[child] || isMisled[child]))
               || (isMisled[child] && result[child] != Nothing && result[child] < Strangers))
    }
}

#define OwnerLocals \
    Locals; \
    byte entry; \
    byte slot; \
    byte number; \
    byte older

active proctype FirstOwner()
{
    OwnerLocals;
    takeSlot(1);
    fork(1);
    publish(1);
#ifndef NO_SIGNAL
    sendSignal(slot);
#endif
#ifdef NO_EARLY_RELEASE
    state[slot] == wordOf(1, Ended);
#else
    if
    :: state[slot] == wordOf(1, Ended)
    :: true
    fi;
#endif
    release(1);

#ifndef NO_THIRD
    takeSlot(3);
    fork(3);
    publish(3);
    state[slot] == wordOf(3, Ended);
    check(3);
    release(3);
#endif
    d_step { isFree[0] && isFree[1] -> assert(cells[0] == 0 && cells[1] == 0) }
    check(1)
}

active proctype SecondOwner()
{
    OwnerLocals;
    takeSlot(2);
    fork(2);
    publish(2);
    state[slot] == wordOf(2, Ended);
    check(2);
    release(2)
}

#ifndef NO_STRANGER
active proctype Stranger()
{
    d_step { holder[0] == Nobody && awaited[0] != 0 && awaited[1] != 0 -> holder[0] = Strangers }
    d_step { holder[0] == Strangers && isZombie[0] -> holder[0] = Nobody; isZombie[0] = false }
}
#endif
