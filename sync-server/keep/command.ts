/** What the commands share: how they read their words, and how they end. */
import { parseArgs } from 'node:util';
import { Trouble } from './trouble.ts';

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

/** Reads the command line. Unknown words are a Trouble that shows the usage. */
export function readWords<T extends Options>(options: T, usage: string) {
  try {
    return parseArgs({ options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new Trouble(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}

/** The word that a command cannot do without. */
export function needed(value: string | undefined, usage: string): string {
  if (value === undefined || value === '') throw new Trouble(usage);
  return value;
}

/** The data folder: named, or the one that `npm start` takes. */
export function dataFolder(named: string | undefined): string {
  return named ?? (process.env.PARTA_DATA?.trim() || 'data');
}

/** Runs a command to its exit code. What a person can mend is one sentence; anything else is a bug and shows itself. */
export async function run(command: () => Promise<number>): Promise<void> {
  // Copies and exports hold names and messages: they are their user's alone.
  process.umask(0o077);
  try {
    process.exitCode = await command();
  } catch (error) {
    if (!(error instanceof Trouble) && !isOfTheDisk(error)) throw error;
    console.error(error instanceof Trouble ? error.message : sentenceOf(error));
    process.exitCode = 1;
  }
}

interface DiskError extends Error {
  code: string;
  path?: string;
  /** Where a copy was to go. */
  dest?: string;
}

const DISK = ['ENOSPC', 'EACCES', 'EPERM', 'EROFS', 'EDQUOT', 'EIO'];
/** A file stands where a folder was named, or the system lets nobody make one there. */
const NO_FOLDER = ['ENOTDIR', 'EEXIST', 'ENOENT'];

function isOfTheDisk(error: unknown): error is DiskError {
  const { code, syscall = '' } = error as NodeJS.ErrnoException;
  return (
    DISK.includes(code ?? '') || (NO_FOLDER.includes(code ?? '') && ['mkdir', 'scandir'].includes(syscall))
  );
}

function sentenceOf({ code, path, dest }: DiskError): string {
  const where = path ? ` (${dest ?? path})` : '';
  if (NO_FOLDER.includes(code)) return `${path} is no folder, and none can be made there. Name another one.`;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return `The disk is full${where}. Nothing half-written was left.`;
  if (code === 'EIO') return `The disk failed${where}. Nothing half-written was left.`;
  return `This user may not read or write there${where}. Run the command as the user of the relay.`;
}
