/** Notes in the living database what a backup holds, so that the relay can tell devices to let go of it. */
import Sqlite from 'better-sqlite3';

/** The entry of `meta` that says when the backup was made whose content is announced, ms since 1970. */
const BACKED_AT = 'backed-at';
/** The format from which on rooms know what is backed up. */
const VERSION_MIN = 4;
/** How long the note waits for the relay's commits. */
const WAIT_MS_MAX = 20_000;
const CANNOT_NOW = /^SQLITE_(BUSY|READONLY|FULL|CANTOPEN)/;

interface Held {
  room: string;
  epoch: string;
  seq: number;
}

/**
 * Notes how far the copy goes in each room. A room of another epoch is another room: the database may have been put back
 * since the copy was made. False when the database could not be written now, or is of an older format.
 */
export function announce(logFile: string, copyFile: string, at: number): boolean {
  const held = roomsIn(copyFile);
  try {
    return note(logFile, held, at);
  } catch (error) {
    if (CANNOT_NOW.test((error as { code?: string }).code ?? '')) return false;
    throw error;
  }
}

/** When the backup was made that was noted last, ms since 1970; 0 when none was. */
export function announcedAt(logFile: string): number {
  const db = new Sqlite(logFile, { readonly: true, fileMustExist: true });
  try {
    return (
      (db.prepare('select value from meta where key = ?').pluck().get(BACKED_AT) as number | undefined) ?? 0
    );
  } finally {
    db.close();
  }
}

function roomsIn(copyFile: string): Held[] {
  const db = new Sqlite(copyFile, { readonly: true, fileMustExist: true });
  try {
    return db.prepare('select room, epoch, seq from rooms').all() as Held[];
  } finally {
    db.close();
  }
}

function note(logFile: string, held: readonly Held[], at: number): boolean {
  const db = new Sqlite(logFile, { fileMustExist: true, timeout: WAIT_MS_MAX });
  try {
    if ((db.pragma('user_version', { simple: true }) as number) < VERSION_MIN) return false;
    db.pragma('synchronous = FULL');
    // When to move the log into the file is the relay's to say.
    db.pragma('wal_autocheckpoint = 0');
    const raise = db.prepare(
      'update rooms set backed = max(coalesce(backed, 0), @seq) where room = @room and epoch = @epoch',
    );
    const when = db.prepare(
      'insert into meta values (?, ?) on conflict (key) do update set value = excluded.value',
    );
    db.transaction(() => {
      for (const room of held) raise.run(room);
      when.run(BACKED_AT, at);
    }).immediate();
    return true;
  } finally {
    db.close();
  }
}
