/*
 * One run with one task, and two processes that both drive it: launch, record, adopt, cancel, retry
 * and take-over, with crashes, lost and late requests, and stale views of what is stored.
 *
 * The properties are the assertions: laws 1, 4, 6, 10 and 18 of docs/invariants.md, and that no
 * process is left without anything to do while the run has not ended (law 13).
 *
 * An attempt is an object under a name that follows from the attempt (-DOBJECTS: approvals, child
 * runs), or work inside the process, which ends with it.
 *
 * What makes the protocol hold can be taken away one by one; each of these must be found:
 *   -DUNCONDITIONAL  a write is stored whatever was written since it was decided
 *   -DEFFECT_FIRST   an attempt starts when its intent is sent, and not when it is known to be stored
 *   -DDELETE_FIRST   an object is deleted when it has ended, and not when that is stored
 *   -DFORGET_CANCEL  a process that takes over does not look whether the run is being cancelled
 *   -DREOPEN         a process does not look whether the run has ended
 */
#ifndef ATTEMPTS
#define ATTEMPTS 2
#endif
#define HOLDERS 2

/* What can go wrong, and how often in one history. */
#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef LOSSES
#define LOSSES 2
#endif

mtype = { Ready, Launching, Cancelling, Completed, Failed, Cancelled };
mtype = { Stored, Refused, Unknown };
mtype = { None, Running, Ended, Gone };

#define isOver(p) (p == Completed || p == Failed || p == Cancelled)

/* What the API server holds of the run. */
mtype phase = Ready;
byte attempt = 0;
byte version = 1;
byte writer = 0;
bool cancelWanted = false;

/* The attempts, by number: what the world sees of them. */
mtype work[ATTEMPTS + 1] = None;
byte starts[ATTEMPTS + 1];
byte intent[ATTEMPTS + 1];
bool recorded[ATTEMPTS + 1];

/* A request that its sender has given up, and that arrives all the same. */
bool late = false;
mtype latePhase = Ready;
byte lateAttempt, lateVersion, lateWriter;

/* Whether the run's object was deleted, after its end. */
bool runGone = false;

byte crashes = 0;
byte losses = 0;
/* No process is called like another: what one stored before it died is not its successor's. */
byte lives = 0;
byte life[HOLDERS];

/* How often a process takes a run from one that lives: each time it was silent for too long. */
byte impatience = 0;
#ifndef IMPATIENCE
#define IMPATIENCE 2
#endif
#define mayTakeOver (seenWriter != life[1 - self] || impatience < IMPATIENCE)

/* A write arrives at the server. */
inline arrive(newPhase, newAttempt, onVersion, by, result)
{
	if
#ifdef UNCONDITIONAL
	:: true ->
#else
	:: version == onVersion ->
#endif
#ifndef REOPEN
		assert(!isOver(phase));                                       /* law 10 */
#else
		assert(!isOver(phase) || phase == newPhase);
#endif
		assert(!(phase == Cancelling && newPhase == Launching));      /* law 18 */
		if
		:: newPhase == Launching ->
			assert(newAttempt == attempt || newAttempt == attempt + 1);  /* law 7 */
			intent[newAttempt] = by
		:: isOver(newPhase) || newPhase == Ready -> recorded[attempt] = true
		:: else
		fi;
		phase = newPhase;
		attempt = newAttempt;
		writer = by;
		version++;
		result = Stored
#ifndef UNCONDITIONAL
	:: else -> result = Refused
#endif
	fi
}

/* A process looks at what is stored; between two looks its view is a stale one. */
inline look()
{
	seenPhase = phase;
	seenAttempt = attempt;
	seenVersion = version;
	seenWriter = writer;
	seenCancel = cancelWanted
}

/* A process writes, and learns whether that was stored, or not even that. */
inline write(newPhase, newAttempt)
{
	d_step {
		wantedPhase = newPhase;
		wantedAttempt = newAttempt;
	}
	if
	:: atomic {
		arrive(wantedPhase, wantedAttempt, seenVersion, me, result);
		if
		:: result == Stored ->
			seenPhase = phase; seenAttempt = attempt; seenVersion = version; seenWriter = writer
		:: else
		fi }
	:: atomic { losses < LOSSES -> losses++;
		/* Done, and the answer is lost. */
		arrive(wantedPhase, wantedAttempt, seenVersion, me, result);
		result = Unknown }
	:: atomic { losses < LOSSES && !late -> losses++;
		/* Under way for longer than anybody waits. */
		late = true;
		latePhase = wantedPhase; lateAttempt = wantedAttempt;
		lateVersion = seenVersion; lateWriter = me;
		result = Unknown }
	fi;
	/* After a refusal or an unknown outcome the next step is a look (law 5). */
	if
	:: result != Stored ->
		look();
		if
		:: (result == Unknown && seenWriter == me && seenPhase == wantedPhase && seenAttempt == wantedAttempt) -> result = Stored
		:: else
		fi
	:: else
	fi;
	d_step { wantedPhase = 0; wantedAttempt = 0 }
}

/* An attempt starts: for the world, that is once. */
inline start(number)
{
	atomic {
		assert(intent[number] != 0);                                  /* law 4 */
#ifdef OBJECTS
		if
		:: runGone /* Its owner is gone: the server collects it before it does anything. */
		:: !runGone && (work[number] == None || work[number] == Gone) ->
			starts[number]++; work[number] = Running
		:: else /* AlreadyExists: it is ours, by its name and owner (law 2). */
		fi;
#else
		assert(intent[number] == me);
		starts[number]++;
		work[number] = Running;
#endif
		assert(starts[number] <= 1);                                  /* law 1 */
		mine = number
	}
}

