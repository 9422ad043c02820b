/** Bounds of rooms and connections that only the relay knows; what devices must know too is in #shared/school/limits.ts. */
export const ROOM_LIMITS = {
  /** A room that nobody watches is forgotten after this. */
  idleMs: 20_000,
  sweepMs: 5_000,
  /** Rows or bytes behind a document's stored snapshot before the next one. */
  compactRows: 500,
  compactBytes: 512 * 1024,
  /** Deletes are gathered for this long before their bytes are erased from the disk. */
  eraseAfterMs: 2_000,
  /** Unfinished messages change as people write: of all persons together they are erased at once, this much later. */
  eraseOwnAfterMs: 5_000,
  eraseRetryMs: 5_000,
  /** Recent rows of a document in memory, so that a device that comes back gets only what it lacks. */
  recentRows: 1_000,
  recentBytes: 512 * 1024,
  /** A snapshot is encoded anew when what came after it takes more. */
  snapshotTailBytes: 64 * 1024,
  /** A device that lacks more gets the whole, which is made once for all. */
  tailRows: 256,
  tailBytes: 128 * 1024,
  tailsKept: 64,
  /** Smaller patches are not worth compressing. */
  deflateFromBytes: 2 * 1024,
  probeEveryMs: 1_000,
  marksEveryMs: 1_000,
  headsEveryMs: 1_000,
  /** UTF-16 units of a message in the list of chats. */
  summaryChars: 120,
} as const;

/** How far back a paper can be read step by step; what is older is folded into whole versions. */
export const PAPER_PAST = {
  /** Beyond one of these the older half goes. */
  rowsMax: 10_000,
  bytesMax: 8 * 1024 * 1024,
  stepsMs: 30 * 24 * 60 * 60 * 1000,
  /** Rows that got too old are folded when there are so many of them. */
  agedRows: 500,
  /** For so long the last version of each person in an hour stays, then the last of each in a day. */
  hoursMs: 7 * 24 * 60 * 60 * 1000,
  /** Whole versions of one paper; the oldest go. */
  wholesMax: 1_000,
  wholeBytesMax: 32 * 1024 * 1024,
  /** Bytes of rows that are folded at once. */
  foldBytesMax: 8 * 1024 * 1024,
  /** Rows, or bytes, that are written once more before others get their turn. */
  turnRows: 100,
  turnBytes: 64 * 1024,
} as const;

export const LINE_LIMITS = {
  /** The hello, with all that comes before it is answered. */
  helloBytesMax: 256 * 1024,
  /** Unsent bytes of one connection; a reader that is slower is closed (`slow`) and comes back. */
  bufferBytesMax: 16 * 1024 * 1024,
  connectionsPerPersonMax: 16,
  /** Stock clients have a connection for each document. */
  stockPerPersonMax: 64,
  /** All sockets of one person, those that are closing and do not go included. */
  socketsPerPersonMax: 128,
  /** What all connections of one person ask for, and the relay looks up: a bucket; what is beyond it waits. */
  asksPerSecond: 100,
  asksBurst: 640,
  /** Asks of one connection that wait. */
  asksWaitMax: 2_000,
  /** What the asks of one person that wait may hold, over all connections. */
  askingBytesMax: 4 * 1024 * 1024,
  /** Documents of one open that cost as much as one that is pulled: most of them did not change. */
  docsPerAsk: 4,
  rowsMergedPerAsk: 16,
  /** A hello is answered with all chats of its person, and costs as many asks; and one more for each so many rooms. */
  helloCosts: 10,
  helloRoomsPerAsk: 50,
  /** A stock client's is answered by encoding anew: it costs so many asks. All its documents may be opened at once. */
  stockAskCosts: 10,
  /** Presence is shown to everybody in the paper: faster than any hand it is a flood. */
  awareCostsFrames: 10,
  /** Presence of one person, over all connections, that others are shown: a bucket; what is beyond it they miss. */
  awarePerSecond: 60,
  awareBurst: 240,
  /** Bytes of pushes that the connections of one person may have in the air. */
  inFlightBytesMax: 32 * 1024 * 1024,
  /** Frames of one connection in a second, whatever they are. */
  framesPerSecondMax: 2_000,
  revokeWithinMs: 1_000,
} as const;

export const FAN_OUT = {
  /** What others did may wait this long for more of it: a busy chat costs one message a window, not one an intent. */
  windowMs: 20,
  /** So many watchers make a message dear: then intents too wait for the window and are one commit. */
  crowd: 16,
  /** Intents of one room that wait for it at most. */
  heldMax: 64,
  /** So many frames make a message worth its price: a flood does not wait for the window. */
  frames: 16,
} as const;
