/** Every bound that both programs obey. Units are in the names. A program may be stricter, never looser. */
export const LIMITS = {
  /** One intent's bytes: one Yjs update or one Automerge change. */
  updateBytesMax: 64 * 1024,
  /** The sync-step-2 of a stock client, and a paper's pasted content. */
  stepTwoBytesMax: 1024 * 1024,
  /** One WebSocket message in either direction. */
  frameBytesMax: 4 * 1024 * 1024,
  /** A whole document, so that it fits a frame with its places. Deleting from a full one is always possible. */
  docBytesMax: 2 * 1024 * 1024,
  structsMax: 5_000,
  deleteRangesMax: 5_000,
  /** Living structs that one update may delete. */
  deletedStructsMax: 20_000,
  jsonDepthMax: 6,
  jsonNodesMax: 2_000,
  paperDepthMax: 24,
  messageCharsMax: 4_096,
  titleCharsMax: 120,
  reactionCharsMax: 16,
  segmentMessagesMax: 500,
  segmentBytesMax: 256 * 1024,
  pinsMax: 200,
  /** Edits of one message: it is deleted with all of them, in one update of `deleteRangesMax`. */
  editsPerMessageMax: 1_000,
  /** Leases that wrote in a segment: when there are so many it closes, so that its state vector stays below the next. */
  segmentHandsMax: 700,
  /** A stock client's state vector, beyond what the document's own hands take. */
  stateVectorBytesMax: 8 * 1024,
  /** A lease below 2^48 and its clock in a document of `docBytesMax`, as they stand in a state vector. */
  vectorEntryBytesMax: 11,
  /** Accepted intents of one person: a bucket of `intentsBurst`, refilled with `intentsPerSecond`. */
  intentsPerSecond: 20,
  intentsBurst: 400,
  leasesPerGrantMax: 8,
  leasesPerPersonPerDayMax: 200,
  roomsPerConnectionMax: 2_000,
  docsPerOpenMax: 64,
  /** Intents of one connection that the relay has taken and not yet answered. */
  inFlightMax: 256,
  awarenessBytesMax: 2 * 1024,
  helloTimeoutMs: 10_000,
  heartbeatMs: 25_000,
  silenceMs: 60_000,
} as const;