/* A process has no attempt any more, whatever became of it. */
inline letGo()
{
#ifndef OBJECTS
	if
	:: mine != 0 && work[mine] == Running -> work[mine] = Gone
	:: else
	fi;
#endif
	mine = 0
}

/* An object is deleted; how it ended must be stored by then. */
inline remove(number)
{
	atomic {
		assert(recorded[number] || phase == Cancelled);               /* law 6 */
		work[number] = Gone
	}
}

/* A process takes the run from another, dead or alive. */
inline noteTakeOver()
{
	if
	:: seenWriter == life[1 - self] -> impatience++
	:: else
	fi
}

proctype Process(byte self)
{
	byte me, mine, seenAttempt, seenVersion, seenWriter, wantedAttempt;
	mtype seenPhase, wantedPhase, result;
	bool seenCancel;
	/* Whether the intent of an attempt is known to be stored, and which one is. */
	bool mayStart;
	byte ours;

	atomic { lives++; me = lives; life[self] = me; look() }
	do
	:: isOver(seenPhase) -> letGo(); break

	/* The watch tells what is stored now; it may also never have told what was between. */
	:: atomic { seenVersion != version || seenCancel != cancelWanted -> look();
		if
		:: seenWriter != me && mine != 0 -> letGo()
		:: else
		fi }

	:: atomic { crashes < CRASHES -> crashes++; letGo(); mayStart = false; ours = 0; lives++; me = lives; life[self] = me; look() }

	/* The user's wish comes first (law 18). */
	:: atomic { seenCancel && (seenPhase == Ready || seenPhase == Launching) && mayTakeOver ->
		noteTakeOver();
		write(Cancelling, seenAttempt) }
	:: atomic { seenPhase == Cancelling && seenWriter != me && mayTakeOver ->
		noteTakeOver();
		write(Cancelling, seenAttempt) }
	:: atomic { seenPhase == Cancelling && seenWriter == me ->
		letGo();
		write(Cancelled, seenAttempt) }

#ifdef FORGET_CANCEL
	:: atomic { seenPhase == Cancelling && seenAttempt < ATTEMPTS ->
		write(Launching, seenAttempt + 1) }
#endif
#ifdef REOPEN
	:: atomic { isOver(seenPhase) && seenAttempt < ATTEMPTS -> write(Launching, seenAttempt + 1) }
#endif

	/* Launch: the intent is stored, and that is known, before anything happens. */
	:: atomic { !seenCancel && seenPhase == Ready && seenAttempt < ATTEMPTS ->
#ifdef EFFECT_FIRST
		start(seenAttempt + 1);
#endif
		write(Launching, seenAttempt + 1);
		mayStart = (result == Stored && mine == 0);
		ours = seenAttempt }

	/* Take-over: what another process, or this one in an earlier life, had under way. */
	:: atomic { !seenCancel && seenPhase == Launching && mine == 0 && !mayStart && mayTakeOver ->
		noteTakeOver();
#ifdef OBJECTS
		write(Launching, seenAttempt);
		mayStart = (result == Stored);
		ours = seenAttempt
#else
		/* Nothing is known of it, so it is never made again under its number. */
		if
		:: seenAttempt < ATTEMPTS ->
			write(Launching, seenAttempt + 1);
			mayStart = (result == Stored);
			ours = seenAttempt
		:: else -> write(Failed, seenAttempt)
		fi
#endif
		}

	/* Between the answer and the effect the process may look, be slow, or die. */
	:: atomic { mayStart -> start(ours); mayStart = false; ours = 0; result = 0 }

	/* The attempt ends, and how it ended is stored. */
	:: atomic { mine != 0 && seenPhase == Launching && work[mine] == Ended ->
#ifdef DELETE_FIRST
		remove(mine);
#endif
		if
		:: write(Completed, seenAttempt)
		:: seenAttempt < ATTEMPTS -> write(Ready, seenAttempt)
		:: seenAttempt == ATTEMPTS -> write(Failed, seenAttempt)
		fi;
		if
		:: result == Stored -> letGo()
		:: else
		fi;
		result = 0 }
	od
}

/* Attempts end by themselves. */
proctype World()
{
end:
	do
	:: atomic { work[1] == Running -> work[1] = Ended }
	:: atomic { work[2] == Running -> work[2] = Ended }
	od
}

#ifdef OBJECTS
/* Who has no use for a run that has ended deletes it, and what it made goes with it. */
proctype Janitor()
{
end:
	atomic { isOver(phase) -> runGone = true };
	if
	:: work[1] != None -> remove(1)
	:: else
	fi;
	if
	:: work[2] != None -> remove(2)
	:: else
	fi
}
#endif

/* Requests arrive after everybody has given them up. */
proctype Network()
{
	mtype result;
end:
	do
	:: atomic { late ->
		arrive(latePhase, lateAttempt, lateVersion, lateWriter, result); late = false }
	od
}

proctype User()
{
	/* Or never. */
	if
	:: cancelWanted = true
	:: true
	fi
}

init
{
	atomic {
		run Process(0);
		run Process(1);
		run World();
		run Network();
#ifdef OBJECTS
		run Janitor();
#endif
		run User()
	}
}
